// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_core.h"

#include "rtl/hybrid/errors.h"
#include "rtl/hybrid/hybrid_cycles.h"
#include "rtl/hybrid/hybrid_driver.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "sim/state_bytes.h"

namespace ranvier::rtl {
namespace {

class HybridCore final : public sim::CoreModel {
 public:
  HybridCore(const sim::TileSpec& spec, std::unique_ptr<HybridCorePort> port, std::filesystem::path wave = {})
      : spec_(spec), port_(std::move(port)), driver_(*port_), wave_(std::move(wave)) {
    driver_.load(hybrid_tile(spec));
  }

  void begin_image() override {
    driver_.write_state(initial_state(tile()));
    if (driver_.overflow()) driver_.clear_overflow();
    counters_ = {};
    overlap_due_ = false;
  }

  Cycles receive(const sim::Event& event, Cycles) override {
    const std::optional<HybridEvent> e = local_event(spec_, tile(), event);
    if (!e) throw HybridEventNotSupported(name(), event);
    begin_wave();
    // Decode and drain overlap with the events around it; fire() charges them once.
    const Cycles cost(driver_.send(*e) - kTrainCycles);
    check();
    count(*e);
    counters_.busy += cost;
    overlap_due_ = true;
    return cost;
  }

  Cycles fire(std::vector<sim::Emission>& out) override {
    const std::int64_t overlap = overlap_due_ ? kTrainCycles : 0;
    overlap_due_ = false;
    spikes_.clear();
    begin_wave();
    const Cycles cost(overlap + driver_.tick(spikes_));
    check();
    const mapper::Tile& range = spec_.tile;
    for (const HybridDriver::TimedSpike& s : spikes_) {
      out.push_back({range.tokens.begin + s.spike.token, range.outputs.begin + s.spike.output, s.spike.payload,
                     Cycles(overlap + s.at)});
    }
    const std::int64_t contexts = std::int64_t{tile().tokens} * tile().fired_outputs();
    counters_.soma_updates += contexts;
    if (tile().map != HybridMap::kNone && tile().map != HybridMap::kStatistics) counters_.map_values += contexts;
    if (tile().dense) counters_.dense_multiply_adds += contexts * tile().inputs;
    counters_.spikes += static_cast<std::int64_t>(spikes_.size());
    counters_.events_out += static_cast<std::int64_t>(spikes_.size());
    counters_.busy += cost;
    return cost;
  }

  bool restless() const override { return driver_.restless(); }

  std::vector<std::int32_t> codes() const override { return codes_in(tile(), driver_.read_state()); }
  std::vector<std::int64_t> potentials() const override { return potentials_in(tile(), driver_.read_state()); }

  const sim::CoreCounters& counters() const override { return counters_; }

  std::unique_ptr<sim::CoreModel> traced(const std::filesystem::path& file) const override {
    return std::make_unique<HybridCore>(spec_, make_check_hybrid_port(1), file);
  }
  std::int64_t clock_cycles() const override { return port_->cycles(); }

  std::vector<std::uint8_t> save() const override {
    const HybridState state = driver_.read_state();
    sim::StateWriter w;
    w.value(counters_);
    w.value(overlap_due_);
    w.array(state.sums);
    w.array(state.codes);
    w.array(state.inputs);
    w.array(state.operands);
    w.array(state.row_sums);
    return w.take();
  }

  void restore(const std::vector<std::uint8_t>& bytes) override {
    sim::StateReader r(bytes);
    HybridState state = initial_state(tile());
    r.value(counters_);
    r.value(overlap_due_);
    r.array(state.sums);
    r.array(state.codes);
    r.array(state.inputs);
    r.array(state.operands);
    r.array(state.row_sums);
    r.finish();
    driver_.write_state(state);
    if (driver_.overflow()) driver_.clear_overflow();
  }

 private:
  const HybridTile& tile() const { return driver_.tile(); }
  const std::string& name() const { return spec_.program->stage(spec_.tile.stage).name; }
  /// At the first event, so that the waveform is of work and not of loading.
  void begin_wave() {
    if (wave_.empty()) return;
    port_->open_wave(wave_);
    wave_.clear();
  }
  void check() const {
    if (driver_.overflow()) throw HybridOverflow(name());
  }

  void count(const HybridEvent& e) {
    ++counters_.events_in;
    const bool element = tile().events == HybridEvents::kElements || e.port == kDirectPort;
    if (tile().dense && !element) return;
    const std::int64_t touched = element ? 1 : e.port == 1 ? tile().tokens : tile().values;
    const bool unit = e.payload == 1 || e.payload == -1;
    (!element && (spec_.graded || !unit) ? counters_.multiply_adds : counters_.adds) += touched;
    if (!element) counters_.synapse_reads += touched;
  }

  sim::TileSpec spec_;
  std::unique_ptr<HybridCorePort> port_;
  mutable HybridDriver driver_;  // reading state and dry ticks take clock cycles, which change nothing
  std::filesystem::path wave_;   // to be opened
  std::vector<HybridDriver::TimedSpike> spikes_;
  sim::CoreCounters counters_;
  bool overlap_due_ = false;
};

}  // namespace

std::unique_ptr<sim::CoreModel> make_hybrid_core(const sim::TileSpec& spec, std::unique_ptr<HybridCorePort> port) {
  if (const std::string why = why_not_hybrid(spec); !why.empty())
    throw HybridTileNotSupported(spec.program->stage(spec.tile.stage).name, why);
  return std::make_unique<HybridCore>(spec, std::move(port));
}

std::unique_ptr<sim::CoreModel> make_hybrid_core(const sim::TileSpec& spec) {
  return make_hybrid_core(spec, make_fast_hybrid_port());
}

}  // namespace ranvier::rtl
