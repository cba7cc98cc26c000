// SPDX-License-Identifier: Apache-2.0
// Converted random transformers: the state of every stage after every step must be what a plain dense evaluation makes
// of the totals that the stages before it have emitted.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/workloads/methods/rate_made.h"
#include "workloads/methods/rate_mean.h"
#include "workloads/methods/rate_network.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

using Totals = std::vector<std::int64_t>;

/// What the dense evaluation of one stage makes of its inputs' totals after t steps.
class Dense {
 public:
  Dense(const Program& program, const RateRun& run) : program_(program), run_(run), t_(run.steps()) {}

  void check(std::size_t s) {
    stage_ = &program_.stages[s];
    state_ = &run_.stage(StageId(s));
    SCOPED_TRACE(stage_->name + " after " + std::to_string(t_));
    Totals goal;
    switch (stage_->kind) {
      case StageKind::kInput:
        return;
      case StageKind::kLinear:
        goal = linear();
        break;
      case StageKind::kAdd:
        EXPECT_EQ(state_->emitted_total(), sums());
        return;
      case StageKind::kLayerNorm:
      case StageKind::kGelu:
        expect_total(sums());
        goal = mapped();
        break;
      case StageKind::kScores:
        expect_total(scores());
        goal = mapped();
        break;
      default:
        expect_total(mix());
        for (const std::int64_t o : state_->total()) goal.push_back(mean_of(o, t_, kMixFraction));
    }
    const Totals emitted = state_->emitted_total();
    for (std::size_t i = 0; i < goal.size(); ++i) {
      const std::size_t c = i % channels();
      const std::int64_t left = stage_->encoder.present ? goal[i] - emitted[i] * stage_->encoder.threshold[c] : goal[i];
      EXPECT_EQ(state_->residual()[i], left) << i;
    }
  }

 private:
  std::size_t channels() const { return static_cast<std::size_t>(stage_->channels); }
  std::size_t tokens() const { return static_cast<std::size_t>(stage_->tokens); }
  std::size_t heads() const { return static_cast<std::size_t>(stage_->heads); }

  Totals input(std::size_t port) const {
    const StageId from = stage_->inputs[port].stage;
    if (program_.stage(from).kind != StageKind::kInput) return run_.stage(from).emitted_total();
    Totals total;
    for (const std::int32_t code : run_.stage(from).emission().value) total.push_back(code * t_);
    return total;
  }

  Totals linear() const {
    const Totals in = input(0);
    const auto width = static_cast<std::size_t>(stage_->in_channels);
    const LinearParams& p = stage_->linear;
    Totals goal(tokens() * channels());
    for (std::size_t i = 0; i < goal.size(); ++i) {
      const std::size_t token = i / channels(), o = i % channels();
      goal[i] = t_ * p.bias[p.bias_per_token ? i : o];
      for (std::size_t c = 0; c < width; ++c) goal[i] += in[token * width + c] * p.weight[c * channels() + o];
    }
    return goal;
  }

  Totals sums() const {
    Totals sum(tokens() * channels());
    for (std::size_t port = 0; port < stage_->inputs.size(); ++port) {
      const Totals in = input(port);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += stage_->inputs[port].gain * in[i];
    }
    return sum;
  }

  Totals scores() const {
    const Totals q = input(0), k = input(1);
    const auto width = static_cast<std::size_t>(stage_->in_channels);
    const std::size_t keys = channels() / heads(), head_width = width / heads();
    Totals product(tokens() * channels());
    for (std::size_t i = 0; i < product.size(); ++i) {
      const std::size_t query = i / channels(), head = i % channels() / keys, key = i % keys;
      for (std::size_t c = head * head_width; c < (head + 1) * head_width; ++c)
        product[i] += q[query * width + c] * k[key * width + c];
    }
    return product;
  }

  Totals mix() const {
    const Totals a = input(0), v = input(1);
    const auto width = static_cast<std::size_t>(stage_->in_channels);
    const std::size_t keys = width / heads(), head_width = channels() / heads();
    Totals product(tokens() * channels());
    for (std::size_t i = 0; i < product.size(); ++i) {
      const std::size_t query = i / channels(), c = i % channels(), head = c / head_width;
      for (std::size_t key = 0; key < keys; ++key)
        product[i] += a[query * width + head * keys + key] * v[key * channels() + c];
    }
    return product;
  }

  void expect_total(const Totals& expected) const {
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), state_->total().begin(), state_->total().end()));
  }

  /// t f(mean), by the unit maps of integer-units.md 3.
  Totals mapped() const {
    const auto total = state_->total();
    std::vector<std::int32_t> mean(total.size()), out(total.size());
    const bool is_scores = stage_->kind == StageKind::kScores;
    const int bits = is_scores                          ? score_fraction_bits(program_, *stage_)
                     : stage_->kind == StageKind::kGelu ? stage_->gelu.fraction_bits
                                                        : norm_fraction_bits(program_, *stage_);
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] = static_cast<std::int32_t>(mean_of(total[i], is_scores ? t_ * t_ : t_, bits));
    const std::size_t row = is_scores ? channels() / heads() : channels();
    for (std::size_t first = 0; first < mean.size(); first += row) {
      if (is_scores) softmax_row(&mean[first], static_cast<std::int32_t>(row), stage_->softmax, &out[first]);
      if (stage_->kind == StageKind::kLayerNorm)
        layer_norm_row(&mean[first], static_cast<std::int32_t>(row), stage_->layer_norm, &out[first]);
    }
    Totals goal;
    for (std::size_t i = 0; i < mean.size(); ++i)
      goal.push_back(t_ * (stage_->kind == StageKind::kGelu ? gelu_value(mean[i], stage_->gelu) : out[i]));
    return goal;
  }

  const Program& program_;
  const RateRun& run_;
  std::int64_t t_;
  const Stage* stage_ = nullptr;
  const RateStage* state_ = nullptr;
};

struct Form {
  const char* name;
  const char* method;
  int burst;
  NormPlacement placement;
  Pooling pooling;
  Activation activation;
};

class RateOracle : public testing::TestWithParam<Form> {};

TEST_P(RateOracle, EveryStepIsTheDenseMapOfTheTotals) {
  VitConfig config = small_config();
  config.placement = GetParam().placement;
  config.pooling = GetParam().pooling;
  config.activation = GetParam().activation;
  if (config.pooling == Pooling::kMean) config.norm = NormKind::kBatch;
  const Made m = made(7, config);
  RateOptions options = options_of(GetParam().method, 8);
  options.burst = GetParam().burst;
  const auto network = convert_rate(m.model, options, m.inputs);
  const Program& program = network->program();
  RateRun run(*network, m.inputs[3]);
  std::vector<Totals> summed(program.stages.size());
  for (int t = 1; t <= 8; ++t) {
    run.step();
    Dense dense(program, run);
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      dense.check(s);
      // Telescoping: what was emitted step by step is what the goals were steered to.
      const auto& value = run.stage(StageId(s)).emission().value;
      summed[s].resize(value.size());
      for (std::size_t i = 0; i < value.size(); ++i) summed[s][i] += value[i];
      if (s + 1 < program.stages.size()) {
        EXPECT_EQ(summed[s], run.stage(StageId(s)).emitted_total());
      }
    }
    const Stage& head = program.stages.back();
    for (std::size_t c = 0; c < run.logits().size(); ++c)
      EXPECT_DOUBLE_EQ(run.logits()[c],
                       run.stage(StageId(program.stages.size() - 1)).residual()[c] * head.code_scale / t);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Methods, RateOracle,
    testing::Values(Form{"sta", "sta", 2, NormPlacement::kPre, Pooling::kFirstToken, Activation::kGelu},
                    Form{"sta_no_burst", "sta", 0, NormPlacement::kPre, Pooling::kFirstToken, Activation::kGelu},
                    Form{"ecmt", "ecmt", 0, NormPlacement::kPre, Pooling::kFirstToken, Activation::kGelu},
                    Form{"rate", "rate", 0, NormPlacement::kPre, Pooling::kFirstToken, Activation::kGelu},
                    Form{"post_norm", "sta", 2, NormPlacement::kPost, Pooling::kFirstToken, Activation::kQuickGelu},
                    Form{"relu", "ecmt", 0, NormPlacement::kPre, Pooling::kFirstToken, Activation::kRelu},
                    Form{"mean_of_tokens", "sta", 2, NormPlacement::kPre, Pooling::kMean, Activation::kGelu}),
    [](const auto& form) { return std::string(form.param.name); });

}  // namespace
}  // namespace ranvier::workloads
