// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_stage.h"

#include <algorithm>

#include "workloads/units.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;
using workloads::StageKind;

const Stage& stage_of(const sim::TileSpec& spec) { return spec.program->stage(spec.tile.stage); }

/// Heads of a product's tile and the channels that its first outputs come from.
struct ProductShape {
  std::int32_t keys = 0, width = 0, heads = 0, first_head = 0;
};
ProductShape product_shape(const sim::TileSpec& spec) {
  const Stage& stage = stage_of(spec);
  const workloads::Program& program = *spec.program;
  ProductShape shape;
  const bool scores = stage.kind == StageKind::kScores;
  shape.keys = scores ? stage.channels / stage.heads : program.stage(stage.inputs[1].stage).tokens;
  shape.width = (scores ? program.stage(stage.inputs[0].stage).channels : stage.channels) / stage.heads;
  const std::int32_t row = scores ? shape.keys : shape.width;
  shape.heads = spec.tile.outputs.size() / row;
  shape.first_head = spec.tile.outputs.begin / row;
  return shape;
}

void set_linear(const sim::TileSpec& spec, HybridTile& t) {
  const Stage& stage = stage_of(spec);
  const mapper::Tile& tile = spec.tile;
  t.events = HybridEvents::kRows;
  t.values = tile.outputs.size();
  t.inputs = tile.inputs.size();
  for (std::int32_t i = 0; i < tile.inputs.size(); ++i) {
    t.axons[0].push_back({i, i, 0, t.row_words()});
    const std::int8_t* weight =
        stage.linear.weight.data() + std::ptrdiff_t{tile.inputs.begin + i} * stage.channels + tile.outputs.begin;
    const std::vector<std::int32_t> row(weight, weight + t.values);
    for (std::int32_t w = 0; w < t.row_words(); ++w) t.operands.push_back(lanes_word(t, row.data(), w, 9));
  }
  if (tile.partial_of.valid() || stage.linear.bias.empty()) return;
  for (std::int32_t token = tile.tokens.begin; token < tile.tokens.end; ++token) {
    const std::int32_t row = stage.linear.bias_per_token ? token * stage.channels : 0;
    const auto bias = stage.linear.bias.begin() + row;
    t.start.insert(t.start.end(), bias + tile.outputs.begin, bias + tile.outputs.end);
  }
}

/// Scores: operand rows are channels of k, input codes channels of q, outputs keys.
void set_scores(const sim::TileSpec& spec, HybridTile& t) {
  const ProductShape shape = product_shape(spec);
  t.events = HybridEvents::kProduct;
  t.rows = shape.heads;
  t.values = t.keys = shape.keys;
  t.inputs = t.row_stride = t.code_stride = shape.width;
  for (std::int32_t c = 0; c < shape.heads * shape.width; ++c) {
    const std::int32_t output = c / shape.width * t.row_words() * kHybridLanes;
    t.axons[0].push_back({c, c, output, t.row_words()});
  }
  t.axons[1] = t.axons[0];
  t.map = HybridMap::kSoftmax;
  t.scale = stage_of(spec).softmax.scale;
  const auto& powers = workloads::exponential_table();
  t.table.assign(powers.begin(), powers.end());
}

/// Mix: operand rows are keys of v, input codes {head, key} of the attention, outputs channels of v.
void set_mix(const sim::TileSpec& spec, HybridTile& t) {
  const ProductShape shape = product_shape(spec);
  t.events = HybridEvents::kProduct;
  t.key_to_row = true;
  t.rows = shape.heads;
  t.values = shape.width;
  t.keys = t.inputs = t.code_stride = shape.keys;
  t.row_stride = 0;
  for (std::int32_t head = 0; head < shape.heads; ++head) {
    const std::int32_t output = head * t.row_words() * kHybridLanes;
    for (std::int32_t key = 0; key < shape.keys; ++key)
      t.axons[0].push_back({key, head * shape.keys + key, output, t.row_words()});
    for (std::int32_t d = 0; d < shape.width; ++d)
      t.axons[1].push_back({0, head * shape.keys, output + d, t.row_words()});
  }
}

void set_elements(const sim::TileSpec& spec, HybridTile& t) {
  t.events = HybridEvents::kElements;
  t.values = spec.tile.outputs.size();
  for (const workloads::StageInput& input : stage_of(spec).inputs) t.gain.push_back(input.gain);
}

void set_statistics(const sim::TileSpec& spec, HybridTile& t) {
  set_elements(spec, t);
  t.values = std::max(spec.tile.inputs.size(), kStatisticsLanes);  // those of codes that there are in any case
  t.map = HybridMap::kStatistics;
}

void set_layer_norm(const sim::TileSpec& spec, HybridTile& t) {
  const workloads::LayerNormParams& norm = stage_of(spec).layer_norm;
  set_elements(spec, t);
  const bool cut = spec.tile.outputs.size() < stage_of(spec).channels;
  t.map = !norm.normalise ? HybridMap::kAffine : cut ? HybridMap::kCutNorm : HybridMap::kLayerNorm;
  t.scale = stage_of(spec).channels;
  t.epsilon = norm.epsilon;
  for (std::int32_t c = spec.tile.outputs.begin; c < spec.tile.outputs.end; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    t.operands.push_back(
        {static_cast<std::uint32_t>(norm.gain[channel]), static_cast<std::uint32_t>(norm.bias[channel])});
  }
  const auto& roots = workloads::reciprocal_root_table();
  t.table.assign(64, 0);
  t.table.insert(t.table.end(), roots.begin(), roots.end());
}

}  // namespace

HybridTile hybrid_tile(const sim::TileSpec& spec) {
  const Stage& stage = stage_of(spec);
  HybridTile t;
  t.graded = spec.graded;
  t.dense = spec.tile.engine == mapper::Engine::kDense;
  t.zeros = spec.sends_zeros;
  t.tokens = spec.tile.tokens.size();
  switch (stage.kind) {
    case StageKind::kLinear:
      set_linear(spec, t);
      break;
    case StageKind::kScores:
      set_scores(spec, t);
      break;
    case StageKind::kMix:
      set_mix(spec, t);
      break;
    case StageKind::kLayerNorm:
      if (spec.tile.statistics)
        set_statistics(spec, t);
      else
        set_layer_norm(spec, t);
      break;
    case StageKind::kGelu:
      set_elements(spec, t);
      t.map = HybridMap::kTable;
      t.first_code = stage.gelu.first_code;
      t.table = stage.gelu.table;
      break;
    default:
      set_elements(spec, t);
      break;
  }
  if (t.events == HybridEvents::kElements) t.dense = false;  // nothing of it is a product
  if (stage.kind == StageKind::kAdd || spec.tile.sums_for_others()) {
    t.encoder = HybridEncoder::kDifference;
  } else if (!stage.encoder.present) {
    t.encoder = HybridEncoder::kNone;
  } else {
    t.lo = stage.encoder.lo;
    t.hi = stage.encoder.hi;
    const auto theta = stage.encoder.threshold.begin();
    t.theta.assign(theta + spec.tile.outputs.begin, theta + spec.tile.outputs.end);
  }
  return t;
}

std::optional<HybridEvent> local_event(const sim::TileSpec& spec, const HybridTile& tile, const sim::Event& event) {
  const Stage& stage = stage_of(spec);
  const mapper::Tile& t = spec.tile;
  const auto sum_fits = [&] { return event.value >= -(1 << 23) && event.value < 1 << 23; };
  const bool factor_fits = event.value >= kHybridPayloadMin && event.value <= kHybridPayloadMax;
  const HybridEvent here{event.port, event.token - t.tokens.begin, event.channel, event.value};
  const auto shifted = [&](std::int32_t first) {
    HybridEvent e = here;
    e.channel -= first;
    return e;
  };
  if (event.port == sim::kPartialPort) {
    if (!t.tokens.contains(event.token) || !t.outputs.contains(event.channel) || !sum_fits()) return std::nullopt;
    HybridEvent e = shifted(t.outputs.begin);
    e.port = kDirectPort;
    e.channel = tile.lane_of(e.channel);
    return e;
  }
  if (event.port == sim::kStatisticsPort) {
    if (tile.map != HybridMap::kCutNorm || !t.tokens.contains(event.token) || event.channel < 0 ||
        event.channel >= kStatisticsLanes || !sum_fits())
      return std::nullopt;
    HybridEvent e = shifted(-tile.row_words() * kHybridLanes);
    e.port = kDirectPort;
    return e;
  }
  if (event.port < 0 || event.port >= static_cast<std::int32_t>(stage.inputs.size())) return std::nullopt;
  if (tile.events == HybridEvents::kElements) {
    const mapper::Range& channels = t.statistics ? t.inputs : t.outputs;
    if (!t.tokens.contains(event.token) || !channels.contains(event.channel) || !sum_fits()) return std::nullopt;
    return shifted(channels.begin);
  }
  if (!factor_fits) return std::nullopt;
  HybridEvent e;
  if (tile.events == HybridEvents::kRows) {
    if (event.port != 0) return std::nullopt;
    e = shifted(t.inputs.begin);
  } else {
    const ProductShape shape = product_shape(spec);
    const bool scores = !tile.key_to_row;
    const bool by_key = !scores && event.port == 0;
    e = shifted(shape.first_head * (by_key ? shape.keys : shape.width));
    if (event.port == 1) {
      e.token = event.token;
      if (e.token < 0 || e.token >= shape.keys) return std::nullopt;
    }
  }
  const auto& axons = tile.axons[static_cast<std::size_t>(e.port)];
  if (e.channel < 0 || e.channel >= static_cast<std::int32_t>(axons.size())) return std::nullopt;
  if (e.port == 0 && !t.tokens.contains(event.token)) return std::nullopt;
  return e;
}

}  // namespace ranvier::rtl
