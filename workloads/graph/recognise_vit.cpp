// SPDX-License-Identifier: Apache-2.0
// Weights out of the nodes of a matched pattern, in the order that VitModel has; then the proof that both compute the
// same.
#include "workloads/graph/recognise_vit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/random.h"
#include "workloads/float_network.h"
#include "workloads/graph/graph_errors.h"
#include "workloads/graph/run_graph.h"
#include "workloads/graph/token_graph.h"
#include "workloads/graph/vit_pattern.h"
#include "workloads/import_model.h"

namespace ranvier::workloads {
namespace {

/// 1e-5, where a file holds the float32 next to it.
double short_decimal(double value) { return std::stod(fmt::format("{}", static_cast<float>(value))); }

class Collector {
 public:
  Collector(const Graph& graph, const TokenGraph& tokens, const VitPattern& pattern)
      : graph_(graph), tokens_(tokens), pattern_(pattern) {}

  VitModel collect() {
    collect_sizes();
    collect_embedding();
    for (const VitBlockPattern& block : pattern_.blocks) collect_block(block);
    if (pattern_.final_norm) model_.norm = norm(*pattern_.final_norm);
    collect_head();
    if (config().pooling == Pooling::kMean && !config().final_norm)
      differs(pattern_.head.front(), "a mean over tokens without a norm", "a mean behind a norm");
    use_post_training_bits(config());
    return std::move(model_);
  }

 private:
  VitConfig& config() { return model_.config; }
  const TokenValue& value(std::size_t v) const { return tokens_.values[v]; }
  const GraphNode& node(std::size_t v) const { return graph_.node(value(v).node); }
  [[noreturn]] void differs(std::size_t v, const std::string& found, const std::string& known) const {
    throw UnknownStructure(graph_.name, node(v).name, found, known);
  }

  void collect_sizes() {
    VitConfig& c = config();
    const TokenValue& patches = value(pattern_.patches);
    c.name = graph_.name;
    c.image = patches.image, c.colours = patches.colours, c.patch = patches.patch;
    if (patches.image == 0) c.steps = patches.tokens, c.features = static_cast<std::int32_t>(patches.columns.size());
    c.width = patches.channels;
    c.blocks = static_cast<std::int32_t>(pattern_.blocks.size());
    c.heads = value(pattern_.blocks.front().scores).heads;
    const auto attention = static_cast<std::int32_t>(value(pattern_.blocks.front().scores).rows.size());
    if (attention != c.width) c.attention_width = attention;
    c.hidden = value(pattern_.blocks.front().fc1).channels;
    c.classes = value(pattern_.head.back()).channels;
    c.placement = pattern_.placement;
    c.pooling = pattern_.pooling;
    c.class_token = !pattern_.class_token.empty();
    c.pre_norm = pattern_.pre_norm.has_value();
    c.final_norm = pattern_.final_norm.has_value();
    c.activation = activation(pattern_.blocks.front().activation);
    const TokenValue& first = value(pattern_.blocks.front().norm1);
    c.norm = first.norm;
    if (c.norm == NormKind::kLayer) c.epsilon = short_decimal(graph_.node(first.node).epsilon);
    set_sizes(model_);
  }

  Activation activation(std::size_t v) const {
    switch (value(v).unary) {
      case Unary::kRelu:
        return Activation::kRelu;
      case Unary::kGelu:
        return Activation::kGelu;
      case Unary::kGeluTanh:
        return Activation::kGeluTanh;
      case Unary::kQuickGelu:
        return Activation::kQuickGelu;
      default:
        differs(v, fmt::format("the activation function {}", unary_name(value(v).unary)),
                "ReLU, GELU, tanh GELU or QuickGELU");
    }
  }

  /// Outputs `rows` of a linear value (all where empty), its scale times `scale`.
  LinearWeights linear(std::size_t v, const std::vector<std::int32_t>& rows, double scale) const {
    const TokenValue& t = value(v);
    const GraphNode& n = graph_.node(t.node);
    const std::size_t in = t.columns.size();
    LinearWeights w;
    w.in = static_cast<std::int32_t>(in);
    w.out = rows.empty() ? t.channels : static_cast<std::int32_t>(rows.size());
    w.weight.resize(static_cast<std::size_t>(w.out) * in);
    for (std::size_t o = 0; o < static_cast<std::size_t>(w.out); ++o) {
      const std::size_t row = rows.empty() ? o : static_cast<std::size_t>(rows[o]);
      const double gain = (t.gain.empty() ? 1 : t.gain[row]) * scale, shift = t.shift.empty() ? 0 : t.shift[row];
      for (std::size_t c = 0; c < in; ++c)
        w.weight[o * in + static_cast<std::size_t>(t.columns[c])] =
            static_cast<float>(static_cast<double>(n.weight[row * in + c]) * gain);
      w.bias.push_back(static_cast<float>(static_cast<double>(n.bias[row]) * gain + shift * scale));
    }
    return w;
  }
  LinearWeights linear(std::size_t v) const { return linear(v, {}, value(v).scale); }

  NormWeights norm(std::size_t v) {
    const TokenValue& t = value(v);
    if (t.norm != config().norm) differs(v, "layer norms and batch norms in one network", "one kind of norm");
    const double epsilon = short_decimal(node(v).epsilon);
    if (t.norm == NormKind::kLayer && epsilon != config().epsilon)
      differs(v, fmt::format("a layer norm with epsilon {} among others with {}", epsilon, config().epsilon),
              "one epsilon");
    return {t.gamma, t.beta};
  }

  void collect_embedding() {
    const TokenValue& patches = value(pattern_.patches);
    LinearWeights& embed = model_.embed = linear(pattern_.patches);
    const auto in = static_cast<std::size_t>(embed.in);
    for (std::size_t o = 0; o < embed.bias.size(); ++o) {
      double bias = static_cast<double>(embed.bias[o]);
      for (std::size_t i = 0; i < in; ++i) {
        float& weight = embed.weight[o * in + i];
        bias += static_cast<double>(weight) * patches.element_shift[i];
        weight = static_cast<float>(static_cast<double>(weight) * patches.element_gain[i]);
      }
      embed.bias[o] = static_cast<float>(bias);
    }
    model_.cls = pattern_.class_token;
    model_.pos = pattern_.positions;
    if (pattern_.pre_norm) model_.pre_norm = norm(*pattern_.pre_norm);
  }

  void collect_block(const VitBlockPattern& p) {
    const TokenValue &scores = value(p.scores), &mix = value(p.mix);
    BlockWeights& w = model_.blocks[static_cast<std::size_t>(&p - pattern_.blocks.data())];
    const auto width = static_cast<std::size_t>(config().attention_channels());
    const auto heads = static_cast<std::size_t>(config().heads);
    if (scores.heads != config().heads)
      differs(p.scores, fmt::format("{} heads in a block, {} in the first", scores.heads, heads),
              "as many in every block");
    if (scores.rows.size() != width || mix.rows.size() != width)
      differs(p.scores,
              fmt::format("{} heads of {} channels for keys and {} for values, {} in the first block", heads,
                          scores.rows.size() / heads, mix.rows.size() / heads, width / heads),
              "heads of one size");
    if (value(p.fc1).channels != config().hidden)
      differs(p.fc1, fmt::format("an MLP of {} channels after one of {}", value(p.fc1).channels, config().hidden),
              "as many in every block");
    if (activation(p.activation) != config().activation)
      differs(p.activation, "another activation function than in the first block", "the same in every block");
    const double usual = 1 / std::sqrt(static_cast<double>(width / heads));
    double scale = scores.scale * value(p.q).scale * value(p.k).scale / usual;
    if (std::abs(scale - 1) < 1e-6) scale = 1;
    w.norm1 = norm(p.norm1), w.norm2 = norm(p.norm2);
    w.q = linear(p.q, scores.rows, scale);
    w.k = linear(p.k, scores.key_rows, 1);
    w.v = linear(p.v, mix.rows, value(p.v).scale);
    w.proj = linear(p.proj), w.fc1 = linear(p.fc1), w.fc2 = linear(p.fc2);
  }

  /// Linear maps one behind the other are one.
  void collect_head() {
    model_.head = linear(pattern_.head.front());
    for (std::size_t i = 1; i < pattern_.head.size(); ++i) {
      const LinearWeights second = linear(pattern_.head[i]);
      LinearWeights both{model_.head.in, second.out, {}, {}};
      for (std::int32_t o = 0; o < second.out; ++o) {
        double bias = static_cast<double>(second.bias[static_cast<std::size_t>(o)]);
        for (std::int32_t m = 0; m < second.in; ++m)
          bias +=
              static_cast<double>(second.at(o, m)) * static_cast<double>(model_.head.bias[static_cast<std::size_t>(m)]);
        both.bias.push_back(static_cast<float>(bias));
        for (std::int32_t in = 0; in < both.in; ++in) {
          double sum = 0;
          for (std::int32_t m = 0; m < second.in; ++m)
            sum += static_cast<double>(second.at(o, m)) * static_cast<double>(model_.head.at(m, in));
          both.weight.push_back(static_cast<float>(sum));
        }
      }
      model_.head = std::move(both);
    }
  }

  const Graph& graph_;
  const TokenGraph& tokens_;
  const VitPattern& pattern_;
  VitModel model_;
};

std::vector<float> softmax(const std::vector<float>& logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - largest));
  std::vector<float> shares;
  for (const float logit : logits)
    shares.push_back(static_cast<float>(std::exp(static_cast<double>(logit - largest)) / sum));
  return shares;
}

void verify(const Graph& graph, const RecognisedVit& vit) {
  constexpr std::uint64_t kSeed = 20;
  GraphTensor input{graph.node(graph.inputs[0]).shape, {}};
  input.values.resize(static_cast<std::size_t>(element_count(input.shape)));
  for (std::size_t i = 0; i < input.values.size(); ++i)
    input.values[i] = static_cast<float>(2 * random_unit(kSeed, 0, i) - 1);
  const std::vector<float> expected = run_graph(graph, {&input, 1})[0].values;
  std::vector<float> logits = FloatNetwork(vit.model).run_input(vit.network_input(input)).logits;
  if (vit.softmax_at_end) logits = softmax(logits);
  const auto throw_differs = [&](double by) {
    throw RecognitionDiffers(graph.name, graph.node(graph.outputs[0]).name, by, kRecognitionLimit);
  };
  double gap = 0, largest = 0;
  for (std::size_t c = 0; c < expected.size(); ++c) {
    const double here = std::abs(static_cast<double>(expected[c]) - static_cast<double>(logits[c]));
    if (std::isnan(here)) throw_differs(here);
    gap = std::max(gap, here);
    largest = std::max(largest, std::abs(static_cast<double>(expected[c])));
  }
  if (!(gap <= kRecognitionLimit * largest)) throw_differs(gap / largest);
}

}  // namespace

std::vector<float> RecognisedVit::network_input(const GraphTensor& graph_input) const {
  const auto channels = static_cast<std::size_t>(model.config.in_channels());
  std::vector<float> input(static_cast<std::size_t>(model.config.tokens()) * channels);
  const std::size_t first = input.size() - elements.size();  // the class token holds no input
  for (std::size_t i = 0; i < elements.size(); ++i)
    input[first + i] = graph_input.values[static_cast<std::size_t>(elements[i])];
  return input;
}

RecognisedVit recognise_vit(const Graph& graph) {
  const TokenGraph tokens = token_graph_of(graph);
  const VitPattern pattern = match_vit(graph, tokens);
  RecognisedVit vit;
  vit.model = Collector(graph, tokens, pattern).collect();
  vit.elements = tokens.values[pattern.patches].elements;
  vit.softmax_at_end = tokens.values[tokens.output].op == TokenOp::kSoftmax;
  verify(graph, vit);
  return vit;
}

VitModel vit_of(const Graph& graph) { return recognise_vit(graph).model; }

}  // namespace ranvier::workloads
