// SPDX-License-Identifier: Apache-2.0
#include "rtl/compartment_core.h"

#include <algorithm>
#include <filesystem>

#include "rtl/errors.h"
#include "rtl/spike_core_driver.h"
#include "sim/state_bytes.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::rtl {
namespace {

class CompartmentCore final : public sim::CoreModel {
 public:
  CompartmentCore(const sim::TileSpec& spec, CompartmentTile tile, std::unique_ptr<SpikeCorePort> port,
                  std::filesystem::path wave = {})
      : spec_(spec),
        stage_(spec.program->stage(spec.tile.stage)),
        map_(std::move(tile)),
        port_(std::move(port)),
        driver_(*port_),
        wave_(std::move(wave)),
        always_(map_.core.bias.front() != 0),
        active_(map_.core.potential.size()),
        spikes_(map_.core.potential.size()) {
    driver_.load(map_.core);
  }

  void begin_image() override {
    const std::vector<NeuronState> state = initial_state(map_.core);
    driver_.write_state(state);
    if (driver_.overflow() || driver_.saturated()) driver_.clear_overflow();
    counters_ = {};
    std::fill(spikes_.begin(), spikes_.end(), 0);
    note_activity(state);
    drain_due_ = 0;
  }

  Cycles receive(const sim::Event& event, Cycles) override {
    const std::int32_t axon = axon_of(event);
    const CoreEvent e = listed_event(map_.core, axon, event.value);
    begin_wave();
    // The drain overlaps with the next event's decode, if one follows; fire() charges the one that does not.
    drain_due_ = drain_cycles(map_.core, e);
    const Cycles cost(driver_.send(e) - drain_due_);
    if (driver_.overflow()) throw RtlOverflow(stage_.name, event.token);
    const std::int64_t synapses = map_.synapses[static_cast<std::size_t>(axon)];
    const bool sparse = stage_.sparse && !stage_.sparse->dense();
    ++counters_.events_in;
    counters_.adds += synapses;
    (sparse ? counters_.sparse_reads : stage_.tokens > 1 ? counters_.conv_reads : counters_.synapse_reads) += synapses;
    counters_.busy += cost;
    activate(event, axon);
    return cost;
  }

  Cycles fire(std::vector<sim::Emission>& out) override {
    timed_.clear();
    begin_wave();
    const Cycles cost(drain_due_ + driver_.tick(timed_));
    for (const SpikeCoreDriver::TimedSpike& s : timed_) {
      out.push_back({spec_.tile.tokens.begin + s.spike.token, spec_.tile.outputs.begin + s.spike.neuron,
                     s.spike.payload, Cycles(drain_due_ + s.at)});
      ++spikes_[static_cast<std::size_t>(s.spike.token * map_.core.neurons + s.spike.neuron)];
    }
    drain_due_ = 0;
    const std::int64_t active = std::count(active_.begin(), active_.end(), std::uint8_t{1});
    const auto fired = static_cast<std::int64_t>(timed_.size());
    counters_.soma_updates += static_cast<std::int64_t>(active_.size());
    counters_.active_updates += active;
    counters_.spikes += fired;
    counters_.events_out += fired;
    counters_.busy += cost;
    if (!always_ && active > 0) note_activity(driver_.read_state());
    return cost;
  }

  bool restless() const override {
    return std::any_of(active_.begin(), active_.end(), [](std::uint8_t a) { return a != 0; });
  }
  std::vector<std::int32_t> codes() const override { return spikes_; }
  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> potentials;
    for (const NeuronState& s : driver_.read_state()) potentials.push_back(s.upper);
    return potentials;
  }
  const sim::CoreCounters& counters() const override { return counters_; }
  std::unique_ptr<sim::CoreModel> traced(const std::filesystem::path& file) const override {
    return std::make_unique<CompartmentCore>(spec_, compartment_tile(spec_), make_check_port(1), file);
  }
  std::int64_t clock_cycles() const override { return port_->cycles(); }

  std::vector<std::uint8_t> save() const override {
    sim::StateWriter w;
    w.value(counters_);
    w.array(active_);
    w.array(spikes_);
    w.value(drain_due_);
    w.array(driver_.read_state());
    return w.take();
  }
  void restore(const std::vector<std::uint8_t>& bytes) override {
    sim::StateReader r(bytes);
    r.value(counters_);
    r.array(active_);
    r.array(spikes_);
    r.value(drain_due_);
    std::vector<NeuronState> state = initial_state(map_.core);
    r.array(state);
    r.finish();
    driver_.write_state(state);
    if (driver_.overflow() || driver_.saturated()) driver_.clear_overflow();
  }

 private:
  /// At the first event, so that the waveform is of work and not of loading.
  void begin_wave() {
    if (wave_.empty()) return;
    port_->open_wave(wave_);
    wave_.clear();
  }

  std::int32_t axon_of(const sim::Event& event) const {
    const bool fits = event.port >= 0 && event.port < static_cast<std::int32_t>(map_.first_source.size()) &&
                      event.value >= kPayloadMin && event.value <= kPayloadMax && event.token >= 0 &&
                      event.channel >= 0 && (map_.channels_in == 0 || event.channel < map_.channels_in);
    if (!fits) throw EventNotSupported(stage_.name, event);
    const auto source = static_cast<std::size_t>(map_.source_of(event));
    if (source >= map_.axon_of.size()) throw EventNotSupported(stage_.name, event);
    return map_.axon_of[source];
  }

  /// A compartment is active that had input or is not at rest: a step without input would change it, or fire it.
  void note_activity(const std::vector<NeuronState>& state) {
    const std::int32_t threshold = map_.core.threshold.front();
    const bool cuba = map_.core.kind == CoreNeuron::kCuba;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const NeuronState& s = state[i];
      active_[i] = always_ || (cuba ? (s.lower | s.upper | s.code) != 0 : s.upper > threshold);
    }
  }

  /// Weights of 0 are input too; sparse synapses reach those targets only that they name.
  void activate(const sim::Event& event, std::int32_t axon);

  sim::TileSpec spec_;
  const workloads::Stage& stage_;
  const CompartmentTile map_;
  std::unique_ptr<SpikeCorePort> port_;
  mutable SpikeCoreDriver driver_;  // reading state takes clock cycles, which change nothing
  std::filesystem::path wave_;      // to be opened
  bool always_;                     // a bias: never at rest
  std::vector<std::uint8_t> active_;
  std::vector<std::int32_t> spikes_;  // [token][neuron], since the sample began
  std::vector<SpikeCoreDriver::TimedSpike> timed_;
  sim::CoreCounters counters_;
  std::int64_t drain_due_ = 0;
};

void CompartmentCore::activate(const sim::Event& event, std::int32_t axon) {
  const CoreTile& core = map_.core;
  if (stage_.sparse) {
    const workloads::IndexRange channels{spec_.tile.outputs.begin, spec_.tile.outputs.end};
    stage_.sparse->for_each(map_.source_of(event), channels, [&](std::int32_t target, std::int32_t) {
      active_[static_cast<std::size_t>(target - channels.first)] = 1;
    });
    return;
  }
  const AxonList& list = core.lists[static_cast<std::size_t>(axon)];
  for (std::int32_t e = list.first; e < list.first + list.count; ++e) {
    const ListEntry& entry = core.entries[static_cast<std::size_t>(e)];
    const std::int32_t first = entry.group * core.limits.lanes;
    const std::int32_t end = std::min(first + core.limits.lanes, core.neurons);
    const std::int32_t only = stage_.conv.depthwise ? event.channel - spec_.tile.outputs.begin : -1;
    for (std::int32_t n = first; n < end; ++n)
      if (only < 0 || n == only) active_[static_cast<std::size_t>(entry.token * core.neurons + n)] = 1;
  }
}

}  // namespace

std::unique_ptr<sim::CoreModel> make_compartment_core(const sim::TileSpec& spec, CompartmentTile tile,
                                                      std::unique_ptr<SpikeCorePort> port) {
  return std::make_unique<CompartmentCore>(spec, std::move(tile), std::move(port));
}

}  // namespace ranvier::rtl
