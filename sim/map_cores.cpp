// SPDX-License-Identifier: Apache-2.0
// Stages value by value: GELU, whose encoder sees a map of what arrived, and the residual sum, which has no encoder and
// sends the change of its sum.
#include "sim/map_core.h"
#include "workloads/units.h"

namespace ranvier::sim {
namespace {

class GeluCore final : public MapCore {
 public:
  using MapCore::MapCore;

 private:
  bool has_map_of(std::int32_t x) const override {
    const workloads::GeluParams& gelu = stage().gelu;
    return x >= gelu.first_code && x - std::int64_t{gelu.first_code} < static_cast<std::int64_t>(gelu.table.size());
  }
  void mark(std::int32_t, std::size_t i) override { set_stale(i); }
  std::int64_t map_token(std::int32_t t, std::int32_t* mapped) const override {
    std::int64_t values = 0;
    for (std::int32_t o = 0; o < outputs(); ++o) {
      if (!stale(index(t, o))) continue;
      mapped[o] = workloads::gelu_value(input(t)[o], stage().gelu);
      ++values;
    }
    return values;
  }
};

class AddCore final : public BehaviouralCore {
 public:
  explicit AddCore(const TileSpec& tile_spec) : BehaviouralCore(tile_spec), sum_(contexts()), sent_(contexts()) {}
  bool restless() const override { return sum_ != sent_; }
  std::vector<std::int32_t> codes() const override { return sum_; }
  std::vector<std::int64_t> potentials() const override { return {sum_.begin(), sum_.end()}; }

 private:
  void clear() override {
    sum_.assign(sum_.size(), 0);
    sent_.assign(sent_.size(), 0);
  }
  Touched accept(const Event& event) override {
    const std::int32_t token = local_token(event);
    sum_[index(token, event.channel - spec().tile.outputs.begin)] +=
        stage().inputs[static_cast<std::size_t>(event.port)].gain * event.value;
    return {.outputs = 1, .reads = 0, .multiplies = false, .token = token};
  }
  void fire_token(std::int32_t t) override {
    for (std::int32_t o = 0; o < outputs(); ++o) {
      const std::size_t i = index(t, o);
      look_at_contexts(1);
      if (sum_[i] != sent_[i]) emit(t, o, sum_[i] - sent_[i]);
      sent_[i] = sum_[i];
    }
  }
  void write(StateWriter& w) const override {
    w.array(sum_);
    w.array(sent_);
  }
  void read(StateReader& r) override {
    r.array(sum_);
    r.array(sent_);
  }
  std::vector<std::int32_t> sum_, sent_;
};

}  // namespace

std::unique_ptr<CoreModel> make_gelu_core(const TileSpec& spec) { return std::make_unique<GeluCore>(spec); }
std::unique_ptr<CoreModel> make_add_core(const TileSpec& spec) { return std::make_unique<AddCore>(spec); }

}  // namespace ranvier::sim
