// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_stimulus.h"

#include <algorithm>

#include "rtl/hybrid/hybrid_tile.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;
using workloads::StageKind;

std::int32_t even(Draws& draws, std::int32_t least, std::int32_t most) {
  return 2 * draws.between(least / 2, most / 2);
}

/// Tiles are small, but for one dimension at times, which is then the largest that the core has.
enum class Large { kNone, kFirst, kSecond, kThird };
Large random_large(Draws& draws) {
  const std::int32_t drawn = draws.between(0, 15);
  return drawn < 3 ? static_cast<Large>(1 + drawn) : Large::kNone;
}

constexpr std::int32_t kLayerNormMost = 1024;  // channels of a row

/// A source: an input stage of codes lo..hi, or of sums without an encoder.
Stage source(std::int32_t tokens, std::int32_t channels, bool encodes, Draws& draws) {
  Stage s;
  s.kind = StageKind::kLinear;
  s.tokens = tokens;
  s.channels = channels;
  s.encoder.present = encodes;
  const bool is_signed = draws.chance(160);
  const std::int32_t bits = draws.between(3, 8);
  s.encoder.lo = is_signed ? -(1 << (bits - 1)) : 0;
  s.encoder.hi = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  return s;
}

Stage stage_on(StageKind kind, std::int32_t sources, std::int32_t tokens, std::int32_t channels) {
  Stage s;
  s.name = "stage";
  s.kind = kind;
  s.tokens = tokens;
  s.channels = channels;
  for (std::int32_t i = 0; i < sources; ++i) s.inputs.push_back({StageId(static_cast<std::size_t>(1 + i)), 1});
  return s;
}

void encode(Stage& s, Draws& draws, std::int32_t least, std::int32_t most) {
  s.encoder.present = true;
  const bool is_signed = draws.chance(160);
  const std::int32_t bits = draws.between(2, 8);
  s.encoder.lo = is_signed ? -(1 << (bits - 1)) : 0;
  s.encoder.hi = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  for (std::int32_t o = 0; o < s.channels; ++o) s.encoder.threshold.push_back(even(draws, least, most));
}

/// All of the case but its stage; `tokens` and `outputs` of the tile are some of the stage's.
void finish(HybridCase& c, std::vector<Stage> sources, Stage stage, Draws& draws, bool cut_outputs) {
  Stage input;
  input.name = "input";
  c.program.stages = {input};
  for (Stage& s : sources) c.program.stages.push_back(std::move(s));
  c.program.stages.push_back(std::move(stage));
  const Stage& last = c.stage();
  c.spec.program = &c.program;
  c.spec.core = &c.core;
  c.spec.graded = draws.chance(160);
  c.spec.tile.stage = StageId(c.program.stages.size() - 1);
  c.spec.tile.outputs = {0, last.channels};
  c.spec.tile.tokens = {0, last.tokens};
  c.spec.tile.inputs = {0, c.program.stages[1].channels};
  if (last.tokens > 1 && draws.chance(100)) c.spec.tile.tokens = {draws.between(0, last.tokens - 1), last.tokens};
  if (cut_outputs && last.channels > 1 && draws.chance(100))
    c.spec.tile.outputs = {draws.between(0, last.channels / 2), draws.between(last.channels / 2 + 1, last.channels)};
}

/// For readers that are dense, too, in half of the cases.
void dense(HybridCase& c, Draws& draws) {
  c.spec.tile.engine = mapper::Engine::kDense;
  c.spec.sends_zeros = draws.chance(128);
}

void linear(Draws& draws, HybridCase& c) {
  const Large large = random_large(draws);
  const bool many = large == Large::kFirst, deep = large == Large::kSecond, wide = large == Large::kThird;
  const std::int32_t tokens = many ? kHybridLimits.tokens : draws.between(1, 5);
  const std::int32_t width = deep ? kHybridLimits.codes : draws.between(1, many || wide ? 20 : 40);
  Stage s = stage_on(StageKind::kLinear, 1, tokens, wide ? kHybridLimits.outputs : draws.between(1, many ? 20 : 70));
  s.in_channels = width;
  for (std::int32_t i = 0; i < width * s.channels; ++i)
    s.linear.weight.push_back(static_cast<std::int8_t>(draws.between(-127, 127)));
  if (c.kind != "head" && c.kind != "dense head") encode(s, draws, 2, draws.chance(128) ? 400 : 30000);
  s.linear.bias_per_token = draws.chance(128);
  for (std::int32_t i = 0; i < s.channels * (s.linear.bias_per_token ? tokens : 1); ++i)
    s.linear.bias.push_back(draws.between(-2000, 2000));
  finish(c, {source(tokens, width, true, draws)}, std::move(s), draws, true);
  mapper::Tile& tile = c.spec.tile;
  if (c.kind == "dense linear") dense(c, draws);
  if (c.kind == "dense head") tile.engine = mapper::Engine::kDense;  // nobody reads it
  if (c.kind == "slice") {
    tile.partial_of = TileId(0);
    tile.inputs = {width / 3, width};
  }
}

void product(Draws& draws, HybridCase& c, bool scores) {
  std::int32_t heads = draws.between(1, 3), width = draws.between(1, 20), queries = draws.between(1, 6);
  std::int32_t keys = draws.chance(30) ? draws.between(60, 80) : draws.between(1, 40);
  const Large large = random_large(draws);
  switch (large) {
    case Large::kFirst:
      queries = kHybridLimits.tokens;
      heads = 1;
      width = draws.between(1, 8);
      keys = draws.between(1, 8);
      break;
    case Large::kSecond:  // a word a head
      heads = kHybridLimits.outputs / kHybridLanes;
      width = draws.between(1, kHybridLanes);
      keys = draws.between(1, kHybridLanes);
      queries = draws.between(1, 2);
      break;
    case Large::kThird:
      keys = kHybridLimits.keys;
      heads = 1;
      queries = draws.between(1, 2);
      break;
    default:
      break;
  }
  Stage s = stage_on(scores ? StageKind::kScores : StageKind::kMix, 2, queries, heads * (scores ? keys : width));
  s.heads = heads;
  encode(s, draws, scores ? 200 : 2, scores ? 20000 : 600);
  s.softmax.scale = draws.chance(40) ? draws.between(0, 1 << 10) : draws.between(1 << 10, 1 << 24);
  const std::int32_t row = scores ? keys : width;
  finish(c, {source(queries, heads * (scores ? width : keys), true, draws), source(keys, heads * width, true, draws)},
         std::move(s), draws, false);
  const std::int32_t first = large == Large::kNone ? draws.between(0, heads - 1) : 0;
  c.spec.tile.outputs = {first * row, heads * row};
  if (c.kind == "dense scores" || c.kind == "dense mix") dense(c, draws);
}

void elements(Draws& draws, HybridCase& c, StageKind kind) {
  const std::int32_t sources = kind == StageKind::kGelu ? 1 : draws.between(1, kind == StageKind::kAdd ? 4 : 2);
  const Large large = random_large(draws);
  const bool many = large == Large::kFirst;
  const std::int32_t tokens = many ? kHybridLimits.tokens : draws.between(1, 5);
  const bool cut = c.kind == "cut layer norm";
  const std::int32_t most = cut ? kHybridLimits.outputs - kHybridLanes : kHybridLimits.outputs;
  const std::int32_t width = large == Large::kSecond ? most : draws.between(1, many ? 20 : 70);
  Stage s = stage_on(kind, sources, tokens, width);
  std::vector<Stage> from;
  for (std::int32_t i = 0; i < sources; ++i)
    from.push_back(source(tokens, width, kind == StageKind::kGelu || draws.chance(128), draws));
  for (std::size_t i = 0; i < from.size() && kind != StageKind::kGelu; ++i) {
    const workloads::Encoder& codes = from[i].encoder;
    // Four sums of such codes and gains still fit 24 bits.
    const bool large_gain = kind == StageKind::kAdd && codes.present && codes.hi - codes.lo < 32 && draws.chance(128);
    s.inputs[i].gain = large_gain ? draws.between(1 << 12, (1 << 16) - 1) : draws.between(1, 40);
  }
  if (kind == StageKind::kGelu) {
    encode(s, draws, 256, 256);
    s.gelu.first_code = from[0].encoder.lo;
    for (std::int32_t i = from[0].encoder.lo; i <= from[0].encoder.hi; ++i)
      s.gelu.table.push_back(draws.between(-30000, 30000));
  }
  if (kind == StageKind::kLayerNorm) {
    encode(s, draws, 16, 256);
    s.layer_norm.normalise = c.kind != "affine";
    const std::int32_t most_gain = s.layer_norm.normalise ? 1 << 16 : 1 << 18;
    for (std::int32_t i = 0; i < width; ++i) {
      s.layer_norm.gain.push_back(draws.between(-most_gain, most_gain));
      s.layer_norm.bias.push_back(draws.between(-20000, 20000));
    }
    s.layer_norm.epsilon = draws.chance(128) ? 1 : std::int64_t{1} << draws.between(0, 60);
  }
  s.in_channels = width;
  finish(c, std::move(from), std::move(s), draws, kind != StageKind::kLayerNorm || c.kind == "affine");
  // Other cores have the rest of the row: the last channels.
  if (cut) c.stage().channels = draws.chance(64) ? kLayerNormMost : draws.between(width + 1, 3 * width);
  if (c.kind == "statistics") {
    mapper::Tile& tile = c.spec.tile;
    tile.statistics = true;
    tile.outputs = {0, kStatisticsLanes};
    if (large == Large::kNone) tile.inputs = {width / 3, width};
    if (draws.chance(64)) dense(c, draws);
  }
}

}  // namespace

const std::vector<std::string>& hybrid_kinds() {
  static const std::vector<std::string> kinds = {
      "linear",    "dense linear", "slice",      "head",           "dense head", "scores", "dense scores", "mix",
      "dense mix", "gelu",         "layer norm", "cut layer norm", "statistics", "affine", "add"};
  return kinds;
}

void random_case(Draws& draws, HybridCase& c, const std::string& kind) {
  c.kind = kind;
  for (const char* linear_kind : {"linear", "dense linear", "slice", "head", "dense head"})
    if (kind == linear_kind) return linear(draws, c);
  if (kind == "scores" || kind == "dense scores") return product(draws, c, true);
  if (kind == "mix" || kind == "dense mix") return product(draws, c, false);
  if (kind == "gelu") return elements(draws, c, StageKind::kGelu);
  if (kind == "add") return elements(draws, c, StageKind::kAdd);
  elements(draws, c, StageKind::kLayerNorm);
}

std::int32_t HybridSources::change(Draws& draws, std::int32_t port, std::int32_t token, std::int32_t channel) {
  const Stage& stage = case_.program.stages.back();
  const Stage& from = case_.program.stage(stage.inputs[static_cast<std::size_t>(port)].stage);
  const std::int32_t lo = from.encoder.present ? from.encoder.lo : -200;
  const std::int32_t hi = from.encoder.present ? from.encoder.hi : 200;
  std::int32_t& code = code_[{port, token, channel}];
  const std::int32_t before = code;
  // A dense source sends zeros, too.
  if (case_.spec.tile.engine == mapper::Engine::kDense && draws.chance(40)) return 0;
  if (case_.spec.graded) {
    code = draws.between(lo, hi);
    if (code == before) code = code < hi ? code + 1 : lo;
  } else {
    code += code == lo ? 1 : code == hi ? -1 : draws.chance(128) ? 1 : -1;
  }
  return code - before;
}

/// Of any row, so that it is at times less than the channels here have: as where sums lag behind.
sim::Event HybridSources::row_sum(Draws& draws, std::int32_t token) {
  const std::int32_t digit = draws.between(0, kStatisticsLanes - 1);
  const std::int32_t n = case_.program.stages.back().channels;
  std::int32_t& sum = code_[{sim::kStatisticsPort, token, digit}];
  const std::int32_t before = sum;
  if (digit == 0) sum = draws.between(-(n << 11), n << 11);
  if (digit == 1) sum = draws.between(0, 1 << 21);
  if (digit == 2) sum = draws.chance(128) ? draws.between(0, n * 64) : 0;
  return {token, digit, sum - before, sim::kStatisticsPort};
}

sim::Event HybridSources::next(Draws& draws) {
  const mapper::Tile& tile = case_.spec.tile;
  const Stage& stage = case_.program.stages.back();
  const std::int32_t token = draws.between(tile.tokens.begin, tile.tokens.end - 1);
  const auto within = [&](const mapper::Range& r) { return draws.between(r.begin, r.end - 1); };
  const bool linear = stage.kind == StageKind::kLinear;
  if (linear && !tile.partial_of.valid() && draws.chance(20))
    return {token, within(tile.outputs), draws.between(-3000, 3000), sim::kPartialPort};
  if (case_.kind == "cut layer norm" && draws.chance(60)) return row_sum(draws, token);
  sim::Event e{token, 0, 0, draws.between(0, static_cast<std::int32_t>(stage.inputs.size()) - 1)};
  const bool scores = stage.kind == StageKind::kScores, mix = stage.kind == StageKind::kMix;
  if (scores || mix) {
    const Stage& second = case_.program.stage(stage.inputs[1].stage);
    const std::int32_t keys = second.tokens, width = second.channels / stage.heads;
    const std::int32_t row = scores ? keys : width;
    const mapper::Range heads{tile.outputs.begin / row, tile.outputs.end / row};
    const std::int32_t unit = mix && e.port == 0 ? keys : width;
    e.channel = within({heads.begin * unit, heads.end * unit});
    if (e.port == 1) e.token = draws.between(0, keys - 1);
  } else {
    e.channel = within(linear || tile.statistics ? tile.inputs : tile.outputs);
  }
  e.value = change(draws, e.port, e.token, e.channel);
  return e;
}

}  // namespace ranvier::rtl
