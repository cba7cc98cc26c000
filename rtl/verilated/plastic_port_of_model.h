// SPDX-License-Identifier: Apache-2.0
// PlasticCorePort over a Verilated class; the one place that touches its pins. Included by one translation unit a
// model.
#pragma once

#include <verilated.h>

#include "rtl/plastic/plastic_core_port.h"
#include "rtl/verilated/verilator_globals.h"

namespace ranvier::rtl {

/// `Waves` has open(context, model, path), dump(time) and close(), and says whether the model has assertions.
template <class Model, class Waves>
class PlasticPortOfModel : public PlasticCorePort {
 public:
  explicit PlasticPortOfModel(std::uint32_t seed) {
    const std::lock_guard lock(verilator_globals());
    context_ = std::make_unique<VerilatedContext>();
    context_->fatalOnError(false);  // the test bench reports failed assertions
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
    model_ = std::make_unique<Model>(context_.get(), "core");
    model_->clk_i = 0;
  }
  ~PlasticPortOfModel() override {
    const std::lock_guard lock(verilator_globals());
    Verilated::threadContextp(context_.get());  // where its scopes are
    waves_.close();
    model_->final();
    model_.reset();
    Verilated::threadContextp(nullptr);
  }

  void cycle() final {
    if constexpr (Waves::kAssertions) {
      Verilated::threadContextp(context_.get());  // where a failure is noted
      assertions_follow_reset(*context_, in.reset);
    }
    Model& m = *model_;
    m.rst_ni = !in.reset;
    m.evt_valid_i = in.event_valid;
    m.evt_direct_i = in.event.direct;
    m.evt_channel_i = static_cast<CData>(in.event.channel);
    m.evt_payload_i = static_cast<IData>(in.event.payload) & 0xffffffu;
    m.tick_valid_i = in.tick_valid;
    m.spike_ready_i = in.spike_ready;
    m.cfg_valid_i = in.config_valid;
    if (in.config_valid) {
      m.cfg_write_i = in.config_write;
      m.cfg_select_i = static_cast<CData>(in.config_select);
      m.cfg_addr_i = static_cast<SData>(in.config_address);
      for (std::size_t i = 0; i < in.config_data.size(); ++i) m.cfg_wdata_i[i] = in.config_data[i];
    }
    m.clk_i = 0;
    step();
    out.event_ready = m.evt_ready_o;
    out.tick_ready = m.tick_ready_o;
    out.spike_valid = m.spike_valid_o;
    out.spike_neuron = m.spike_neuron_o;
    out.config_ready = m.cfg_ready_o;
    out.config_read_valid = m.cfg_rvalid_o;
    if (out.config_read_valid) {
      for (std::size_t i = 0; i < out.config_read_data.size(); ++i) out.config_read_data[i] = m.cfg_rdata_o[i];
    }
    out.busy = m.busy_o;
    out.scanning = m.scanning_o;
    out.saturated = m.saturated_o;
    out.busy_cycles = m.busy_cycles_o;
    out.stall_cycles = m.stall_cycles_o;
    m.clk_i = 1;
    step();
    ++cycles_;
  }

  bool take_assertion_failure() final {
    const bool failed = context_->gotError();
    context_->gotError(false);
    context_->gotFinish(false);
    return failed;
  }

  void open_wave(const std::filesystem::path& path) final { waves_.open(*context_, *model_, path); }

 protected:
  VerilatedContext& context() { return *context_; }

 private:
  void step() {
    model_->eval();
    waves_.dump(context_->time());
    context_->timeInc(1);
  }
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_;
  Waves waves_;
};

}  // namespace ranvier::rtl
