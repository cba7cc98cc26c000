// SPDX-License-Identifier: Apache-2.0
#include "sim/engine_cores.h"

#include "mapper/engine_work.h"
#include "sim/core_costs.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

/// A behavioural core whose work is counted in another way.
class EngineCore : public CoreModel {
 public:
  explicit EngineCore(const TileSpec& spec) : spec_(spec), inner_(make_behavioural_core(spec)) {}

  void begin_image() final {
    counters_ = {};
    inner_->begin_image();
  }
  bool restless() const final { return inner_->restless(); }
  std::vector<std::int32_t> codes() const final { return inner_->codes(); }
  std::vector<std::int64_t> potentials() const final { return inner_->potentials(); }
  const CoreCounters& counters() const final { return counters_; }
  std::vector<std::uint8_t> save() const final {
    StateWriter w;
    w.value(counters_);
    w.array(inner_->save());
    return w.take();
  }
  void restore(const std::vector<std::uint8_t>& state) final {
    StateReader r(state);
    r.value(counters_);
    std::vector<std::uint8_t> inner(inner_->save().size());
    r.array(inner);
    r.finish();
    inner_->restore(inner);
  }

 protected:
  TileSpec spec_;
  std::unique_ptr<CoreModel> inner_;
  CoreCounters counters_;
};

class DenseCore final : public EngineCore {
 public:
  explicit DenseCore(const TileSpec& spec)
      : EngineCore(spec), costs_(*spec.core), products_(mapper::dense_products_of(*spec.program, spec.tile)) {}

  Cycles receive(const Event& event, Cycles time) override {
    const std::int64_t swapped = inner_->counters().swapped_bytes;
    const Cycles as_ever = inner_->receive(event, time);
    const std::int64_t moved = inner_->counters().swapped_bytes - swapped;
    Cycles cost = Cycles(spec_.core->event_decode_cycles.value) + costs_.swap(moved);
    if (event.port == kPartialPort || event.port == kStatisticsPort) {
      ++counters_.adds;
      cost = as_ever;
    }
    ++counters_.events_in;
    counters_.swapped_bytes += moved;
    counters_.busy += cost;
    return cost;
  }

  Cycles fire(std::vector<Emission>& out) override {
    const CoreCounters before = inner_->counters();
    fired_.clear();
    const Cycles as_ever = inner_->fire(fired_);
    const CoreCounters& after = inner_->counters();
    const Cycles products(mapper::dense_product_cycles(*spec_.core, products_));
    const Cycles zeros = put_out(products, out);
    const Cycles cost = products + as_ever + zeros;
    counters_.soma_updates += after.soma_updates - before.soma_updates;
    counters_.active_updates += after.active_updates - before.active_updates;
    counters_.map_values += after.map_values - before.map_values;
    counters_.swapped_bytes += after.swapped_bytes - before.swapped_bytes;
    counters_.dense_multiply_adds += products_;
    counters_.busy += cost;
    return cost;
  }

 private:
  /// Moves what the inner core fired to `out`, after the products, with the zeros in between; returns their cycles.
  Cycles put_out(Cycles products, std::vector<Emission>& out) {
    const Cycles emit(spec_.core->emit_cycles.value);
    Cycles zeros;
    Cycles last = products;
    auto next = fired_.begin();
    const auto put = [&](const Emission& e) {
      out.push_back(e);
      last = e.at;
      ++counters_.events_out;
    };
    const auto put_next = [&] { put({next->token, next->channel, next->value, next->at + products + zeros}), ++next; };
    if (spec_.sends_zeros) {
      const mapper::Tile& tile = spec_.tile;
      for (std::int32_t t = tile.tokens.begin; t < tile.tokens.end; ++t) {
        for (std::int32_t c = tile.outputs.begin; c < tile.outputs.end; ++c) {
          if (next != fired_.end() && next->token == t && next->channel == c) {
            put_next();
          } else {
            zeros += emit;
            put({t, c, 0, last + emit});
          }
        }
      }
    }
    while (next != fired_.end()) put_next();
    return zeros;
  }

  CoreCosts costs_;
  std::int64_t products_;
  std::vector<Emission> fired_;  // kept to save allocations
};

class DeviceCore final : public EngineCore {
 public:
  using EngineCore::EngineCore;
  Cycles receive(const Event& event, Cycles time) override {
    inner_->receive(event, time);
    ++counters_.events_in;
    return Cycles(0);
  }
  Cycles fire(std::vector<Emission>& out) override {
    const std::size_t before = out.size();
    inner_->fire(out);
    for (std::size_t i = before; i < out.size(); ++i) out[i].at = Cycles(0);
    counters_.events_out += static_cast<std::int64_t>(out.size() - before);
    return Cycles(0);
  }
};

}  // namespace

std::unique_ptr<CoreModel> make_dense_core(const TileSpec& spec) { return std::make_unique<DenseCore>(spec); }
std::unique_ptr<CoreModel> make_device_core(const TileSpec& spec) { return std::make_unique<DeviceCore>(spec); }

std::unique_ptr<CoreModel> make_model_core(const TileSpec& spec) {
  switch (spec.tile.engine) {
    case mapper::Engine::kSpiking:
      break;
    case mapper::Engine::kDense:
      return make_dense_core(spec);
    case mapper::Engine::kOffload:
      return make_device_core(spec);
  }
  return make_behavioural_core(spec);
}

}  // namespace ranvier::sim
