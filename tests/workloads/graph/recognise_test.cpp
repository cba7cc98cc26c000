// SPDX-License-Identifier: Apache-2.0
// Transformers of every structure, written in every way, are recognised as the networks that they were made of.
#include <gtest/gtest.h>

#include <cmath>

#include "made_vit_graph.h"
#include "tests/workloads/made_model.h"
#include "workloads/convert.h"
#include "workloads/executor.h"
#include "workloads/float_network.h"
#include "workloads/graph/graph_errors.h"
#include "workloads/graph/recognise_vit.h"
#include "workloads/graph/run_graph.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

VitConfig plain_config() {
  VitConfig c = small_config(8);
  c.input_zero = 0, c.input_scale = 1;
  return c;
}

double largest_gap(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double gap = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    gap = std::max(gap, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return gap;
}

void expect_same(const VitModel& a, const VitModel& b) {
  EXPECT_EQ(a.config.patch, b.config.patch);
  EXPECT_EQ(a.config.image, b.config.image);
  EXPECT_EQ(a.config.colours, b.config.colours);
  EXPECT_EQ(a.config.steps, b.config.steps);
  EXPECT_EQ(a.config.features, b.config.features);
  EXPECT_EQ(a.config.width, b.config.width);
  EXPECT_EQ(a.config.heads, b.config.heads);
  EXPECT_EQ(a.config.attention_width, b.config.attention_width);
  EXPECT_EQ(a.config.hidden, b.config.hidden);
  EXPECT_EQ(a.config.classes, b.config.classes);
  EXPECT_EQ(a.config.placement, b.config.placement);
  EXPECT_EQ(a.config.norm, b.config.norm);
  EXPECT_EQ(a.config.activation, b.config.activation);
  EXPECT_EQ(a.config.pooling, b.config.pooling);
  EXPECT_EQ(a.config.class_token, b.config.class_token);
  EXPECT_EQ(a.config.pre_norm, b.config.pre_norm);
  EXPECT_EQ(a.config.final_norm, b.config.final_norm);
  EXPECT_TRUE(a.config.norm == NormKind::kBatch || a.config.epsilon == b.config.epsilon);
  constexpr double kGap = 1e-6;
  const auto linear = [&](const char* name, const LinearWeights& x, const LinearWeights& y) {
    EXPECT_EQ(x.in, y.in) << name;
    EXPECT_EQ(x.out, y.out) << name;
    EXPECT_LE(largest_gap(x.weight, y.weight), kGap) << name;
    EXPECT_LE(largest_gap(x.bias, y.bias), kGap) << name;
  };
  const auto norm = [&](const char* name, const NormWeights& x, const NormWeights& y) {
    EXPECT_LE(largest_gap(x.gamma, y.gamma), kGap) << name;
    EXPECT_LE(largest_gap(x.beta, y.beta), kGap) << name;
  };
  linear("embed", a.embed, b.embed);
  linear("head", a.head, b.head);
  norm("pre_norm", a.pre_norm, b.pre_norm);
  norm("norm", a.norm, b.norm);
  ASSERT_EQ(a.blocks.size(), b.blocks.size());
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    const BlockWeights &x = a.blocks[i], &y = b.blocks[i];
    norm("norm1", x.norm1, y.norm1), norm("norm2", x.norm2, y.norm2);
    linear("q", x.q, y.q), linear("k", x.k, y.k), linear("v", x.v, y.v);
    linear("proj", x.proj, y.proj), linear("fc1", x.fc1, y.fc1), linear("fc2", x.fc2, y.fc2);
  }
}

/// The class token and its position are told apart by how they are written, their sum is not.
std::vector<float> first_row(const VitModel& m) {
  std::vector<float> row = m.pos;
  for (std::size_t i = 0; i < m.cls.size(); ++i) row[i] += m.cls[i];
  return row;
}

struct Case {
  const char* name;
  void (*change)(VitConfig&, GraphStyle&);
};

const Case kCases[] = {
    {"plain", [](VitConfig&, GraphStyle&) {}},
    {"fused_scale_on_queries",
     [](VitConfig&, GraphStyle& s) { s.attention = AttentionStyle::kFused, s.scale = ScaleStyle::kOnQueries; }},
    {"tokens_first_scale_on_both",
     [](VitConfig& c, GraphStyle& s) {
       s.attention = AttentionStyle::kTokensFirst, s.scale = ScaleStyle::kOnBoth;
       c.colours = 3, c.image = 6;
     }},
    {"scale_folded_into_weights", [](VitConfig&, GraphStyle& s) { s.scale = ScaleStyle::kFolded; }},
    {"rearranged_patches",
     [](VitConfig& c, GraphStyle& s) {
       s.embed = EmbedStyle::kRearranged, c.colours = 3, c.image = 6;
       s.positions_on_patches = true, s.residual_first = false;
     }},
    {"planes_last", [](VitConfig& c, GraphStyle& s) { s.embed = EmbedStyle::kPlanesLast, c.colours = 3, c.image = 8; }},
    {"class_token_last",
     [](VitConfig&, GraphStyle& s) { s.class_token_last = true, s.attention = AttentionStyle::kFused; }},
    {"norm_of_the_first_token_alone", [](VitConfig&, GraphStyle& s) { s.norm_pooled_only = s.softmax_at_end = true; }},
    {"post_norm_relu_no_final_norm",
     [](VitConfig& c, GraphStyle& s) {
       c.placement = NormPlacement::kPost, c.activation = Activation::kRelu, c.final_norm = false;
       s.attention = AttentionStyle::kTokensFirst;
     }},
    {"post_norm_pre_norm_final_norm_tanh",
     [](VitConfig& c, GraphStyle& s) {
       c.placement = NormPlacement::kPost, c.activation = Activation::kGeluTanh, c.pre_norm = true;
       c.epsilon = 1e-6, s.residual_first = false;
     }},
    {"batch_norm_behind_the_mean",
     [](VitConfig& c, GraphStyle& s) {
       c.norm = NormKind::kBatch, c.pooling = Pooling::kMean, c.activation = Activation::kRelu;
       s.channels_first_norm = s.norm_pooled_only = true;
     }},
    {"layer_norm_in_front_of_the_mean",
     [](VitConfig& c, GraphStyle&) { c.class_token = false, c.pooling = Pooling::kMean; }},
    {"clip",
     [](VitConfig& c, GraphStyle&) { c.activation = Activation::kQuickGelu, c.pre_norm = true, c.colours = 3; }},
    {"heads_wider_than_the_stream",
     [](VitConfig& c, GraphStyle& s) { c.heads = 3, c.attention_width = 18, s.attention = AttentionStyle::kFused; }},
    {"heads_narrower_than_the_stream",
     [](VitConfig& c, GraphStyle& s) {
       c.heads = 2, c.attention_width = 4, s.attention = AttentionStyle::kTokensFirst;
       s.scale = ScaleStyle::kOnQueries;
     }},
    {"sequence_of_one_head",
     [](VitConfig& c, GraphStyle&) {
       c.image = c.patch = 0, c.steps = 5, c.features = 6, c.heads = 1;
       c.placement = NormPlacement::kPost, c.final_norm = false;
     }},
};

class Recognised : public testing::TestWithParam<Case> {
 protected:
  Recognised() {
    VitConfig c = plain_config();
    GetParam().change(c, style_);
    for (auto& [kind, bounds] : c.bounds) bounds = default_bounds(c, kind, 8);
    model_ = random_model(7, c);
  }
  VitModel model_;
  GraphStyle style_;
};

TEST_P(Recognised, IsTheNetworkItWasMadeOf) {
  const RecognisedVit found = recognise_vit(graph_of(model_, style_));
  expect_same(found.model, model_);
  EXPECT_EQ(found.model.config.name, model_.config.name);
  EXPECT_LE(largest_gap(first_row(found.model), first_row(model_)), 1e-6);
  EXPECT_EQ(found.softmax_at_end, style_.softmax_at_end);
}

TEST_P(Recognised, GivesTheLogitsOfTheGraph) {
  style_.softmax_at_end = false;
  const Graph graph = graph_of(model_, style_);
  const RecognisedVit found = recognise_vit(graph);
  const GraphTensor x = drawn_tensor(8, 1, graph.node(graph.inputs[0]).shape);
  const std::vector<float> logits = run_graph(graph, {&x, 1})[0].values;
  EXPECT_LE(largest_gap(FloatNetwork(found.model).run_input(found.network_input(x)).logits, logits), 1e-5);
}

TEST_P(Recognised, ConvertsAndSettlesInAnyOrder) {
  VitModel model = recognise_vit(graph_of(model_, style_)).model;
  if (model.config.steps > 0) return;  // the codes of a sequence need calibration data
  model.config.input_scale = 1.0 / 255;
  model.site_scale = model_.site_scale;
  const Program program = convert(model);
  const auto codes = input_codes(model, random_pixels(3, 1, model.config.image, model.config.colours).data());
  const Activations expected = run_reference(program, codes);
  ExecutorOptions options;
  options.suppress_probability = 0.3, options.seed = 5;
  for (const Schedule schedule : {Schedule::kStagedGraded, Schedule::kAsynchronousUnary})
    EXPECT_EQ(run_spiking(program, codes, schedule, options).activations, expected);
}

INSTANTIATE_TEST_SUITE_P(All, Recognised, testing::ValuesIn(kCases),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(RecogniseVit, FoldsWhatIsLinearOnTheWay) {
  // Input normalised in the graph, LayerScale behind a projection, a head of two linear maps.
  VitConfig c = plain_config();
  c.colours = 3;
  const VitModel model = random_model(3, c);
  Graph graph = graph_of(model);
  const auto linear_nodes = [&] {
    std::vector<std::size_t> all;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      if (graph.nodes[n].op == Op::kLinear) all.push_back(n);
    return all;
  }();
  const std::size_t proj = linear_nodes[3], head = linear_nodes.back();
  // Puts a node behind another; the nodes that come later are renumbered.
  const auto behind = [&](std::size_t n, GraphNode node) {
    for (std::size_t m = n + 1; m < graph.nodes.size(); ++m)
      for (NodeId& input : graph.nodes[m].inputs)
        if (input.value() >= n) input = NodeId(input.value() + 1);
    for (NodeId& output : graph.outputs)
      if (output.value() >= n) output = NodeId(output.value() + 1);
    node.inputs = {NodeId(n)};
    graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(n) + 1, std::move(node));
  };
  GraphNode second;
  second.op = Op::kLinear, second.name = "second", second.shape = {1, 3};
  second.weight = {1, 2, 0, 0, 1, 0, 1, 1, 1}, second.bias = {1, 0, 2};
  behind(head, second);
  GraphNode layer_scale;
  layer_scale.op = Op::kChannelAffine, layer_scale.name = "layer scale", layer_scale.shape = graph.nodes[proj].shape;
  layer_scale.axis = 2, layer_scale.weight = drawn(1, 1, 8), layer_scale.bias = std::vector<float>(8);
  behind(proj, layer_scale);
  GraphNode normalised;
  normalised.op = Op::kChannelAffine, normalised.name = "normalise", normalised.shape = graph.nodes[0].shape;
  normalised.axis = 1, normalised.weight = {2, 3, 4}, normalised.bias = {-1, 0.5F, 0};
  behind(0, normalised);

  const VitModel found = vit_of(graph);
  EXPECT_NEAR(static_cast<double>(found.blocks[0].proj.at(2, 5)),
              static_cast<double>(model.blocks[0].proj.at(2, 5) * layer_scale.weight[2]), 1e-7);
  EXPECT_NEAR(static_cast<double>(found.embed.at(1, 9)), static_cast<double>(model.embed.at(1, 9) * 4), 1e-7);
  EXPECT_NEAR(static_cast<double>(found.head.at(0, 4)),
              static_cast<double>(model.head.at(0, 4) + 2 * model.head.at(1, 4)), 1e-6);
  EXPECT_NEAR(static_cast<double>(found.head.bias[0]),
              static_cast<double>(1 + model.head.bias[0] + 2 * model.head.bias[1]), 1e-6);
}

TEST(RecogniseVit, DoesNotTakeAnotherFunctionForTheSame) {
  // Every weight matters: a change of any linear map, norm or constant must come out again.
  const VitModel model = random_model(9, plain_config());
  const Graph graph = graph_of(model);
  const VitModel found = vit_of(graph);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (graph.nodes[n].weight.size() < 2) continue;
    Graph other = graph;
    other.nodes[n].weight[1] += 0.25F;
    const VitModel changed = vit_of(other);
    const auto codes = std::vector<float>(static_cast<std::size_t>(5 * 4), 0.5F);
    EXPECT_NE(FloatNetwork(changed).run_input(codes).logits, FloatNetwork(found).run_input(codes).logits)
        << graph.nodes[n].name;
  }
}

struct Odd {
  const char* name;
  const char* found;  // part of the message
  void (*change)(VitConfig&, GraphStyle&, Graph*);
};

std::size_t nth(const Graph& graph, Op op, std::size_t which) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    if (graph.nodes[n].op == op && which-- == 0) return n;
  throw std::logic_error("no such node");
}

/// Nodes from `at` on, and what reads them, move one up; the new node's inputs are as they were before.
void insert_before(Graph& graph, std::size_t at, const GraphNode& made) {
  const auto moved = [at](NodeId& id) {
    if (id.value() >= at) id = NodeId(id.value() + 1);
  };
  for (std::size_t n = at + 1; n < graph.nodes.size(); ++n)
    for (NodeId& input : graph.nodes[n].inputs) moved(input);
  for (NodeId& output : graph.outputs) moved(output);
  graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(at), made);
}

const Odd kOdd[] = {
    {"silu", "the activation function",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g != nullptr) g->nodes[nth(*g, Op::kUnary, 0)].unary = Unary::kSilu;
     }},
    {"two_activations", "another activation function",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g != nullptr) g->nodes[nth(*g, Op::kUnary, 1)].unary = Unary::kRelu;
     }},
    {"two_epsilons", "a layer norm with epsilon 0.5",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g != nullptr) g->nodes[nth(*g, Op::kLayerNorm, 2)].epsilon = 0.5;
     }},
    {"softmax_over_queries", "a softmax that is not over all keys",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g != nullptr) g->nodes[nth(*g, Op::kSoftmax, 1)].axis = 2;
     }},
    {"overlapping_patches", "windows overlap",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g != nullptr) g->nodes[nth(*g, Op::kConvolution, 0)].window.padding[0] = 1;
     }},
    {"layer_norm_behind_the_mean", "a layer norm behind the mean",
     [](VitConfig& c, GraphStyle& s, Graph*) { c.pooling = Pooling::kMean, s.norm_pooled_only = true; }},
    {"mean_without_norm", "a mean over tokens without a norm",
     [](VitConfig& c, GraphStyle&, Graph*) { c.pooling = Pooling::kMean, c.final_norm = false; }},
    {"no_norm_in_front_of_attention", "between the residual stream and a block's branch",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g == nullptr) return;
       GraphNode& norm = g->nodes[nth(*g, Op::kLayerNorm, 1)];
       norm.op = Op::kUnary, norm.unary = Unary::kTanh, norm.weight.clear(), norm.bias.clear();
     }},
    {"softmax_in_the_branch", "a softmax in a residual branch",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g == nullptr) return;
       GraphNode& node = g->nodes[nth(*g, Op::kUnary, 0)];
       node.op = Op::kSoftmax, node.axis = 2;
     }},
    {"values_without_attention", "an MLP without attention in front",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g == nullptr) return;
       GraphNode& mix = g->nodes[nth(*g, Op::kMatMul, 1)];
       mix.op = Op::kUnary, mix.inputs = {mix.inputs[1]};
     }},
    {"values_of_another_size_than_keys", "heads of 4 channels for keys and 2 for values",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g == nullptr) return;
       // Only the last two channels of each head of the first block's values, and half the projection.
       const std::size_t mix = nth(*g, Op::kMatMul, 1);
       GraphNode& values = g->nodes[g->nodes[mix].inputs[1].value()];
       const std::int64_t tokens = values.shape[2];
       values.op = Op::kSlice, values.axis = 3, values.integers = {2, 4, 1}, values.shape = {1, 2, tokens, 2};
       GraphNode turned;
       turned.op = Op::kTranspose, turned.name = "turned", turned.inputs = values.inputs,
       turned.integers = {0, 2, 1, 3};
       turned.shape = {1, 2, tokens, 4};
       const std::size_t at = g->nodes[mix].inputs[1].value();
       values.inputs = {NodeId(at)};
       insert_before(*g, at, turned);
       for (std::size_t n = mix + 1; n < g->nodes.size(); ++n) {
         GraphNode& node = g->nodes[n];
         if (node.op == Op::kMatMul && node.shape.back() == 4) node.shape.back() = 2;
         if (node.op == Op::kTranspose) node.shape = {1, tokens, 2, 2};
         if (node.op == Op::kReshape) node.shape.back() = 4;
         if (node.op != Op::kLinear) continue;
         node.weight.resize(8 * 4);
         break;
       }
     }},
    {"another_logit_order", "an output that is not one row of logits",
     [](VitConfig&, GraphStyle&, Graph* g) {
       if (g == nullptr) return;
       GraphNode turned;
       turned.op = Op::kSlice, turned.name = "turned", turned.shape = {1, 3}, turned.axis = 1;
       turned.integers = {2, -1, -1}, turned.inputs = {g->outputs[0]};
       g->outputs[0] = NodeId(g->nodes.size());
       g->nodes.push_back(turned);
     }},
};

class Odds : public testing::TestWithParam<Odd> {};

TEST_P(Odds, AreNamed) {
  VitConfig c = plain_config();
  GraphStyle style;
  GetParam().change(c, style, nullptr);
  Graph graph = graph_of(random_model(1, c), style);
  GetParam().change(c, style, &graph);
  try {
    vit_of(graph);
    FAIL();
  } catch (const UnknownStructure& e) {
    EXPECT_NE(e.found.find(GetParam().found), std::string::npos) << e.what();
    EXPECT_FALSE(e.node.empty());
    EXPECT_FALSE(e.known.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Odds, testing::ValuesIn(kOdd),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(RecogniseVit, SaysWhereWhatAndWhatIsKnown) {
  Graph graph = graph_of(random_model(1, plain_config()));
  GraphNode& node = graph.nodes[nth(graph, Op::kUnary, 0)];
  node.unary = Unary::kSilu, node.name = "/blocks.0/act";
  try {
    vit_of(graph);
    FAIL();
  } catch (const UnknownStructure& e) {
    EXPECT_EQ(e.what(), "made: node '/blocks.0/act': the activation function " + std::string(unary_name(Unary::kSilu)) +
                            "; known is ReLU, GELU, tanh GELU or QuickGELU");
  }
}

TEST(RecogniseVit, RefusesWhatItCannotProve) {
  Graph graph = graph_of(random_model(1, plain_config()));
  for (float& weight : graph.nodes[nth(graph, Op::kLinear, 12)].weight) weight = 3e38F;
  try {
    vit_of(graph);
    FAIL();
  } catch (const RecognitionDiffers& e) {
    EXPECT_EQ(e.limit, kRecognitionLimit);
    EXPECT_EQ(e.node, graph.node(graph.outputs[0]).name);
  }
}

}  // namespace
}  // namespace ranvier::workloads
