// SPDX-License-Identifier: Apache-2.0
// LayerNorm: whole rows, and rows cut by channels, whose sums come from statistics tiles of the same stage
// (docs/explanation/mapping.md, "A LayerNorm row over several cores").
#include "mapper/flows.h"
#include "sim/map_core.h"
#include "workloads/units.h"

namespace ranvier::sim {
namespace {

using workloads::RowStatistics;

enum Digit : std::int32_t { kSum, kSquaresLow, kSquaresHigh };
static_assert(kSquaresHigh + 1 == mapper::kStatisticsDigits);

/// All channels of a token, or some that need nothing of the others.
class LayerNormCore : public MapCore {
 public:
  using MapCore::MapCore;

 private:
  // Mean and variance span the token: one changed channel makes all of them stale. Channel 0 stands for its token.
  void mark(std::int32_t token, std::size_t) final { set_stale(index(token, 0)); }
  std::int64_t map_token(std::int32_t t, std::int32_t* mapped) const final {
    if (!stale(index(t, 0))) return 0;
    const mapper::Range& channels = spec().tile.outputs;
    workloads::layer_norm_range(input(t), channels.begin, channels.end, stage().channels, statistics(t),
                                stage().layer_norm, mapped);
    return outputs();
  }
  virtual RowStatistics statistics(std::int32_t t) const { return workloads::row_statistics(input(t), outputs()); }
};

/// Some channels of a token, the sums of all of which arrive.
class CutRowCore final : public LayerNormCore {
 public:
  explicit CutRowCore(const TileSpec& tile_spec)
      : LayerNormCore(tile_spec),
        sum_(static_cast<std::size_t>(tokens())),
        squares_(static_cast<std::size_t>(tokens())) {}

 private:
  RowStatistics statistics(std::int32_t t) const override {
    return {sum_[static_cast<std::size_t>(t)], squares_[static_cast<std::size_t>(t)]};
  }
  Touched accept(const Event& event) override {
    if (event.port != kStatisticsPort) return MapCore::accept(event);
    const std::int32_t token = local_token(event);
    const auto t = static_cast<std::size_t>(token);
    if (event.channel == kSum)
      sum_[t] += event.value;
    else
      squares_[t] += std::int64_t{event.value} << (event.channel == kSquaresHigh ? mapper::kSquareDigitBits : 0);
    set_stale(index(token, 0));
    return {.outputs = 1, .reads = 0, .multiplies = false, .token = token};
  }
  void clear() override {
    MapCore::clear();
    sum_.assign(sum_.size(), 0);
    squares_.assign(squares_.size(), 0);
  }
  void write(StateWriter& w) const override {
    MapCore::write(w);
    w.array(sum_);
    w.array(squares_);
  }
  void read(StateReader& r) override {
    MapCore::read(r);
    r.array(sum_);
    r.array(squares_);
  }

  std::vector<std::int64_t> sum_, squares_;  // by token
};

/// Sums some input channels of each token and their squares; sends what changed.
class StatisticsCore final : public BehaviouralCore {
 public:
  explicit StatisticsCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec),
        width_(static_cast<std::size_t>(tile_spec.tile.inputs.size())),
        input_(static_cast<std::size_t>(tokens()) * width_),
        sum_(static_cast<std::size_t>(tokens())),
        squares_(static_cast<std::size_t>(tokens())) {}

  bool restless() const override {
    for (std::size_t t = 0; t < sum_.size(); ++t)
      if (sum_[t] != 0 || squares_[t] != 0) return true;
    return false;
  }
  std::vector<std::int32_t> codes() const override { return {}; }

 private:
  void clear() override {
    input_.assign(input_.size(), 0);
    sum_.assign(sum_.size(), 0);
    squares_.assign(squares_.size(), 0);
  }
  Touched accept(const Event& event) override {
    const std::int32_t token = local_token(event);
    const auto t = static_cast<std::size_t>(token);
    std::int32_t& x = input_[t * width_ + static_cast<std::size_t>(event.channel - spec().tile.inputs.begin)];
    const std::int32_t change = stage().inputs[static_cast<std::size_t>(event.port)].gain * event.value;
    sum_[t] += change;
    squares_[t] += (2 * std::int64_t{x} + change) * change;  // (x + d)^2 - x^2
    x += change;
    const bool unit = event.value == 1 || event.value == -1;
    return {.outputs = 3, .reads = 0, .multiplies = spec().graded || !unit, .token = token};
  }
  void fire_token(std::int32_t token) override {
    const auto t = static_cast<std::size_t>(token);
    constexpr std::int64_t kLow = (std::int64_t{1} << mapper::kSquareDigitBits) - 1;
    look_at_contexts(mapper::kStatisticsDigits);
    const auto send = [&](Digit digit, std::int64_t value) {
      if (value != 0) emit(token, digit, static_cast<std::int32_t>(value));
    };
    send(kSum, sum_[t]);
    send(kSquaresLow, squares_[t] & kLow);
    send(kSquaresHigh, squares_[t] >> mapper::kSquareDigitBits);
    sum_[t] = squares_[t] = 0;
  }
  void write(StateWriter& w) const override {
    w.array(input_);
    w.array(sum_);
    w.array(squares_);
  }
  void read(StateReader& r) override {
    r.array(input_);
    r.array(sum_);
    r.array(squares_);
  }

  std::size_t width_;
  std::vector<std::int32_t> input_;          // X[token][input channel of the tile]
  std::vector<std::int64_t> sum_, squares_;  // by token: of what has arrived, what is not yet sent
};

}  // namespace

std::unique_ptr<CoreModel> make_layer_norm_core(const TileSpec& spec) {
  const workloads::Stage& stage = spec.program->stage(spec.tile.stage);
  if (spec.tile.statistics) return std::make_unique<StatisticsCore>(spec);
  if (stage.layer_norm.normalise && spec.tile.outputs.size() < stage.channels)
    return std::make_unique<CutRowCore>(spec);
  return std::make_unique<LayerNormCore>(spec);
}

}  // namespace ranvier::sim
