// SPDX-License-Identifier: Apache-2.0
// HybridCorePort over a Verilated class; the one place that touches its pins. Included by one translation unit a model.
#pragma once

#include "rtl/hybrid/hybrid_port.h"
#include "rtl/verilated/port_of_model.h"

namespace ranvier::rtl {

/// `Waves` as for PortOfModel.
template <class Model, class Waves>
class HybridPortOfModel : public HybridCorePort {
 public:
  explicit HybridPortOfModel(std::uint32_t seed) {
    const std::lock_guard lock(verilator_globals());
    context_ = std::make_unique<VerilatedContext>();
    context_->fatalOnError(false);  // the test bench reports failed assertions
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
    model_ = std::make_unique<Model>(context_.get(), "core");
    model_->clk_i = 0;
  }
  ~HybridPortOfModel() override {
    const std::lock_guard lock(verilator_globals());
    // A model takes its scopes out of the thread's current context, which may be another instance's, or gone.
    Verilated::threadContextp(context_.get());
    waves_.close();
    model_->final();
    model_.reset();
    Verilated::threadContextp(nullptr);
  }

  void cycle() final {
    settle();
    read_outputs();
    clock();
  }

  std::int64_t run(std::int64_t limit) final {
    settle();
    for (std::int64_t n = 1;; ++n) {
      const bool stop = !model_->busy_o || model_->spike_valid_o || n >= limit;
      if (stop) read_outputs();
      clock();
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
  void set_inputs() {
    if constexpr (Waves::kAssertions) {
      Verilated::threadContextp(context_.get());  // where a failure is noted
      assertions_follow_reset(*context_, in.reset);
    }
    Model& m = *model_;
    m.rst_ni = !in.reset;
    m.evt_valid_i = in.event_valid;
    m.evt_port_i = static_cast<CData>(in.event_port);
    m.evt_token_i = static_cast<CData>(in.event_token);
    m.evt_channel_i = static_cast<CData>(in.event_channel);
    m.evt_payload_i = static_cast<IData>(in.event_payload) & 0xffffffu;
    m.tick_valid_i = in.tick_valid;
    m.tick_dry_i = in.tick_dry;
    m.spike_ready_i = in.spike_ready;
    m.cfg_valid_i = in.config_valid;
    if (!in.config_valid) return;
    m.cfg_write_i = in.config_write;
    m.cfg_select_i = static_cast<CData>(in.config_select);
    m.cfg_addr_i = static_cast<SData>(in.config_address);
    for (std::size_t i = 0; i < in.config_data.size(); ++i) m.cfg_wdata_i[i] = in.config_data[i];
  }
  void read_outputs() {
    const Model& m = *model_;
    out.event_ready = m.evt_ready_o;
    out.tick_ready = m.tick_ready_o;
    out.spike_valid = m.spike_valid_o;
    out.spike_token = m.spike_token_o;
    out.spike_output = m.spike_output_o;
    out.spike_payload = static_cast<std::int32_t>(static_cast<std::uint32_t>(m.spike_payload_o) << 7) >> 7;
    out.config_ready = m.cfg_ready_o;
    out.config_read_valid = m.cfg_rvalid_o;
    if (out.config_read_valid) {
      for (std::size_t i = 0; i < out.config_read_data.size(); ++i) out.config_read_data[i] = m.cfg_rdata_o[i];
    }
    out.busy = m.busy_o;
    out.scanning = m.scanning_o;
    out.restless = m.restless_o;
    out.overflow = m.overflow_o;
    out.busy_cycles = m.busy_cycles_o;
    out.stall_cycles = m.stall_cycles_o;
  }
  /// Outputs as the inputs make them. Without eval() at the clock's edge they stand as they were after the last one,
  /// unless an input has changed since.
  void settle() {
    if constexpr (kWithoutEval) {
      if (settled_ && in == settled_for_) return;
      settled_ = true;
      settled_for_ = in;
    }
    set_inputs();
    low();
  }
  void low() {
    model_->clk_i = 0;
    step();
  }
  void clock() {
    ++cycles_;
    if constexpr (kWithoutEval) {
      cycle_without_eval<Waves>(*model_->rootp);
    } else {
      model_->clk_i = 1;
      step();
    }
  }
  void step() {
    model_->eval();
    waves_.dump(context_->time());
    context_->timeInc(1);
  }
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_;
  Waves waves_;
  bool settled_ = false;
  Inputs settled_for_;
};

}  // namespace ranvier::rtl
