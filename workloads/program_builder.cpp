// SPDX-License-Identifier: Apache-2.0
// Builds the stages in topological order; a scale that an integer had to change is the one that later stages are made
// for.
#include "workloads/program_builder.h"

#include <algorithm>
#include <cmath>

#include "workloads/convert_integers.h"
#include "workloads/methods/neuron_rows.h"
#include "workloads/methods/rate_mean.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

std::int64_t largest_code(CodeBounds bounds) { return std::max(-bounds.lo, bounds.hi); }

std::string stage_name(std::int32_t block, const std::string& kind) {
  return "block" + std::to_string(block) + "." + kind;
}

/// What is summed into a norm: stages with their gains, in one unit.
struct Sum {
  std::vector<StageInput> inputs;
  double unit = 1;
  std::int64_t largest = 0;
};

class Builder {
 public:
  Builder(const VitModel& model, std::map<std::string, double> scales, std::map<std::string, CodeBounds> bounds,
          const RateForm* rate)
      : model_(model), config_(model.config), scales_(std::move(scales)), bounds_(std::move(bounds)), rate_(rate) {}

  Program build() {
    program_.name = config_.name;
    program_.weights_note = model_.weights_note;
    if (rate_ != nullptr) program_.method = rate_->method, program_.rate_steps = rate_->steps;
    program_.input_code_max = config_.input_code_max();
    const bool pre = config_.placement == NormPlacement::kPre;
    if (pre)
      settle_one_stream();
    else
      settle_sums_by_block();
    StageId stream = embed(input_stage());
    if (config_.pre_norm) stream = norm("pre_norm", model_.pre_norm, only(stream), config_.tokens());
    if (pre) {
      Sum sum = stream_start(stream);
      for (std::int32_t b = 0; b < config_.blocks; ++b) sum = pre_norm_block(b, sum);
      finish_network(sum);
    } else {
      for (std::int32_t b = 0; b < config_.blocks; ++b) stream = post_norm_block(b, stream);
      finish_network(stream);
    }
    return std::move(program_);
  }

 private:
  Stage start(const std::string& name, StageKind kind, std::vector<StageInput> inputs, std::int32_t in_channels,
              std::int32_t channels) const {
    Stage stage;
    stage.name = name;
    stage.kind = kind;
    stage.inputs = std::move(inputs);
    stage.tokens = config_.tokens();
    stage.in_channels = in_channels;
    stage.channels = channels;
    return stage;
  }

  StageId finish(Stage stage) {
    program_.stages.push_back(std::move(stage));
    return StageId(program_.stages.size() - 1);
  }

  void set_encoder(Stage& stage, std::vector<std::int32_t> threshold) const {
    const CodeBounds bounds = bounds_.at(site_kind(stage.name));
    stage.encoder = {true, std::move(threshold), bounds.lo, bounds.hi};
    if (rate_ == nullptr) return;
    stage.encoder.neuron = rate_->neuron;
    stage.encoder.levels = rate_->levels;
    stage.encoder.initial = rate_->initial;
    const auto shares = rate_->channel_shares.find(stage.name);
    if (shares == rate_->channel_shares.end()) return;
    for (std::size_t c = 0; c < shares->second.size(); ++c)
      stage.encoder.threshold[c] = even_threshold(stage.name, stage.encoder.threshold[c] * shares->second[c]);
  }

  /// Weights as they have to be behind a stage whose channels have thresholds of their own.
  LinearWeights behind(StageId from, LinearWeights weights) const {
    const Stage& stage = program_.stage(from);
    if (rate_ == nullptr || !rate_->channel_shares.contains(stage.name)) return weights;
    const auto& threshold = stage.encoder.threshold;
    const double full = *std::max_element(threshold.begin(), threshold.end());
    for (std::size_t i = 0; i < weights.weight.size(); ++i)
      weights.weight[i] = static_cast<float>(static_cast<double>(weights.weight[i]) *
                                             (threshold[i % static_cast<std::size_t>(weights.in)] / full));
    return weights;
  }

  std::vector<std::int32_t> same_threshold(const Stage& stage, std::int32_t threshold) const {
    return std::vector<std::int32_t>(static_cast<std::size_t>(stage.channels), threshold);
  }

  CodeSource source(StageId id) const {
    const Stage& stage = program_.stage(id);
    if (stage.kind == StageKind::kInput) return {stage.code_scale, program_.input_code_max, program_.input_code_max};
    return {stage.code_scale, largest_code({stage.encoder.lo, stage.encoder.hi}), stage.encoder.hi - stage.encoder.lo};
  }

  /// One unit for all that is summed (section 5); the writers' scales become gain * unit.
  void settle(const std::string& sum, const std::vector<std::string>& writers) {
    std::vector<CodeSource> sources;
    for (const std::string& name : writers)
      sources.push_back({scales_.at(name), largest_code(bounds_.at(site_kind(name)))});
    const ResidualUnit chosen = residual_unit(sum, sources);
    for (std::size_t i = 0; i < writers.size(); ++i) {
      gains_[writers[i]] = chosen.gain[i];
      scales_[writers[i]] = chosen.gain[i] * chosen.unit;
      units_[writers[i]] = chosen.unit;
    }
  }

  /// Norms before: everything is added to one stream.
  void settle_one_stream() {
    std::vector<std::string> writers = {config_.pre_norm ? "pre_norm" : "embed"};
    for (std::int32_t b = 0; b < config_.blocks; ++b)
      for (const char* kind : {"proj", "fc2"}) writers.push_back(stage_name(b, kind));
    settle(stage_name(config_.blocks - 1, "add2"), writers);
  }

  /// Norms behind: each norm sums two stages and starts the stream anew.
  void settle_sums_by_block() {
    std::string stream = config_.pre_norm ? "pre_norm" : "embed";
    for (std::int32_t b = 0; b < config_.blocks; ++b) {
      settle(stage_name(b, "ln1"), {stream, stage_name(b, "proj")});
      settle(stage_name(b, "ln2"), {stage_name(b, "ln1"), stage_name(b, "fc2")});
      stream = stage_name(b, "ln2");
    }
  }

  Sum stream_start(StageId writer) const {
    const std::string& name = program_.stage(writer).name;
    const std::int32_t gain = gains_.at(name);
    return {{{writer, gain}}, units_.at(name), gain * source(writer).largest};
  }
  /// The codes of one stage as they are.
  Sum only(StageId writer) const { return {{{writer, 1}}, source(writer).scale, source(writer).largest}; }

  Sum with(Sum sum, StageId writer) const {
    const Sum more = stream_start(writer);
    sum.inputs.push_back(more.inputs.front());
    sum.largest += more.largest;
    return sum;
  }

  StageId input_stage() {
    Stage stage = start("input", StageKind::kInput, {}, 0, config_.in_channels());
    stage.code_scale = config_.input_scale;
    return finish(std::move(stage));
  }

  StageId linear(const std::string& name, const LinearWeights& weights, StageId from,
                 const std::vector<float>& real_bias, const ZeroPoints& zeros = {}) {
    Stage stage = start(name, StageKind::kLinear, {{from, 1}}, weights.in, weights.out);
    stage.code_scale = scales_.at(name);
    IntegerLinear made = integer_linear(name, behind(from, weights), real_bias, source(from), stage.code_scale, zeros);
    stage.linear = std::move(made.params);
    set_encoder(stage, std::move(made.threshold));
    return finish(std::move(stage));
  }
  StageId linear(const std::string& name, const LinearWeights& weights, StageId from) {
    return linear(name, weights, from, weights.bias);
  }

  /// Position embedding, class token and the input's zero points become one bias vector per token.
  StageId embed(StageId input) {
    std::vector<float> bias = model_.pos;
    const auto width = static_cast<std::size_t>(config_.width);
    for (std::size_t i = 0; i < bias.size(); ++i)
      bias[i] += config_.class_token && i < width ? model_.cls[i] : model_.embed.bias[i % width];
    ZeroPoints zeros;
    zeros.first_row = config_.class_token ? 1 : 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(config_.in_channels()); ++i)
      zeros.by_input.push_back(model_.input_zero(i));
    return linear("embed", model_.embed, input, bias, zeros);
  }

  StageId norm(const std::string& name, const NormWeights& weights, const Sum& from, std::int32_t tokens) {
    Stage stage = start(name, StageKind::kLayerNorm, from.inputs, config_.width, config_.width);
    stage.tokens = tokens;
    stage.code_scale = scales_.at(name);
    const int fraction = rate_ != nullptr ? norm_fraction_bits(from.largest) : 0;
    const double unit = std::ldexp(from.unit, -fraction);
    IntegerNorm made = config_.norm == NormKind::kBatch
                           ? integer_affine(name, weights, unit, from.largest << fraction, stage.code_scale)
                           : fitting_layer_norm(name, weights, unit, stage.code_scale, config_.epsilon);
    stage.layer_norm = std::move(made.params);
    set_encoder(stage, same_threshold(stage, made.threshold));
    return finish(std::move(stage));
  }

  StageId scores(const std::string& name, StageId q, StageId k) {
    Stage stage =
        start(name, StageKind::kScores, {{q, 1}, {k, 1}}, program_.stage(q).channels, config_.heads * config_.tokens());
    stage.heads = config_.heads;
    const int fraction =
        rate_ != nullptr ? score_fraction_bits(source(q).largest * source(k).largest * config_.head_width()) : 0;
    stage.softmax =
        integer_softmax(name, std::ldexp(source(q).scale, -fraction), source(k).scale, config_.head_width());
    const std::int32_t threshold = even_threshold(name, scales_.at(name) * kSoftmaxOne);
    stage.code_scale = static_cast<double>(threshold) / kSoftmaxOne;
    set_encoder(stage, same_threshold(stage, threshold));
    return finish(std::move(stage));
  }

  StageId mix(const std::string& name, StageId attention, StageId v, std::int32_t heads, std::int32_t tokens) {
    Stage stage =
        start(name, StageKind::kMix, {{attention, 1}, {v, 1}}, heads * config_.tokens(), program_.stage(v).channels);
    stage.heads = heads;
    stage.tokens = tokens;
    const CodeSource a = source(attention), b = source(v);
    const double unit = std::ldexp(a.scale * b.scale, rate_ != nullptr ? -kMixFraction : 0);
    const std::int32_t threshold = even_threshold(name, scales_.at(name) / unit);
    stage.code_scale = threshold * unit;
    const std::int64_t worst = config_.tokens() * a.largest * b.range + threshold;
    if (rate_ == nullptr && worst > kPotentialLimit)
      throw DoesNotFitIntegers(name, "the largest potential", static_cast<double>(worst),
                               static_cast<double>(kPotentialLimit));
    set_encoder(stage, same_threshold(stage, threshold));
    return finish(std::move(stage));
  }

  StageId gelu(const std::string& name, StageId from) {
    Stage stage = start(name, StageKind::kGelu, {{from, 1}}, config_.hidden, config_.hidden);
    stage.code_scale = scales_.at(name);
    const Encoder& before = program_.stage(from).encoder;
    const int fraction = rate_ != nullptr ? gelu_fraction_bits(before.hi - before.lo) : 0;
    stage.gelu = integer_gelu(name, std::ldexp(source(from).scale, -fraction),
                              {before.lo << fraction, before.hi << fraction}, stage.code_scale, config_.activation);
    stage.gelu.fraction_bits = fraction;
    set_encoder(stage, same_threshold(stage, kAmdThreshold));
    return finish(std::move(stage));
  }

  Sum add(const std::string& name, const Sum& stream, StageId writer) {
    const Sum sum = with(stream, writer);
    Stage stage = start(name, StageKind::kAdd, sum.inputs, config_.width, config_.width);
    stage.code_scale = sum.unit;
    return {{{finish(std::move(stage)), 1}}, sum.unit, sum.largest};
  }

  /// From a norm's codes to proj's.
  StageId attention(std::int32_t b, StageId from) {
    const BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    const auto name = [b](const char* kind) { return stage_name(b, kind); };
    const StageId q = linear(name("q"), w.q, from);
    const StageId k = linear(name("k"), w.k, from);
    const StageId v = linear(name("v"), w.v, from);
    const StageId row = scores(name("attn"), q, k);
    const StageId mixed = mix(name("av"), row, v, config_.heads, config_.tokens());
    return linear(name("proj"), w.proj, mixed);
  }

  StageId mlp(std::int32_t b, StageId from) {
    const BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    StageId hidden = linear(stage_name(b, "fc1"), w.fc1, from);
    if (config_.activation != Activation::kRelu) hidden = gelu(stage_name(b, "gelu"), hidden);
    return linear(stage_name(b, "fc2"), w.fc2, hidden);
  }

  Sum pre_norm_block(std::int32_t b, Sum stream) {
    const BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    const StageId ln1 = norm(stage_name(b, "ln1"), w.norm1, stream, config_.tokens());
    stream = add(stage_name(b, "add1"), stream, attention(b, ln1));
    const StageId ln2 = norm(stage_name(b, "ln2"), w.norm2, stream, config_.tokens());
    return add(stage_name(b, "add2"), stream, mlp(b, ln2));
  }

  StageId post_norm_block(std::int32_t b, StageId stream) {
    const BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    const StageId attended = attention(b, stream);
    const StageId ln1 = norm(stage_name(b, "ln1"), w.norm1, with(stream_start(stream), attended), config_.tokens());
    const StageId mixed = mlp(b, ln1);
    return norm(stage_name(b, "ln2"), w.norm2, with(stream_start(ln1), mixed), config_.tokens());
  }

  void finish_network(const Sum& stream) {
    const bool mean = config_.pooling == Pooling::kMean;
    StageId last = stream.inputs.front().stage;
    if (config_.final_norm) last = norm("norm", model_.norm, stream, mean ? config_.tokens() : 1);
    head(mean ? pool(last) : last);
  }
  void finish_network(StageId stream) { finish_network(only(stream)); }

  /// The mean of all tokens is one attention row of equal weights: a constant row of ones, which its bias alone makes
  /// fire (no event ever reaches it: token 0 of the input sends none), times the codes of all tokens.
  StageId pool(StageId from) {
    Stage row = start("pool_row", StageKind::kLinear, {{StageId(0), 1}}, config_.in_channels(), config_.tokens());
    row.tokens = 1;
    row.code_scale = 1.0 / config_.tokens();
    constexpr std::int32_t kThreshold = 2;
    row.linear.weight.resize(static_cast<std::size_t>(row.in_channels) * static_cast<std::size_t>(row.channels));
    row.linear.bias = same_threshold(row, kThreshold);
    row.encoder = {true, same_threshold(row, kThreshold), 0, 1};
    if (rate_ != nullptr) {
      const NeuronBounds bounds = neuron_bounds(rate_->neuron, rate_->levels, false);
      row.encoder = {true,          same_threshold(row, kThreshold), bounds.lo, bounds.hi, rate_->neuron, rate_->levels,
                     rate_->initial};
    }
    return mix("pool", finish(std::move(row)), from, 1, 1);
  }

  void head(StageId from) {
    Stage stage = start("head", StageKind::kLinear, {{from, 1}}, config_.width, config_.classes);
    stage.tokens = 1;
    IntegerLinear made = integer_head("head", behind(from, model_.head), source(from));
    stage.code_scale = made.unit;
    stage.linear = std::move(made.params);
    finish(std::move(stage));
  }

  const VitModel& model_;
  const VitConfig& config_;
  std::map<std::string, double> scales_;  // by stage; what the integers really give once a stage is made
  std::map<std::string, CodeBounds> bounds_;
  std::map<std::string, std::int32_t> gains_;  // of stages that are summed, and the unit of their sum
  std::map<std::string, double> units_;
  const RateForm* rate_;  // none: sum semantics
  Program program_;
};

}  // namespace

Program build_program(const VitModel& model, std::map<std::string, double> scales,
                      std::map<std::string, CodeBounds> bounds, const RateForm* rate) {
  return Builder(model, std::move(scales), std::move(bounds), rate).build();
}

}  // namespace ranvier::workloads
