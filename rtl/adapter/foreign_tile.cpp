// SPDX-License-Identifier: Apache-2.0
#include "rtl/adapter/foreign_tile.h"

#include <algorithm>

#include "rtl/adapter/errors.h"
#include "rtl/stage_tile.h"
#include "sim/state_bytes.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;

const Stage& stage_of(const sim::TileSpec& spec) { return spec.program->stage(spec.tile.stage); }

/// Calls `f` with payloads within the core's range that sum up to `payload`.
template <class F>
void split_payload(const ranvier_core_info& info, std::int32_t payload, F f) {
  while (payload != 0) {
    const std::int32_t part = std::clamp(payload, info.payload_min, info.payload_max);
    f(part);
    payload -= part;
  }
}

class ForeignTile final : public sim::CoreModel {
 public:
  ForeignTile(const std::shared_ptr<const CoreLibrary>& library, const sim::TileSpec& spec,
              const std::filesystem::path& wave = {})
      : library_(library), spec_(spec), tile_(stage_tile(spec)), core_(library) {
    core_.set_work(fmt::format("'{}', tokens {} to {}, neurons {} to {}", spec.program->stage(spec.tile.stage).name,
                               spec.tile.tokens.begin, spec.tile.tokens.end - 1, spec.tile.outputs.begin,
                               spec.tile.outputs.end - 1));
    if (!wave.empty()) traces_ = core_.open_wave(wave);
    core_.load({.neurons = tile_.neurons,
                .axons = tile_.axons,
                .tokens = tile_.tokens,
                .graded = tile_.graded,
                .lo = tile_.lo,
                .hi = tile_.hi,
                .weight = tile_.weight.data(),
                .threshold = tile_.threshold.data(),
                .potential = tile_.potential.data()});
    active_.assign(contexts(), 0);
  }

  void begin_image() override {
    core_.write_state(tile_.potential, std::vector<std::int32_t>(contexts()));
    counters_ = {};
    active_.assign(contexts(), 0);
    rests_ = false;
  }

  Cycles receive(const sim::Event& event, Cycles) override {
    events_.clear();
    take(event);
    return send();
  }

  Cycles receive_train(const sim::EventTrain& train, std::int32_t port) override {
    events_.clear();
    for (sim::Event event : train.events) {
      event.port = port;
      take(event);
    }
    return send();
  }

  Cycles fire(std::vector<sim::Emission>& out) override {
    const std::uint64_t before = core_.counts().busy_cycles;
    const auto spikes = core_.step();
    const Cycles cost(static_cast<std::int64_t>(core_.counts().busy_cycles - before));
    const mapper::Tile& tile = spec_.tile;
    for (const ranvier_core_spike& s : spikes) {
      if (s.token < 0 || s.token >= tile_.tokens || s.neuron < 0 || s.neuron >= tile_.neurons) {
        throw CoreCallFailed(core_.library().path(), "ranvier_core_step",
                             fmt::format("an event of token {}, neuron {}, which the tile of {} tokens and {} neurons "
                                         "does not have",
                                         s.token, s.neuron, tile_.tokens, tile_.neurons));
      }
      out.push_back({tile.tokens.begin + s.token, tile.outputs.begin + s.neuron, s.payload,
                     Cycles(static_cast<std::int64_t>(s.cycle))});
      active_[context(s.token, s.neuron)] = 1;
    }
    counters_.soma_updates += static_cast<std::int64_t>(contexts());
    counters_.active_updates += std::count(active_.begin(), active_.end(), std::uint8_t{1});
    std::fill(active_.begin(), active_.end(), std::uint8_t{0});
    counters_.spikes += static_cast<std::int64_t>(spikes.size());
    counters_.events_out += static_cast<std::int64_t>(spikes.size());
    counters_.busy += cost;
    rests_ = spec_.graded || spikes.empty();
    return cost;
  }

  bool restless() const override {
    if (rests_ || !stage_of(spec_).encoder.present) return false;
    core_.read_state(potential_, code_);
    for (std::size_t i = 0; i < potential_.size(); ++i) {
      const std::int32_t threshold = tile_.threshold[i % static_cast<std::size_t>(tile_.neurons)];
      if (potential_[i] >= threshold && code_[i] < tile_.hi) return true;
      if (potential_[i] < 0 && code_[i] > tile_.lo) return true;
    }
    rests_ = true;
    return false;
  }

  std::vector<std::int32_t> codes() const override {
    core_.read_state(potential_, code_);
    return stage_of(spec_).encoder.present ? code_ : potential_;
  }

  std::vector<std::int64_t> potentials() const override {
    core_.read_state(potential_, code_);
    return {potential_.begin(), potential_.end()};
  }

  const sim::CoreCounters& counters() const override { return counters_; }

  std::unique_ptr<sim::CoreModel> traced(const std::filesystem::path& file) const override {
    auto twin = std::make_unique<ForeignTile>(library_, spec_, file);
    if (!twin->traces_) return nullptr;
    return twin;
  }

  std::int64_t clock_cycles() const override { return static_cast<std::int64_t>(core_.counts().cycles); }

  std::vector<std::uint8_t> save() const override {
    core_.read_state(potential_, code_);
    sim::StateWriter w;
    w.value(counters_);
    w.array(active_);
    w.array(potential_);
    w.array(code_);
    w(core_.save_hidden());
    return w.take();
  }

  void restore(const std::vector<std::uint8_t>& bytes) override {
    sim::StateReader r(bytes);
    r.value(counters_);
    r.array(active_);
    potential_.resize(contexts());
    code_.resize(contexts());
    r.array(potential_);
    r.array(code_);
    std::vector<std::uint8_t> hidden;
    r(hidden);
    r.finish();
    core_.write_state(potential_, code_);
    core_.restore_hidden(hidden);
    rests_ = false;
  }

 private:
  std::size_t contexts() const { return tile_.potential.size(); }
  std::size_t context(std::int32_t token, std::int32_t neuron) const {
    return static_cast<std::size_t>(token) * static_cast<std::size_t>(tile_.neurons) + static_cast<std::size_t>(neuron);
  }

  /// Adds an event, in parts that fit the core's ports, to those to be sent; counts it once.
  void take(const sim::Event& event) {
    const mapper::Tile& tile = spec_.tile;
    const bool direct = event.port == sim::kPartialPort;
    const mapper::Range& channels = direct ? tile.outputs : tile.inputs;
    if (!tile.tokens.contains(event.token) || !channels.contains(event.channel) ||
        (direct && !core_.library().direct())) {
      throw EventBeyondCore(core_.library().name(), stage_of(spec_).name, event);
    }
    const std::int32_t token = event.token - tile.tokens.begin, axon = event.channel - channels.begin;
    const auto row = active_.begin() + static_cast<std::ptrdiff_t>(context(token, 0));
    if (direct) {
      events_.push_back({token, axon, event.value, 1});
      row[axon] = 1;
      ++counters_.adds;
    } else {
      split_payload(core_.library().info(), event.value, [&](std::int32_t part) {
        events_.push_back({token, axon, part, 0});
      });
      std::fill_n(row, tile_.neurons, std::uint8_t{1});
      const bool multiplies = spec_.graded || (event.value != 1 && event.value != -1);
      (multiplies ? counters_.multiply_adds : counters_.adds) += tile_.neurons;
      counters_.synapse_reads += tile_.neurons;
    }
    ++counters_.events_in;
  }

  Cycles send() {
    const std::uint64_t before = core_.counts().busy_cycles;
    core_.send(events_);
    const Cycles cost(static_cast<std::int64_t>(core_.counts().busy_cycles - before));
    counters_.busy += cost;
    rests_ = false;
    return cost;
  }

  std::shared_ptr<const CoreLibrary> library_;
  sim::TileSpec spec_;
  CoreTile tile_;
  bool traces_ = false;
  mutable CoreInstance core_;  // reading state may take clock cycles, which change nothing
  sim::CoreCounters counters_;
  std::vector<std::uint8_t> active_;  // by context: had input, or fired, since the tile last fired
  std::vector<ranvier_core_event> events_;
  mutable std::vector<std::int32_t> potential_, code_;
  mutable bool rests_ = false;  // known to rest without looking
};

}  // namespace

std::string why_beyond(const ranvier_core_info& info, const sim::TileSpec& spec) {
  const Stage& stage = stage_of(spec);
  const mapper::Tile& tile = spec.tile;
  if (tile.engine != mapper::Engine::kSpiking) return "it runs in dense mode";
  if (stage.kind != workloads::StageKind::kLinear) return "it is not a linear stage";
  if (tile.partial_of.valid()) return "the tile holds only some of its inputs and has no encoder";
  if (spec.graded && (info.features & RANVIER_CORE_GRADED) == 0) {
    return "the core fires unary only; take --schedule staged-unary";
  }
  if (tile.inputs.size() < stage.in_channels && (info.features & RANVIER_CORE_DIRECT) == 0) {
    return "the tile gets partial sums of others, and the core takes no direct events";
  }
  if (tile.outputs.size() > info.neurons || tile.inputs.size() > info.axons || tile.tokens.size() > info.tokens) {
    return fmt::format("a tile of {} neurons, {} axons and {} tokens exceeds its {}, {} and {}", tile.outputs.size(),
                       tile.inputs.size(), tile.tokens.size(), info.neurons, info.axons, info.tokens);
  }
  const CoreTile core = stage_tile(spec);
  if (core.hi - core.lo > info.span) {
    return fmt::format("codes from {} to {} need a tracer of more than {}", core.lo, core.hi, info.span);
  }
  const auto [least, most] = std::minmax_element(core.threshold.begin(), core.threshold.end());
  if (*least < 1 || *most > info.threshold_max) {
    return fmt::format("thresholds from {} to {} are not within 1 and {}", *least, *most, info.threshold_max);
  }
  // The state before the first event; what later leaves the bits, the core says itself.
  const std::int64_t potential_most = (std::int64_t{1} << (info.potential_bits - 1)) - 1;
  const auto [lowest, highest] = std::minmax_element(core.potential.begin(), core.potential.end());
  if (*lowest < -potential_most - 1 || *highest > potential_most) {
    return fmt::format("potentials from {} to {} before the first event do not fit {} bits", *lowest, *highest,
                       info.potential_bits);
  }
  const auto [low, high] = std::minmax_element(core.weight.begin(), core.weight.end());
  const int half = 1 << (info.weight_bits - 1);
  if (*low < -half || *high >= half) {
    return fmt::format("weights from {} to {} do not fit {} bits", int{*low}, int{*high}, info.weight_bits);
  }
  return {};
}

std::unique_ptr<sim::CoreModel> make_foreign_core(const std::shared_ptr<const CoreLibrary>& library,
                                                  const sim::TileSpec& spec) {
  if (const std::string why = why_beyond(library->info(), spec); !why.empty()) {
    throw TileBeyondCore(library->name(), stage_of(spec).name, why);
  }
  return std::make_unique<ForeignTile>(library, spec);
}

sim::CoreFactory foreign_core_factory(const std::shared_ptr<const CoreLibrary>& library) {
  return [library](const sim::TileSpec& spec) { return make_foreign_core(library, spec); };
}

}  // namespace ranvier::rtl
