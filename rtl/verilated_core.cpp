// SPDX-License-Identifier: Apache-2.0
#include "rtl/verilated_core.h"

#include <fmt/format.h>
#include <algorithm>

#include "rtl/compartment_core.h"
#include "rtl/core_in_node.h"
#include "rtl/core_parameters.h"
#include "rtl/errors.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stage_tile.h"
#include "sim/state_bytes.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;

const Stage& stage_of(const sim::TileSpec& spec) { return spec.program->stage(spec.tile.stage); }

class VerilatedCore final : public sim::CoreModel, public sim::PipelinedCore {
 public:
  VerilatedCore(const sim::TileSpec& spec, const CoreTile& tile, std::unique_ptr<SpikeCorePort> port,
                std::filesystem::path wave = {}, sim::CorePipeline pipeline = {})
      : spec_(spec),
        pipeline_(pipeline),
        encodes_(stage().encoder.present),
        port_(std::move(port)),
        driver_(*port_),
        wave_(std::move(wave)) {
    driver_.load(tile);
  }

  void begin_image() override {
    driver_.write_state(initial_state(driver_.tile()));
    if (driver_.overflow()) driver_.clear_overflow();
    counters_ = {};
    active_.assign(contexts(), 0);
    drain_due_ = false;
    rests_ = false;
  }

  Cycles receive(const sim::Event& event, Cycles) override {
    const CoreEvent e = local(event);
    begin_wave();
    // The drain overlaps with the next event's decode, if one follows; fire() charges the one that does not.
    const Cycles cost(driver_.send(e) - kDrainCycles);
    if (driver_.overflow()) throw RtlOverflow(stage().name, event.token);
    const std::int64_t touched = e.direct ? 1 : spec_.tile.outputs.size();
    const bool multiplies = !e.direct && (spec_.graded || (e.payload != 1 && e.payload != -1));
    const auto row = active_.begin() + std::int64_t{e.token} * spec_.tile.outputs.size();
    if (e.direct) {
      row[e.channel] = 1;
    } else {
      std::fill_n(row, spec_.tile.outputs.size(), std::uint8_t{1});
    }
    ++counters_.events_in;
    (multiplies ? counters_.multiply_adds : counters_.adds) += touched;
    if (!e.direct) counters_.synapse_reads += touched;
    counters_.busy += cost;
    drain_due_ = true;
    rests_ = false;
    return cost;
  }

  sim::CorePipeline pipeline() const override { return pipeline_; }

  Cycles fire(std::vector<sim::Emission>& out) override {
    const std::int64_t drain = drain_due_ ? kDrainCycles - pipeline_.drain : 0;
    drain_due_ = false;
    spikes_.clear();
    begin_wave();
    const Cycles cost(drain + driver_.tick(spikes_));
    for (const SpikeCoreDriver::TimedSpike& s : spikes_) {
      out.push_back({spec_.tile.tokens.begin + s.spike.token, spec_.tile.outputs.begin + s.spike.neuron,
                     s.spike.payload, Cycles(drain + s.at)});
    }
    for (const SpikeCoreDriver::TimedSpike& spike : spikes_)
      active_[static_cast<std::size_t>(spike.spike.token * spec_.tile.outputs.size() + spike.spike.neuron)] = 1;
    counters_.soma_updates += static_cast<std::int64_t>(contexts());
    counters_.active_updates += std::count(active_.begin(), active_.end(), std::uint8_t{1});
    std::fill(active_.begin(), active_.end(), std::uint8_t{0});
    counters_.spikes += static_cast<std::int64_t>(spikes_.size());
    counters_.events_out += static_cast<std::int64_t>(spikes_.size());
    counters_.busy += cost;
    rests_ = spec_.graded || spikes_.empty();
    return cost;
  }

  bool restless() const override {
    if (!encodes_ || rests_) return false;
    const CoreTile& tile = driver_.tile();
    const std::vector<NeuronState> state = driver_.read_state();
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::int32_t threshold = tile.threshold[i % static_cast<std::size_t>(tile.neurons)];
      if (state[i].potential >= threshold && state[i].code < tile.hi) return true;
      if (state[i].potential < 0 && state[i].code > tile.lo) return true;
    }
    rests_ = true;
    return false;
  }

  std::vector<std::int32_t> codes() const override {
    std::vector<std::int32_t> codes;
    for (const NeuronState& s : driver_.read_state()) codes.push_back(encodes_ ? s.code : s.potential);
    return codes;
  }

  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> potentials;
    for (const NeuronState& s : driver_.read_state()) potentials.push_back(s.potential);
    return potentials;
  }

  const sim::CoreCounters& counters() const override { return counters_; }

  std::unique_ptr<sim::CoreModel> traced(const std::filesystem::path& file) const override {
    CoreTile tile = driver_.tile();
    tile.limits = kCoreLimits;  // the set with waveforms
    return std::make_unique<VerilatedCore>(spec_, tile, make_check_port(1), file, pipeline_);
  }
  std::int64_t clock_cycles() const override { return port_->cycles(); }

  std::vector<std::uint8_t> save() const override {
    sim::StateWriter w;
    w.value(counters_);
    w.array(active_);
    w.value(drain_due_);
    w.array(driver_.read_state());
    return w.take();
  }

  void restore(const std::vector<std::uint8_t>& bytes) override {
    sim::StateReader r(bytes);
    r.value(counters_);
    active_.assign(contexts(), 0);
    r.array(active_);
    r.value(drain_due_);
    std::vector<NeuronState> state = initial_state(driver_.tile());
    r.array(state);
    r.finish();
    driver_.write_state(state);
    if (driver_.overflow()) driver_.clear_overflow();
    rests_ = false;
  }

 private:
  const Stage& stage() const { return stage_of(spec_); }
  std::size_t contexts() const {
    return static_cast<std::size_t>(spec_.tile.outputs.size()) * static_cast<std::size_t>(spec_.tile.tokens.size());
  }

  /// At the first event, so that the waveform is of work and not of loading.
  void begin_wave() {
    if (wave_.empty()) return;
    port_->open_wave(wave_);
    wave_.clear();
  }

  CoreEvent local(const sim::Event& event) const {
    const mapper::Tile& tile = spec_.tile;
    const bool direct = event.port == sim::kPartialPort;
    const mapper::Range& channels = direct ? tile.outputs : tile.inputs;
    const bool fits = direct ? event.value >= kPotentialMin && event.value <= kPotentialMax
                             : event.value >= kPayloadMin && event.value <= kPayloadMax;
    if (!tile.tokens.contains(event.token) || !channels.contains(event.channel) || !fits) {
      throw EventNotSupported(stage().name, event);
    }
    return {event.token - tile.tokens.begin, event.channel - channels.begin, event.value, direct};
  }

  sim::TileSpec spec_;
  sim::CorePipeline pipeline_;
  bool encodes_;
  std::unique_ptr<SpikeCorePort> port_;
  mutable SpikeCoreDriver driver_;  // reading state takes clock cycles, which change nothing
  std::filesystem::path wave_;      // to be opened
  std::vector<SpikeCoreDriver::TimedSpike> spikes_;
  sim::CoreCounters counters_;
  std::vector<std::uint8_t> active_;  // by context: had input, or fired, since the tile last fired
  bool drain_due_ = false;
  mutable bool rests_ = false;  // known to rest without looking
};

}  // namespace

std::string why_not_supported(const sim::TileSpec& spec) {
  const Stage& stage = stage_of(spec);
  const mapper::Tile& tile = spec.tile;
  if (tile.engine != mapper::Engine::kSpiking) return "it runs in dense mode";
  if (stage.kind == workloads::StageKind::kLif) return compartment_tile(spec, verilated_set_for(*spec.core)).why_not;
  if (stage.kind != workloads::StageKind::kLinear) return "it is neither a linear stage nor one of compartments";
  if (tile.partial_of.valid()) return "the tile holds only some of its inputs and has no encoder";
  if (tile.outputs.size() > kCoreLimits.neurons || tile.inputs.size() > kCoreLimits.axons ||
      tile.tokens.size() > kCoreLimits.tokens) {
    return fmt::format("a tile of {} neurons, {} axons and {} tokens exceeds its {}, {} and {}", tile.outputs.size(),
                       tile.inputs.size(), tile.tokens.size(), kCoreLimits.neurons, kCoreLimits.axons,
                       kCoreLimits.tokens);
  }
  if (stage.encoder.present) {
    if (stage.encoder.hi - stage.encoder.lo > kSpanMax) {
      return fmt::format("codes from {} to {} need a tracer of more than 8 bits", stage.encoder.lo, stage.encoder.hi);
    }
    const auto [least, most] = std::minmax_element(stage.encoder.threshold.begin() + tile.outputs.begin,
                                                   stage.encoder.threshold.begin() + tile.outputs.end);
    if (*least < 1 || *most > kThresholdMax) {
      return fmt::format("thresholds from {} to {} are not within 1 and {}", *least, *most, kThresholdMax);
    }
  }
  return {};
}

std::unique_ptr<sim::CoreModel> make_verilated_core(const sim::TileSpec& spec) {
  if (const std::string why = why_not_supported(spec); !why.empty()) throw TileNotSupported(stage_of(spec).name, why);
  const CoreLimits& set = verilated_set_for(*spec.core);
  if (stage_of(spec).kind == workloads::StageKind::kLif)
    return make_compartment_core(spec, compartment_tile(spec, set), make_fast_port(set));
  CoreTile tile = stage_tile(spec);
  tile.limits = set;
  return make_verilated_core(spec, tile);
}

std::unique_ptr<sim::CoreModel> make_verilated_core(const sim::TileSpec& spec, const CoreTile& loaded) {
  return std::make_unique<VerilatedCore>(spec, loaded, make_fast_port(loaded.limits));
}

std::unique_ptr<sim::CoreModel> make_core_in_node(const sim::TileSpec& spec) {
  if (const std::string why = why_not_supported(spec); !why.empty()) throw TileNotSupported(stage_of(spec).name, why);
  CoreTile tile = stage_tile(spec);
  tile.limits = verilated_set_for(*spec.core);
  return std::make_unique<VerilatedCore>(spec, tile, make_fast_port(tile.limits), std::filesystem::path{},
                                         kNodePipeline);
}

}  // namespace ranvier::rtl
