// SPDX-License-Identifier: Apache-2.0
// Stages whose encoder sees a map of what arrived: LayerNorm over a token's channels, GELU value by value. Also the
// residual sum, which has no encoder and sends the change of its sum.
#include "sim/behavioural_core.h"
#include "workloads/units.h"

namespace ranvier::sim {
namespace {

/// Integer input X[token][channel] of the tile's outputs, and f(X), which is computed when a token fires after a
/// change.
class MapCore : public BehaviouralCore {
 public:
  explicit MapCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec), tracers_(tile_spec), input_(contexts()), mapped_(contexts()), stale_(contexts()) {}

  bool restless() const final {
    std::vector<std::int32_t> fresh;
    for (std::int32_t t = 0; t < tokens(); ++t) {
      fresh.assign(&mapped_[index(t, 0)], &mapped_[index(t, 0)] + outputs());
      map_token(t, fresh.data());
      for (std::int32_t o = 0; o < outputs(); ++o) {
        if (tracers_.due(index(t, o), o, fresh[static_cast<std::size_t>(o)]) != 0) return true;
      }
    }
    return false;
  }
  std::vector<std::int32_t> codes() const final { return tracers_.codes(); }
  std::vector<std::int64_t> potentials() const final {
    std::vector<std::int64_t> all(contexts());
    std::vector<std::int32_t> fresh;
    for (std::int32_t t = 0; t < tokens(); ++t) {
      fresh.assign(&mapped_[index(t, 0)], &mapped_[index(t, 0)] + outputs());
      map_token(t, fresh.data());
      for (std::int32_t o = 0; o < outputs(); ++o)
        all[index(t, o)] = tracers_.potential(index(t, o), o, fresh[static_cast<std::size_t>(o)]);
    }
    return all;
  }

 protected:
  /// Brings f of the stale values of a token up to date; returns how many values went through the map.
  virtual std::int64_t map_token(std::int32_t token, std::int32_t* mapped) const = 0;
  /// Some maps are tables; a state from elsewhere is not to reach beyond them.
  virtual bool has_map_of(std::int32_t) const { return true; }
  /// Marks what an input at `i` makes stale.
  virtual void mark(std::int32_t token, std::size_t i) = 0;

  const std::int32_t* input(std::int32_t token) const { return &input_[index(token, 0)]; }
  bool stale(std::size_t i) const { return stale_[i] != 0; }
  void set_stale(std::size_t i) { stale_[i] = 1; }

 private:
  void clear() final {
    input_.assign(input_.size(), 0);
    mapped_.assign(mapped_.size(), 0);
    stale_.assign(stale_.size(), 1);  // f(0) need not be 0
    tracers_.clear();
  }
  Touched accept(const Event& event) final {
    const std::int32_t token = local_token(event);
    const std::size_t i = index(token, event.channel - spec().tile.outputs.begin);
    input_[i] += stage().inputs[static_cast<std::size_t>(event.port)].gain * event.value;
    mark(token, i);
    return {.outputs = 1, .reads = 0, .multiplies = false, .token = token};
  }
  void fire_token(std::int32_t t) final {
    map_values(map_token(t, &mapped_[index(t, 0)]));
    for (std::int32_t o = 0; o < outputs(); ++o) {
      const std::size_t i = index(t, o);
      stale_[i] = 0;
      look_at_contexts(1);
      const std::int32_t change = tracers_.fire(i, o, mapped_[i]);
      if (change != 0) emit(t, o, change);
    }
  }
  void write(StateWriter& w) const final {
    w.array(input_);
    w.array(mapped_);
    w.array(stale_);
    tracers_.write(w);
  }
  void read(StateReader& r) final {
    r.array(input_);
    r.array(mapped_);
    r.array(stale_);
    tracers_.read(r);
    for (const std::int32_t x : input_)
      if (!has_map_of(x)) throw StateMismatch("an input that the map has no value of");
  }

  StBifTracers tracers_;
  std::vector<std::int32_t> input_, mapped_;
  std::vector<std::uint8_t> stale_;
};

class LayerNormCore final : public MapCore {
 public:
  using MapCore::MapCore;

 private:
  // Mean and variance span the token: one changed channel makes all of them stale. Channel 0 stands for its token.
  void mark(std::int32_t token, std::size_t) override { set_stale(index(token, 0)); }
  std::int64_t map_token(std::int32_t t, std::int32_t* mapped) const override {
    if (!stale(index(t, 0))) return 0;
    workloads::layer_norm_row(input(t), outputs(), stage().layer_norm, mapped);
    return outputs();
  }
};

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

std::unique_ptr<CoreModel> make_layer_norm_core(const TileSpec& spec) { return std::make_unique<LayerNormCore>(spec); }
std::unique_ptr<CoreModel> make_gelu_core(const TileSpec& spec) { return std::make_unique<GeluCore>(spec); }
std::unique_ptr<CoreModel> make_add_core(const TileSpec& spec) { return std::make_unique<AddCore>(spec); }

}  // namespace ranvier::sim
