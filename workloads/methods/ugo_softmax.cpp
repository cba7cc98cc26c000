// SPDX-License-Identifier: Apache-2.0
// Softmax of every row of scores: one group for the exponential of each score, their sum, one group for its reciprocal,
// and the product of the two running sums under TCSA (STA, ICLR 2024, section 3.3 and released code).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "workloads/methods/rate_kernels.h"
#include "workloads/methods/rate_mean.h"
#include "workloads/methods/ugo_exponent.h"
#include "workloads/methods/ugo_rows.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr int kReciprocalFraction = 16;                // of 1 / sum
constexpr std::int64_t kDeepest = 32 << kExpFraction;  // octaves below the reference that are looked at
constexpr int kSumTop = 15;                            // the domain's end is 2^this units of the reciprocal's input
constexpr std::int64_t kMultiplies =
    5;                             // a score: by 1/t and by the softmax scale, e G, by 1/t, the exponent's shift none
constexpr std::int64_t kAdds = 2;  // M - P, into the sum

struct SoftmaxForm {
  bool paper = false;
  int exp_fraction = 16;  // of what the exponentials put out
  UgoExponentRange range;
  int sum_fraction = 0;  // of the mantissa
};

class SoftmaxUgo : public RateUnit {
 public:
  SoftmaxUgo(const Program& program, const Stage& stage, const UgoUnit& exp, const UgoUnit& reciprocal,
             const SoftmaxForm& form)
      : stage_(stage),
        form_(form),
        keys_(static_cast<std::size_t>(stage.channels / stage.heads)),
        rows_(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.heads)),
        fraction_bits_(score_fraction_bits(program, stage)),
        exp_(exp, rows_ * keys_),
        reciprocal_(reciprocal, rows_),
        logits_(rows_ * keys_),
        sums_(rows_),
        exponents_(rows_),
        mean_(keys_) {}

  void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
           StageWork& work) override {
    std::int64_t changed = 0;
    for (std::size_t row = 0; row < rows_; ++row) changed += take_logits(step, total, row);
    const auto exps = step_and_count(exp_, logits_, changed, work);
    for (std::size_t row = 0; row < rows_; ++row) take_sum(step, exps.subspan(row * keys_, keys_), row);
    const auto reciprocals = step_and_count(reciprocal_, sums_, static_cast<std::int64_t>(rows_), work);
    for (std::size_t row = 0; row < rows_; ++row) {
      // e and 1 / sum are means of running sums: t e = E R / t.
      const int right = form_.exp_fraction + kReciprocalFraction - kSoftmaxFraction + exponents_[row];
      const std::int64_t reciprocal = std::max<std::int64_t>(0, reciprocals[row]);
      for (std::size_t i = row * keys_; i < (row + 1) * keys_; ++i)
        goal[i] = shifted(std::max<std::int64_t>(0, exps[i]) * reciprocal / step, -right);
      if (form_.paper) renormalise(step, goal.subspan(row * keys_, keys_), work);
    }
    const auto values = static_cast<std::int64_t>(total.size());
    work.multiply_adds += values * kMultiplies;
    work.adds += values * kAdds;
    work.state_reads += values;
  }

  std::int64_t neurons() const override { return exp_.neurons() + reciprocal_.neurons(); }

 private:
  static constexpr int kSoftmaxFraction = 16;
  static_assert(kSoftmaxOne == 1 << kSoftmaxFraction);

  /// t times each logit less the reference, in 2^-kExpFraction octaves; how many have changed.
  std::int64_t take_logits(std::int64_t step, std::span<const std::int64_t> total, std::size_t row) {
    mean_row(total.subspan(row * keys_, keys_), step, fraction_bits_, std::span(mean_));
    const std::int64_t scale = stage_.softmax.scale;
    const std::int64_t reference = form_.paper ? mean_[0] : *std::max_element(mean_.begin(), mean_.end());
    // Beyond this the product with the scale is below the deepest logit; without it it could leave 63 bits.
    const std::int64_t farthest = ((kDeepest * step) << kSoftmaxScaleShift) / std::max<std::int64_t>(1, scale) + 1;
    const std::int64_t added = form_.paper ? std::llround(std::numbers::log2e * (1 << kExpFraction)) * step : 0;
    const std::int64_t most = form_.paper ? 3 * added : 0;
    std::int64_t changed = 0;
    for (std::size_t j = 0; j < keys_; ++j) {
      const std::int64_t apart = std::clamp(mean_[j] - reference, -farthest, farthest);
      const std::int64_t octaves = ((apart * scale) >> kSoftmaxScaleShift) + added;
      const auto logit = static_cast<std::int32_t>(std::clamp(octaves, -kDeepest * step, most));
      changed += logit != logits_[row * keys_ + j];
      logits_[row * keys_ + j] = logit;
    }
    return changed;
  }

  /// The row's sum as a mantissa, t times its mean. Before anything has fired it is taken for the domain's low end.
  void take_sum(std::int64_t step, std::span<const std::int64_t> exps, std::size_t row) {
    std::int64_t sum = 0;
    for (const std::int64_t e : exps) sum += std::max<std::int64_t>(0, e);
    if (sum > 0) {
      const double mean = std::ldexp(static_cast<double>(sum) / static_cast<double>(step), -form_.exp_fraction);
      exponents_[row] = settled_exponent(mean, exponents_[row], form_.range);
    }
    const std::int64_t lowest = static_cast<std::int64_t>(std::ldexp(form_.range.low, form_.sum_fraction)) * step;
    const std::int64_t highest = static_cast<std::int64_t>(std::ldexp(form_.range.high, form_.sum_fraction)) * step;
    const std::int64_t mantissa = shifted(sum, form_.sum_fraction - form_.exp_fraction - exponents_[row]);
    sums_[row] = static_cast<std::int32_t>(std::clamp(mantissa, lowest, highest));
  }

  /// The released code divides rows that sum to more than 1.5 by their sum.
  void renormalise(std::int64_t step, std::span<std::int64_t> row, StageWork& work) const {
    std::int64_t sum = 0;
    for (const std::int64_t a : row) sum += a;
    const std::int64_t one = step * kSoftmaxOne;
    if (2 * sum <= 3 * one) return;
    for (std::int64_t& a : row)
      a = static_cast<std::int64_t>(static_cast<double>(a) * static_cast<double>(one) / static_cast<double>(sum));
    work.multiply_adds += static_cast<std::int64_t>(row.size());
  }

  const Stage& stage_;
  SoftmaxForm form_;
  std::size_t keys_, rows_;
  int fraction_bits_;
  UgoGroups exp_, reciprocal_;
  std::vector<std::int32_t> logits_, sums_;
  std::vector<int> exponents_;
  std::vector<std::int64_t> mean_;
};

}  // namespace

std::unique_ptr<RateUnit> make_softmax_ugo(const Program& program, StageId id, const UgoOptions& options) {
  if (options.exp == 0 || options.reciprocal == 0) return nullptr;
  const Stage& stage = program.stage(id);
  const UgoLibrary& library = UgoLibrary::bundled();
  const bool paper = options.range == UgoRange::kPaper;
  const UgoNetwork& exp = library.find(paper ? UgoFunction::kExpRaw : UgoFunction::kExp, options.exp);
  const UgoFunction function = paper                              ? UgoFunction::kReciprocalRaw
                               : options.range == UgoRange::kWide ? UgoFunction::kReciprocalWide
                                                                  : UgoFunction::kReciprocal;
  const UgoNetwork& reciprocal = library.find(function, options.reciprocal);
  SoftmaxForm form;
  form.paper = paper;
  form.exp_fraction = paper ? 12 : 16;  // the raw exponential reaches 20
  form.range = {reciprocal.low, reciprocal.high, 1, paper};
  form.sum_fraction = kSumTop - std::ilogb(reciprocal.high);
  UgoDesign of_exp = ugo_design(options, exp, program.rate_steps, std::numbers::ln2 / (1 << kExpFraction),
                                std::ldexp(1.0, -form.exp_fraction));
  of_exp.largest_input = kDeepest;
  const UgoDesign of_sum = ugo_design(options, reciprocal, program.rate_steps, std::ldexp(1.0, -form.sum_fraction),
                                      std::ldexp(1.0, -kReciprocalFraction));
  return std::make_unique<SoftmaxUgo>(program, stage, make_ugo_unit(stage.name, exp, of_exp),
                                      make_ugo_unit(stage.name, reciprocal, of_sum), form);
}

}  // namespace ranvier::workloads
