// SPDX-License-Identifier: Apache-2.0
// Builds the stages in topological order; a scale that an integer had to change is the one that later stages are made
// for.
#include "workloads/convert.h"

#include <algorithm>
#include <map>

#include "workloads/calibrate.h"
#include "workloads/convert_integers.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

std::int64_t largest_code(CodeBounds bounds) { return std::max(-bounds.lo, bounds.hi); }

class Builder {
 public:
  Builder(const VitModel& model, std::map<std::string, double> scales, std::map<std::string, CodeBounds> bounds)
      : model_(model), config_(model.config), scales_(std::move(scales)), bounds_(std::move(bounds)) {}

  Program build() {
    program_.name = config_.name;
    program_.input_code_max = config_.input_code_max();
    settle_residual_stream();
    const StageId input = input_stage();
    StageInput stream = residual_input(embed(input));
    for (std::int32_t b = 0; b < config_.blocks; ++b) stream = block(b, stream);
    const StageId norm = layer_norm("norm", model_.norm, stream, 1);
    head(norm);
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
  }

  std::vector<std::int32_t> same_threshold(const Stage& stage, std::int32_t threshold) const {
    return std::vector<std::int32_t>(static_cast<std::size_t>(stage.channels), threshold);
  }

  CodeSource source(StageId id) const {
    const Stage& stage = program_.stage(id);
    if (stage.kind == StageKind::kInput) return {stage.code_scale, program_.input_code_max, program_.input_code_max};
    return {stage.code_scale, largest_code({stage.encoder.lo, stage.encoder.hi}), stage.encoder.hi - stage.encoder.lo};
  }

  /// One unit for all that is summed on the stream (section 5); the writers' scales become gain * unit.
  void settle_residual_stream() {
    std::vector<std::string> writers = {"embed"};
    for (std::int32_t b = 0; b < config_.blocks; ++b)
      for (const char* kind : {"proj", "fc2"}) writers.push_back(stage_name(b, kind));
    std::vector<CodeSource> sources;
    for (const std::string& name : writers)
      sources.push_back({scales_.at(name), largest_code(bounds_.at(site_kind(name)))});
    const ResidualUnit chosen = residual_unit(stage_name(config_.blocks - 1, "add2"), sources);
    unit_ = chosen.unit;
    for (std::size_t i = 0; i < writers.size(); ++i) {
      gains_[writers[i]] = chosen.gain[i];
      scales_[writers[i]] = chosen.gain[i] * unit_;
    }
  }

  static std::string stage_name(std::int32_t block, const std::string& kind) {
    return "block" + std::to_string(block) + "." + kind;
  }

  StageInput residual_input(StageId writer) const { return {writer, gains_.at(program_.stage(writer).name)}; }

  StageId input_stage() {
    Stage stage = start("input", StageKind::kInput, {}, 0, config_.in_channels());
    stage.code_scale = config_.input_scale;
    return finish(std::move(stage));
  }

  StageId linear(const std::string& name, const LinearWeights& weights, StageId from,
                 const std::vector<float>& real_bias, double zero_point = 0) {
    Stage stage = start(name, StageKind::kLinear, {{from, 1}}, weights.in, weights.out);
    stage.code_scale = scales_.at(name);
    IntegerLinear made = integer_linear(name, weights, real_bias, source(from), stage.code_scale, zero_point);
    stage.linear = std::move(made.params);
    set_encoder(stage, std::move(made.threshold));
    return finish(std::move(stage));
  }
  StageId linear(const std::string& name, const LinearWeights& weights, StageId from) {
    return linear(name, weights, from, weights.bias);
  }

  /// Position embedding, class token and the input's zero point become one bias vector per token.
  StageId embed(StageId input) {
    std::vector<float> bias = model_.pos;
    const auto width = static_cast<std::size_t>(config_.width);
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += i < width ? model_.cls[i] : model_.embed.bias[i % width];
    return linear("embed", model_.embed, input, bias, config_.input_zero);
  }

  StageId layer_norm(const std::string& name, const NormWeights& weights, StageInput from, std::int32_t tokens) {
    Stage stage = start(name, StageKind::kLayerNorm, {from}, config_.width, config_.width);
    stage.tokens = tokens;
    stage.code_scale = scales_.at(name);
    stage.layer_norm = integer_layer_norm(name, weights, unit_, stage.code_scale);
    set_encoder(stage, same_threshold(stage, kAmdThreshold));
    return finish(std::move(stage));
  }

  StageId scores(const std::string& name, StageId q, StageId k) {
    Stage stage = start(name, StageKind::kScores, {{q, 1}, {k, 1}}, config_.width, config_.heads * config_.tokens());
    stage.heads = config_.heads;
    stage.softmax = integer_softmax(name, source(q).scale, source(k).scale, config_.head_width());
    const std::int32_t threshold = even_threshold(name, scales_.at(name) * kSoftmaxOne);
    stage.code_scale = static_cast<double>(threshold) / kSoftmaxOne;
    set_encoder(stage, same_threshold(stage, threshold));
    return finish(std::move(stage));
  }

  StageId mix(const std::string& name, StageId attention, StageId v) {
    Stage stage =
        start(name, StageKind::kMix, {{attention, 1}, {v, 1}}, config_.heads * config_.tokens(), config_.width);
    stage.heads = config_.heads;
    const CodeSource a = source(attention), b = source(v);
    const std::int32_t threshold = even_threshold(name, scales_.at(name) / (a.scale * b.scale));
    stage.code_scale = threshold * a.scale * b.scale;
    const std::int64_t worst = config_.tokens() * a.largest * b.range + threshold;
    if (worst > kPotentialLimit)
      throw DoesNotFitIntegers(name, "the largest potential", static_cast<double>(worst),
                               static_cast<double>(kPotentialLimit));
    set_encoder(stage, same_threshold(stage, threshold));
    return finish(std::move(stage));
  }

  StageId gelu(const std::string& name, StageId from) {
    Stage stage = start(name, StageKind::kGelu, {{from, 1}}, config_.hidden, config_.hidden);
    stage.code_scale = scales_.at(name);
    const Encoder& before = program_.stage(from).encoder;
    stage.gelu = integer_gelu(name, source(from).scale, {before.lo, before.hi}, stage.code_scale);
    set_encoder(stage, same_threshold(stage, kAmdThreshold));
    return finish(std::move(stage));
  }

  StageInput add(const std::string& name, StageInput stream, StageId writer) {
    Stage stage = start(name, StageKind::kAdd, {stream, residual_input(writer)}, config_.width, config_.width);
    stage.code_scale = unit_;
    return {finish(std::move(stage)), 1};
  }

  StageInput block(std::int32_t b, StageInput stream) {
    const BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    const auto name = [b](const char* kind) { return stage_name(b, kind); };
    const StageId ln1 = layer_norm(name("ln1"), w.norm1, stream, config_.tokens());
    const StageId q = linear(name("q"), w.q, ln1);
    const StageId k = linear(name("k"), w.k, ln1);
    const StageId v = linear(name("v"), w.v, ln1);
    const StageId attention = scores(name("attn"), q, k);
    const StageId mixed = mix(name("av"), attention, v);
    stream = add(name("add1"), stream, linear(name("proj"), w.proj, mixed));
    const StageId ln2 = layer_norm(name("ln2"), w.norm2, stream, config_.tokens());
    const StageId activated = gelu(name("gelu"), linear(name("fc1"), w.fc1, ln2));
    return add(name("add2"), stream, linear(name("fc2"), w.fc2, activated));
  }

  void head(StageId from) {
    Stage stage = start("head", StageKind::kLinear, {{from, 1}}, config_.width, config_.classes);
    stage.tokens = 1;
    IntegerLinear made = integer_head("head", model_.head, source(from));
    stage.code_scale = made.unit;
    stage.linear = std::move(made.params);
    finish(std::move(stage));
  }

  const VitModel& model_;
  const VitConfig& config_;
  std::map<std::string, double> scales_;  // by stage; what the integers really give once a stage is made
  std::map<std::string, CodeBounds> bounds_;
  std::map<std::string, std::int32_t> gains_;
  double unit_ = 1;
  Program program_;
};

}  // namespace

std::vector<std::string> conversion_methods() { return {"stbif"}; }

Program convert(const VitModel& model, const ConvertOptions& options) {
  const std::vector<std::string> methods = conversion_methods();
  if (std::find(methods.begin(), methods.end(), options.method) == methods.end())
    throw UnknownMethod(options.method, methods);
  const int bits = options.bits.value_or(model.config.activation_bits);
  if (bits < kMinActivationBits || bits > kMaxActivationBits) throw BadActivationBits(bits);

  // Steps that were trained at another number of bits fit neither these bounds nor this resolution.
  const bool search_all = options.recalibrate || bits != model.config.activation_bits;
  std::map<std::string, CodeBounds> bounds = model.config.bounds;
  if (bits != model.config.activation_bits)
    for (auto& [kind, range] : bounds) range = default_bounds(kind, bits);

  std::map<std::string, double> scales;
  std::vector<std::string> missing;
  for (const std::string& stage : stage_names(model.config)) {
    if (!has_quantiser(stage)) continue;
    const auto trained = model.site_scale.find(stage);
    if (!search_all && trained != model.site_scale.end())
      scales[stage] = trained->second;
    else
      missing.push_back(stage);
  }
  if (!missing.empty()) {
    const ImageSet images = options.calibration.empty() ? calibration_images(model) : load_images(options.calibration);
    scales.merge(calibrate(model, missing, bounds, input_code_batch(model, images, options.calibration_images),
                           options.threads));
  }
  return Builder(model, std::move(scales), std::move(bounds)).build();
}

}  // namespace ranvier::workloads
