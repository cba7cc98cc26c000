// SPDX-License-Identifier: Apache-2.0
// Linear stages: a row of weights added per event. Whole tiles with an encoder, the head (its potentials are read, it
// never emits), and input slices, which send the change of their sums to the tile that owns the encoder.
#include "sim/behavioural_core.h"
#include "workloads/executor_kernels.h"

namespace ranvier::sim {
namespace {

class LinearCore final : public BehaviouralCore {
 public:
  explicit LinearCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec),
        tracers_(tile_spec),
        slice_(tile_spec.tile.partial_of.valid()),
        encodes_(!slice_ && stage().encoder.present),
        sum_(contexts()),
        sent_(slice_ ? contexts() : 0) {}

  bool restless() const override {
    for (std::int32_t t = 0; t < tokens(); ++t) {
      for (std::int32_t o = 0; o < outputs(); ++o) {
        const std::size_t i = index(t, o);
        if (slice_ ? sum_[i] != sent_[i] : encodes_ && tracers_.due(i, o, sum_[i]) != 0) return true;
      }
    }
    return false;
  }
  std::vector<std::int32_t> codes() const override { return encodes_ ? tracers_.codes() : sum_; }
  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> all(sum_.begin(), sum_.end());
    if (!encodes_) return all;
    for (std::int32_t t = 0; t < tokens(); ++t) {
      for (std::int32_t o = 0; o < outputs(); ++o)
        all[index(t, o)] = tracers_.potential(index(t, o), o, sum_[index(t, o)]);
    }
    return all;
  }

 private:
  void clear() override {
    const workloads::LinearParams& linear = stage().linear;
    sum_.assign(sum_.size(), 0);
    sent_.assign(sent_.size(), 0);
    tracers_.clear();
    if (slice_ || linear.bias.empty()) return;
    const mapper::Tile& tile = spec().tile;
    for (std::int32_t t = 0; t < tokens(); ++t) {
      const std::int32_t row = linear.bias_per_token ? (tile.tokens.begin + t) * stage().channels : 0;
      for (std::int32_t o = 0; o < outputs(); ++o) {
        sum_[index(t, o)] = linear.bias[static_cast<std::size_t>(row + tile.outputs.begin + o)];
      }
    }
  }

  Touched accept(const Event& event) override {
    const std::int32_t token = local_token(event);
    if (event.port == kPartialPort) {
      sum_[index(token, event.channel - spec().tile.outputs.begin)] += event.value;
      return {.outputs = 1, .reads = 0, .multiplies = false, .token = token};
    }
    const std::int8_t* weight = stage().linear.weight.data() +
                                static_cast<std::size_t>(event.channel) * static_cast<std::size_t>(stage().channels) +
                                spec().tile.outputs.begin;
    std::int32_t* sum = &sum_[index(token, 0)];
    for (std::int32_t o = 0; o < outputs(); ++o) sum[o] += weight[o] * event.value;
    const bool unit = event.value == 1 || event.value == -1;
    return {.outputs = outputs(), .reads = outputs(), .multiplies = spec().graded || !unit, .token = token};
  }

  bool takes_rows(std::int32_t port) const override { return port != kPartialPort; }
  Touched accept_rows(std::int32_t event_token, const workloads::RowEvents& rows) override {
    const std::int32_t token = event_token - spec().tile.tokens.begin;
    workloads::add_weight_rows(stage().linear.weight.data() + spec().tile.outputs.begin, stage().channels, outputs(),
                               rows, &sum_[index(token, 0)]);
    return {.outputs = outputs(), .reads = outputs(), .multiplies = true, .token = token};
  }

  void fire_token(std::int32_t t) override {
    for (std::int32_t o = 0; o < outputs(); ++o) {
      const std::size_t i = index(t, o);
      look_at_contexts(1);
      std::int32_t change = 0;
      if (slice_) {
        change = sum_[i] - sent_[i];
        sent_[i] = sum_[i];
      } else if (encodes_) {
        change = tracers_.fire(i, o, sum_[i]);
      }
      if (change != 0) emit(t, o, change);
    }
  }

  void write(StateWriter& w) const override {
    w.array(sum_);
    w.array(sent_);
    tracers_.write(w);
  }
  void read(StateReader& r) override {
    r.array(sum_);
    r.array(sent_);
    tracers_.read(r);
  }

  StBifTracers tracers_;
  bool slice_, encodes_;
  std::vector<std::int32_t> sum_;   // X, bias included; of an input slice: without bias
  std::vector<std::int32_t> sent_;  // input slice: the part of sum_ that its owner knows
};

}  // namespace

std::unique_ptr<CoreModel> make_linear_core(const TileSpec& spec) { return std::make_unique<LinearCore>(spec); }

}  // namespace ranvier::sim
