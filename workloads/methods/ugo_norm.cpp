// SPDX-License-Identifier: Apache-2.0
// LayerNorm of every token: mean removal, squares and their mean as products of running sums, one group for 1 / sqrt of
// the variance, and its product with the centred values under TCSA (STA, ICLR 2024, appendix, and released code).
#include <cmath>

#include "workloads/methods/rate_mean.h"
#include "workloads/methods/rate_network.h"
#include "workloads/methods/ugo_exponent.h"
#include "workloads/methods/ugo_rows.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

__extension__ using Wide = __int128;

constexpr int kRootFraction = 14;           // of 1 / sqrt(mantissa)
constexpr int kVarianceTop = 15;            // the domain's end is 2^this units of the root's input
constexpr std::int64_t kMultiplies = 6;     // a value: d X, c^2, c R, by 1/t, times gamma, t beta
constexpr std::int64_t kAdds = 4;           // into the sum, less the sum, into the sum of squares, the bias
constexpr std::int64_t kRowMultiplies = 1;  // Q / t

struct NormForm {
  UgoExponentRange range;
  int first_exponent = 0;
  int variance_fraction = 0;  // of the mantissa
};

class NormUgo : public RateUnit {
 public:
  NormUgo(const Program& program, const Stage& stage, const UgoUnit& root, const NormForm& form)
      : stage_(stage),
        form_(form),
        fraction_bits_(norm_fraction_bits(program, stage)),
        root_(root, static_cast<std::size_t>(stage.tokens)),
        variances_(static_cast<std::size_t>(stage.tokens)),
        exponents_(static_cast<std::size_t>(stage.tokens), form.first_exponent),
        sums_(static_cast<std::size_t>(stage.tokens)) {}

  void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
           StageWork& work) override {
    const auto width = static_cast<std::size_t>(stage_.channels);
    for (std::size_t token = 0; token < variances_.size(); ++token)
      take_variance(step, total.subspan(token * width, width), token);
    const auto roots = step_and_count(root_, variances_, stage_.tokens, work);
    for (std::size_t token = 0; token < variances_.size(); ++token)
      for (std::size_t i = 0; i < width; ++i)
        goal[token * width + i] = value(step, total[token * width + i], i, token, roots[token]);
    const auto values = static_cast<std::int64_t>(total.size());
    work.multiply_adds += values * kMultiplies + stage_.tokens * kRowMultiplies;
    work.adds += values * kAdds;
    work.state_reads += values;
  }

  std::int64_t neurons() const override { return root_.neurons(); }

 private:
  /// d^3 times the variance, in the units of integer-units.md 3.1; here t times it.
  std::int64_t centred(std::int64_t x, std::size_t token) const {
    return (stage_.channels * x - sums_[token]) * (std::int64_t{1} << fraction_bits_);
  }

  void take_variance(std::int64_t step, std::span<const std::int64_t> row, std::size_t token) {
    sums_[token] = 0;
    for (const std::int64_t x : row) sums_[token] += x;
    Wide square = Wide{stage_.layer_norm.epsilon} * step * step;
    for (const std::int64_t x : row) square += Wide{centred(x, token)} * centred(x, token);
    const Wide by_step = square / step;
    const double mean = static_cast<double>(by_step) / static_cast<double>(step);
    int& exponent = exponents_[token];
    if (mean > 0) exponent = settled_exponent(mean, exponent, form_.range);
    const int left = form_.variance_fraction - 2 * exponent;
    const Wide mantissa = left >= 0 ? by_step << left : by_step >> -left;
    const Wide highest = Wide{step} << kVarianceTop;
    variances_[token] = static_cast<std::int32_t>(mantissa < highest ? mantissa : highest);
  }

  /// t (c / sqrt(Q) gamma + beta) with c / t the mean, 1 / sqrt(Q) = 2^-exponent R / t.
  std::int64_t value(std::int64_t step, std::int64_t x, std::size_t channel, std::size_t token,
                     std::int64_t root) const {
    const LayerNormParams& norm = stage_.layer_norm;
    const Wide product = Wide{centred(x, token)} * root * norm.gain[channel] / step;
    const int right = kRootFraction + kLayerNormFraction + exponents_[token];
    const Wide scaled = right >= 0 ? product >> right : product << -right;
    return static_cast<std::int64_t>(scaled) + step * norm.bias[channel];
  }

  const Stage& stage_;
  NormForm form_;
  int fraction_bits_;
  UgoGroups root_;
  std::vector<std::int32_t> variances_;
  std::vector<int> exponents_;
  std::vector<std::int64_t> sums_;
};

/// Real variance of one unit of Q.
double variance_unit(const Program& program, const Stage& stage) {
  const double in_scale = payload_scale(program.stage(stage.inputs[0].stage), 0) / stage.inputs[0].gain;
  const double mean_unit = std::ldexp(in_scale, -norm_fraction_bits(program, stage));
  return mean_unit * mean_unit / std::pow(stage.channels, 3);
}

}  // namespace

std::unique_ptr<RateUnit> make_norm_ugo(const Program& program, StageId id, const UgoOptions& options) {
  const Stage& stage = program.stage(id);
  if (options.root == 0 || !stage.layer_norm.normalise) return nullptr;
  const bool octave = options.range == UgoRange::kOctave;
  const UgoNetwork& root =
      UgoLibrary::bundled().find(octave ? UgoFunction::kRoot : UgoFunction::kRootWide, options.root);
  NormForm form;
  form.range = {root.low, root.high, 2, options.range == UgoRange::kPaper};
  form.variance_fraction = kVarianceTop - std::ilogb(root.high);
  double rest = 1;  // real variance of mantissa 1
  if (form.range.fixed) {
    // unit = rest 4^-exponent with rest in [1, 4): the mantissa then stands for the variance itself.
    const double unit = variance_unit(program, stage);
    form.first_exponent = -static_cast<int>(std::floor(std::ilogb(unit) / 2.0));
    rest = std::ldexp(unit, 2 * form.first_exponent);
  }
  const UgoDesign design = ugo_design(options, root, program.rate_steps, std::ldexp(rest, -form.variance_fraction),
                                      std::ldexp(1.0, -kRootFraction) / std::sqrt(rest));
  return std::make_unique<NormUgo>(program, stage, make_ugo_unit(stage.name, root, design), form);
}

}  // namespace ranvier::workloads
