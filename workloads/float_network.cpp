// SPDX-License-Identifier: Apache-2.0
// Forward pass in float32, sums that torch keeps in blocks (norm, softmax) in double; agrees with torch to about 1e-5.
#include "workloads/float_network.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "workloads/activation.h"
#include "workloads/parallel_parts.h"

namespace ranvier::workloads {
namespace {

using Rows = std::vector<float>;

constexpr std::size_t kWorthThreads = 1'000'000;  // multiply-adds

Rows layer_norm(const Rows& x, std::size_t width, const NormWeights& w, double epsilon) {
  Rows y(x.size());
  for (std::size_t row = 0; row < x.size(); row += width) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(x[row + i]);
    const double mean = sum / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
      const double c = static_cast<double>(x[row + i]) - mean;
      squares += c * c;
    }
    const double inverse = 1.0 / std::sqrt(squares / static_cast<double>(width) + epsilon);
    for (std::size_t i = 0; i < width; ++i)
      y[row + i] = static_cast<float>((static_cast<double>(x[row + i]) - mean) * inverse) * w.gamma[i] + w.beta[i];
  }
  return y;
}

void softmax_in_place(float* row, std::size_t n) {
  const float largest = *std::max_element(row, row + n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(row[i] = std::exp(row[i] - largest));
  for (std::size_t i = 0; i < n; ++i) row[i] = static_cast<float>(static_cast<double>(row[i]) / sum);
}

/// [query][head * keys + key]
Rows attention_rows(const Rows& q, const Rows& k, std::size_t tokens, std::size_t width, std::size_t heads) {
  const std::size_t head_width = width / heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(head_width));
  Rows rows(tokens * heads * tokens);
  for_each_part(tokens, tokens * tokens * width >= kWorthThreads, [&](std::size_t t) {
    for (std::size_t h = 0; h < heads; ++h) {
      float* row = rows.data() + (t * heads + h) * tokens;
      for (std::size_t key = 0; key < tokens; ++key) {
        float sum = 0;
        for (std::size_t d = h * head_width; d < (h + 1) * head_width; ++d)
          sum += q[t * width + d] * k[key * width + d];
        row[key] = sum * scale;
      }
      softmax_in_place(row, tokens);
    }
  });
  return rows;
}

Rows attend(const Rows& rows, const Rows& v, std::size_t tokens, std::size_t width, std::size_t heads) {
  const std::size_t head_width = width / heads;
  Rows out(tokens * width);
  for_each_part(tokens, tokens * tokens * width >= kWorthThreads, [&](std::size_t t) {
    for (std::size_t h = 0; h < heads; ++h)
      for (std::size_t key = 0; key < tokens; ++key) {
        const float a = rows[(t * heads + h) * tokens + key];
        for (std::size_t d = h * head_width; d < (h + 1) * head_width; ++d)
          out[t * width + d] += a * v[key * width + d];
      }
  });
  return out;
}

Rows affine(Rows x, const NormWeights& w) {
  const std::size_t width = w.gamma.size();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = x[i] * w.gamma[i % width] + w.beta[i % width];
  return x;
}

Rows activate(Activation kind, Rows x) {
  constexpr float kInverseSqrt2 = 1.0F / std::numbers::sqrt2_v<float>;
  constexpr std::size_t kPart = 4096;
  for_each_part((x.size() + kPart - 1) / kPart, x.size() > 4 * kPart, [&](std::size_t part) {
    const std::size_t end = std::min((part + 1) * kPart, x.size());
    for (std::size_t i = part * kPart; i < end; ++i)
      x[i] = kind == Activation::kGelu ? 0.5F * x[i] * (1.0F + std::erf(x[i] * kInverseSqrt2))
                                       : static_cast<float>(activation_value(kind, static_cast<double>(x[i])));
  });
  return x;
}

/// [tokens][width] to the mean token.
Rows mean_token(const Rows& x, std::size_t width) {
  std::vector<double> sum(width);
  for (std::size_t i = 0; i < x.size(); ++i) sum[i % width] += static_cast<double>(x[i]);
  Rows mean(width);
  for (std::size_t c = 0; c < width; ++c)
    mean[c] = static_cast<float>(sum[c] * static_cast<double>(width) / static_cast<double>(x.size()));
  return mean;
}

Rows add(Rows a, const Rows& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

}  // namespace

float Quantiser::operator()(float x) const {
  const auto step = static_cast<float>(scale);
  return std::floor(std::clamp(x / step, static_cast<float>(lo), static_cast<float>(hi)) + 0.5F) * step;
}

Quantisers trained_quantisers(const VitModel& model) {
  Quantisers all;
  for (const std::string& stage : stage_names(model.config)) {
    all.emplace_back();
    if (!has_quantiser(stage)) continue;
    const auto scale = model.site_scale.find(stage);
    if (scale == model.site_scale.end()) throw CannotCalibrate(stage, "the model has no trained one");
    const CodeBounds bounds = model.config.bounds.at(site_kind(stage));
    all.back() = Quantiser{scale->second, bounds.lo, bounds.hi};
  }
  return all;
}

Quantisers program_quantisers(const Program& program) {
  Quantisers all;
  for (const Stage& stage : program.stages) {
    all.emplace_back();
    if (stage.encoder.present) all.back() = Quantiser{stage.code_scale, stage.encoder.lo, stage.encoder.hi};
  }
  return all;
}

/// One image on its way through the stages; `finish` is called once a stage, in order.
struct FloatNetwork::Pass {
  const Quantisers* quantisers;
  FloatActivations* keep;
  std::size_t stage = 0;

  Rows finish(Rows x) {
    if (keep != nullptr) keep->before.push_back(x);
    if (quantisers != nullptr && (*quantisers)[stage])
      for (float& value : x) value = (*(*quantisers)[stage])(value);
    if (keep != nullptr) keep->after.push_back(x);
    ++stage;
    return x;
  }
};

FloatNetwork::FloatNetwork(const VitModel& model)
    : config_(model.config),
      input_zeros_(model.input_zeros),
      embed_(model.embed),
      head_(model.head),
      cls_(model.cls),
      pos_(model.pos),
      pre_norm_(model.pre_norm),
      norm_(model.norm) {
  for (const BlockWeights& b : model.blocks)
    blocks_.push_back({b.norm1, b.norm2, FloatProduct(b.q), FloatProduct(b.k), FloatProduct(b.v), FloatProduct(b.proj),
                       FloatProduct(b.fc1), FloatProduct(b.fc2)});
}

std::vector<float> FloatNetwork::norm(const NormWeights& weights, const std::vector<float>& x) const {
  if (config_.norm == NormKind::kBatch) return affine(x, weights);
  return layer_norm(x, static_cast<std::size_t>(config_.width), weights, config_.epsilon);
}

std::vector<float> FloatNetwork::attention(const Block& block, const std::vector<float>& x, Pass& pass) const {
  const auto tokens = static_cast<std::size_t>(config_.tokens());
  const auto width = static_cast<std::size_t>(config_.attention_channels());
  const auto heads = static_cast<std::size_t>(config_.heads);
  const Rows q = pass.finish(block.q(x));
  const Rows k = pass.finish(block.k(x));
  const Rows v = pass.finish(block.v(x));
  Rows h = pass.finish(attention_rows(q, k, tokens, width, heads));
  h = pass.finish(attend(h, v, tokens, width, heads));
  return pass.finish(block.proj(h));
}

std::vector<float> FloatNetwork::mlp(const Block& block, const std::vector<float>& x, Pass& pass) const {
  if (config_.activation == Activation::kRelu)
    return pass.finish(block.fc2(pass.finish(activate(config_.activation, block.fc1(x)))));
  return pass.finish(block.fc2(pass.finish(activate(config_.activation, pass.finish(block.fc1(x))))));
}

std::vector<float> FloatNetwork::pre_norm_block(const Block& block, std::vector<float> x, Pass& pass) const {
  const Rows attended = attention(block, pass.finish(norm(block.norm1, x)), pass);
  x = pass.finish(add(std::move(x), attended));
  const Rows mixed = mlp(block, pass.finish(norm(block.norm2, x)), pass);
  return pass.finish(add(std::move(x), mixed));
}

std::vector<float> FloatNetwork::post_norm_block(const Block& block, std::vector<float> x, Pass& pass) const {
  const Rows attended = attention(block, x, pass);
  x = pass.finish(norm(block.norm1, add(std::move(x), attended)));
  const Rows mixed = mlp(block, x, pass);
  return pass.finish(norm(block.norm2, add(std::move(x), mixed)));
}

std::vector<float> FloatNetwork::forward(std::vector<float> scaled, std::vector<float> x, Pass pass) const {
  const auto tokens = static_cast<std::size_t>(config_.tokens());
  const auto width = static_cast<std::size_t>(config_.width);
  assert(x.size() == tokens * embed_.inputs());
  pass.finish(std::move(scaled));
  x = embed_(x);
  std::copy(cls_.begin(), cls_.end(), x.begin());
  x = pass.finish(add(std::move(x), pos_));
  if (config_.pre_norm) x = pass.finish(norm(pre_norm_, x));
  for (const Block& block : blocks_)
    x = config_.placement == NormPlacement::kPre ? pre_norm_block(block, std::move(x), pass)
                                                 : post_norm_block(block, std::move(x), pass);
  const bool mean = config_.pooling == Pooling::kMean;
  if (!mean) x.resize(width);
  if (config_.final_norm) x = pass.finish(norm(norm_, x));
  if (mean) {
    pass.finish(Rows(tokens, 1.0F / static_cast<float>(tokens)));
    x = pass.finish(mean_token(x, width));
  }
  return pass.finish(head_(x));
}

std::vector<float> FloatNetwork::forward_codes(std::span<const std::int32_t> codes, Pass pass) const {
  Rows scaled(codes.size()), x(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    scaled[i] = static_cast<float>(codes[i] * config_.input_scale);
    x[i] = static_cast<float>((codes[i] - input_zero(i)) * config_.input_scale);
  }
  return forward(std::move(scaled), std::move(x), pass);
}

std::vector<float> FloatNetwork::logits(std::span<const std::int32_t> codes, const Quantisers* quantisers) const {
  return forward_codes(codes, {quantisers, nullptr});
}

FloatActivations FloatNetwork::run(std::span<const std::int32_t> codes, const Quantisers* quantisers) const {
  FloatActivations activations;
  activations.logits = forward_codes(codes, {quantisers, &activations});
  return activations;
}

FloatActivations FloatNetwork::run_input(std::span<const float> input, const Quantisers* quantisers) const {
  Rows scaled(input.size());
  // The class token's row holds no input.
  for (std::size_t i = config_.class_token ? embed_.inputs() : 0; i < input.size(); ++i)
    scaled[i] = static_cast<float>(static_cast<double>(input[i]) + input_zero(i) * config_.input_scale);
  FloatActivations activations;
  activations.logits = forward(std::move(scaled), {input.begin(), input.end()}, {quantisers, &activations});
  return activations;
}

}  // namespace ranvier::workloads
