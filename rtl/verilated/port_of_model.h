// SPDX-License-Identifier: Apache-2.0
// SpikeCorePort over a Verilated class; the one place that touches its pins. Included by one translation unit a model.
#pragma once

#include <verilated.h>

#include "rtl/spike_core_port.h"
#include "rtl/verilated/clock.h"
#include "rtl/verilated/verilator_globals.h"

namespace ranvier::rtl {

/// `Waves` has open(model, path) and dump(time), and says whether the model has assertions; if not, it has
/// run_clocked(root) for cycle_without_eval().
template <class Model, class Waves, std::int32_t kLanes = kCoreLimits.lanes>
class PortOfModel : public SpikeCorePort {
 public:
  explicit PortOfModel(std::uint32_t seed) {
    const std::lock_guard lock(verilator_globals());
    context_ = std::make_unique<VerilatedContext>();
    // Never more than one thread for a core this small; own context, so that instances are independent.
    context_->fatalOnError(false);  // the test bench reports failed assertions
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
    model_ = std::make_unique<Model>(context_.get(), "core");
    model_->clk_i = 0;
  }
  ~PortOfModel() override {
    const std::lock_guard lock(verilator_globals());
    // A model takes its scopes out of the thread's current context, which may be another instance's, or gone.
    Verilated::threadContextp(context_.get());
    waves_.close();
    model_->final();
    model_.reset();
    Verilated::threadContextp(nullptr);
  }

  void cycle() final {
    set_inputs();
    low();
    read_outputs();
    high();
  }

  std::int64_t run(std::int64_t limit) final {
    set_inputs();
    low();
    for (std::int64_t n = 1;; ++n) {
      const bool stop = !model_->busy_o || model_->spike_valid_o || n >= limit;
      if (stop) read_outputs();
      high(n);
      if (stop) return n;
      if (!kWithoutEval) low();
    }
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
  static constexpr bool kWithoutEval = !Waves::kAssertions && OneClock<RootOf<Model>>;
  static constexpr std::size_t kWords = kLanes;
  void set_inputs() {
    if constexpr (Waves::kAssertions) {
      Verilated::threadContextp(context_.get());  // where a failure is noted
      assertions_follow_reset(*context_, in.reset);
    }
    Model& m = *model_;
    m.rst_ni = !in.reset;
    m.evt_valid_i = in.event_valid;
    m.evt_direct_i = in.event_direct;
    m.evt_token_i = static_cast<CData>(in.event_token);
    m.evt_channel_i = static_cast<CData>(in.event_channel);
    m.evt_payload_i = static_cast<IData>(in.event_payload) & 0xffffffu;
    m.tick_valid_i = in.tick_valid;
    m.spike_ready_i = in.spike_ready;
    m.cfg_valid_i = in.config_valid;
    if (!in.config_valid) return;
    m.cfg_write_i = in.config_write;
    m.cfg_select_i = static_cast<CData>(in.config_select);
    m.cfg_addr_i = static_cast<SData>(in.config_address);
    for (std::size_t i = 0; i < kWords; ++i) m.cfg_wdata_i[i] = in.config_data[i];
  }
  void read_outputs() {
    const Model& m = *model_;
    out.event_ready = m.evt_ready_o;
    out.tick_ready = m.tick_ready_o;
    out.spike_valid = m.spike_valid_o;
    out.spike_token = m.spike_token_o;
    out.spike_neuron = m.spike_neuron_o;
    out.spike_payload = static_cast<std::int32_t>(static_cast<std::uint32_t>(m.spike_payload_o) << 23) >> 23;
    out.config_ready = m.cfg_ready_o;
    out.config_read_valid = m.cfg_rvalid_o;
    if (out.config_read_valid) {
      for (std::size_t i = 0; i < kWords; ++i) out.config_read_data[i] = m.cfg_rdata_o[i];
    }
    out.busy = m.busy_o;
    out.scanning = m.scanning_o;
    out.overflow = m.overflow_o;
    out.saturated = m.saturated_o;
    out.busy_cycles = m.busy_cycles_o;
    out.stall_cycles = m.stall_cycles_o;
  }
  void low() {
    model_->clk_i = 0;
    step();
  }
  /// Of the n-th cycle with the same inputs.
  void high(std::int64_t n = 1) {
    ++cycles_;
    if constexpr (kWithoutEval) {
      if (n > 1) return cycle_without_eval<Waves>(*model_->rootp);
    }
    model_->clk_i = 1;
    step();
  }
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
