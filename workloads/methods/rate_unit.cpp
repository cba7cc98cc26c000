// SPDX-License-Identifier: Apache-2.0
// The table variant of the units. Work counted for a value: one multiplication for the mean (by 1/t or 1/t^2), the
// unit's own as listed below, one for the goal (by t).
#include "workloads/methods/rate_unit.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "workloads/methods/rate_kernels.h"
#include "workloads/methods/rate_mean.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kAroundTheUnit = 2;     // the mean, and t times the result
constexpr std::int64_t kNormMultiplies = 4;    // d X, c^2, c r, (c r) g
constexpr std::int64_t kNormAdds = 4;          // into the sum, less the sum, into the sum of squares, the bias
constexpr std::int64_t kAffineMultiplies = 1;  // X g
constexpr std::int64_t kAffineAdds = 1;
constexpr std::int64_t kRootMultiplies = 3;     // a row: m t, (m t) t, t (3 - h)
constexpr std::int64_t kSoftmaxMultiplies = 2;  // (M - P) scale, e / sum
constexpr std::int64_t kSoftmaxAdds = 2;        // M - P, into the sum

std::size_t size(std::int32_t n) { return static_cast<std::size_t>(n); }

void times_step(std::span<const std::int32_t> mapped, std::int64_t step, std::span<std::int64_t> goal) {
  for (std::size_t i = 0; i < mapped.size(); ++i) goal[i] = step * mapped[i];
}

class NormUnit : public RateUnit {
 public:
  NormUnit(const Program& program, const Stage& stage)
      : stage_(stage),
        fraction_bits_(norm_fraction_bits(program, stage)),
        mean_(size(stage.channels)),
        mapped_(mean_) {}

  void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
           StageWork& work) override {
    const std::size_t width = mean_.size();
    for (std::size_t first = 0; first < total.size(); first += width) {
      mean_row(total.subspan(first, width), step, fraction_bits_, std::span(mean_));
      layer_norm_row(mean_.data(), stage_.channels, stage_.layer_norm, mapped_.data());
      times_step(mapped_, step, goal.subspan(first, width));
    }
    const auto values = static_cast<std::int64_t>(total.size());
    const bool normalise = stage_.layer_norm.normalise;
    work.multiply_adds += values * (kAroundTheUnit + (normalise ? kNormMultiplies : kAffineMultiplies));
    if (normalise) work.multiply_adds += stage_.tokens * kRootMultiplies;
    work.adds += values * (normalise ? kNormAdds : kAffineAdds);
    work.state_reads += values;
  }

 private:
  const Stage& stage_;
  int fraction_bits_;
  std::vector<std::int32_t> mean_, mapped_;
};

class SoftmaxUnit : public RateUnit {
 public:
  SoftmaxUnit(const Program& program, const Stage& stage)
      : stage_(stage),
        fraction_bits_(score_fraction_bits(program, stage)),
        mean_(size(stage.channels / stage.heads)),
        mapped_(mean_) {}

  void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
           StageWork& work) override {
    const std::size_t keys = mean_.size();
    for (std::size_t first = 0; first < total.size(); first += keys) {
      mean_row(total.subspan(first, keys), step * step, fraction_bits_, std::span(mean_));
      softmax_row(mean_.data(), static_cast<std::int32_t>(keys), stage_.softmax, mapped_.data());
      times_step(mapped_, step, goal.subspan(first, keys));
    }
    const auto values = static_cast<std::int64_t>(total.size());
    work.multiply_adds += values * (kAroundTheUnit + kSoftmaxMultiplies);
    work.adds += values * kSoftmaxAdds;
    work.state_reads += values;
  }

 private:
  const Stage& stage_;
  int fraction_bits_;
  std::vector<std::int32_t> mean_, mapped_;
};

class GeluUnit : public RateUnit {
 public:
  explicit GeluUnit(const Stage& stage) : stage_(stage), mean_(size(stage.tokens) * size(stage.channels)) {}

  void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
           StageWork& work) override {
    const GeluParams& gelu = stage_.gelu;
    mean_row(total, step, gelu.fraction_bits, std::span(mean_));
    for (std::size_t i = 0; i < mean_.size(); ++i)
      goal[i] = step * gelu.table[static_cast<std::size_t>(mean_[i] - gelu.first_code)];
    const auto values = static_cast<std::int64_t>(total.size());
    work.multiply_adds += values * kAroundTheUnit;
    work.state_reads += values;
  }

 private:
  const Stage& stage_;
  std::vector<std::int32_t> mean_;
};

}  // namespace

std::unique_ptr<RateUnit> make_table_unit(const Program& program, StageId id) {
  const Stage& stage = program.stage(id);
  if (stage.kind == StageKind::kLayerNorm) return std::make_unique<NormUnit>(program, stage);
  if (stage.kind == StageKind::kScores) return std::make_unique<SoftmaxUnit>(program, stage);
  if (stage.kind == StageKind::kGelu) return std::make_unique<GeluUnit>(stage);
  throw std::logic_error("make_table_unit: " + stage.name + " has no unit");
}

double goal_scale(const Stage& stage) {
  const auto& thresholds = stage.encoder.threshold;
  return stage.code_scale / *std::max_element(thresholds.begin(), thresholds.end());
}

}  // namespace ranvier::workloads
