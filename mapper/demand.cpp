// SPDX-License-Identifier: Apache-2.0
// Resource formulas. Widths: docs/explanation/integer-units.md; potentials 24 bits and tracers 8 share a 32-bit word.
#include "mapper/demand.h"

#include <algorithm>
#include <array>

#include "mapper/delivery.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr std::int64_t kPotentialBytes = 4;  // V (24 bits) and S (8 bits); an input slice: its sum; the head: V
constexpr std::int64_t kLayerNormBytes = 3;  // X (16 bits) and S
constexpr std::int64_t kProductBytes = 5;    // P or O (32 bits) and S
constexpr std::int64_t kCodeBytes = 1;       // a code of q, k, a or v
constexpr std::int64_t kGeluBytes = 2;       // input code and S
constexpr std::int64_t kAddBytes = 2;        // difference not yet sent

struct Limit {
  const char* resource;
  std::int64_t needed;
  std::int64_t available;
};

std::array<Limit, 5> limits(const chips::CoreKind& core, const Demand& d) {
  return {{{"neurons", d.neurons, core.neurons.value},
           {"fan_in_axons", d.axons, core.fan_in_axons.value},
           {"synapse_memory", d.synapse_bytes.count(), core.synapse_memory.value.count()},
           {"state_memory", d.state_bytes.count(), core.state_memory.value.count()},
           {"bulk_memory", d.bulk_bytes.count(), core.bulk_memory.value.count()}}};
}

}  // namespace

StateBytes state_bytes(const Program& program, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  const std::int64_t outputs = tile.outputs.size();
  switch (stage.kind) {
    case StageKind::kInput:
      return {};
    case StageKind::kLinear:
      return {outputs * kPotentialBytes, 0};
    case StageKind::kLayerNorm:
      return {outputs * kLayerNormBytes, 0};
    case StageKind::kGelu:
      return {outputs * kGeluBytes, 0};
    case StageKind::kAdd:
      return {outputs * kAddBytes, 0};
    case StageKind::kScores:
    case StageKind::kMix: {
      // One code of the query-side stream per context, all codes of the key-side stream in common.
      const std::int64_t heads = heads_of(program, tile).size();
      const std::int64_t query_codes = heads * (stage.in_channels / stage.heads);
      const std::int64_t key_codes = heads * head_width(program, stage) * key_tokens(program, stage);
      return {outputs * kProductBytes + query_codes * kCodeBytes, key_codes * kCodeBytes};
    }
  }
  return {};
}

Demand demand_of(const Program& program, const chips::CoreKind& core, const Tile& tile) {
  const Stage& stage = program.stage(tile.stage);
  Demand d;
  if (stage.kind == StageKind::kInput) return d;
  d.neurons = tile.outputs.size();
  for (std::size_t port = 0; port < stage.inputs.size(); ++port)
    d.axons += reach_of(program, tile, port).channels.size();
  if (stage.kind == StageKind::kLinear) {
    const std::int64_t bits = std::int64_t{tile.inputs.size()} * tile.outputs.size() * core.weight_bits.value;
    d.synapse_bytes = Bytes((bits + 7) / 8);
  }
  const StateBytes state = state_bytes(program, tile);
  const bool stream = tile.mode == TokenMode::kStream;
  d.state_bytes = Bytes(state.common + state.context * (stream ? 1 : tile.tokens.size()));
  if (stream) d.bulk_bytes = Bytes(state.context * tile.tokens.size());
  return d;
}

Demand& operator+=(Demand& a, const Demand& b) {
  a.neurons += b.neurons;
  a.axons += b.axons;
  a.synapse_bytes += b.synapse_bytes;
  a.state_bytes += b.state_bytes;
  a.bulk_bytes += b.bulk_bytes;
  return a;
}

Demand& operator-=(Demand& a, const Demand& b) {
  a.neurons -= b.neurons;
  a.axons -= b.axons;
  a.synapse_bytes -= b.synapse_bytes;
  a.state_bytes -= b.state_bytes;
  a.bulk_bytes -= b.bulk_bytes;
  return a;
}

Demand operator+(const Demand& a, const Demand& b) {
  Demand sum = a;
  return sum += b;
}

std::optional<Excess> first_excess(const chips::CoreKind& core, const Demand& demand) {
  for (const Limit& l : limits(core, demand))
    if (l.needed > l.available) return Excess{l.resource, l.needed, l.available};
  return std::nullopt;
}

bool fits(const chips::CoreKind& core, const Demand& demand) {
  for (const Limit& l : limits(core, demand))
    if (l.needed > l.available) return false;
  return true;
}

double core_share(const chips::CoreKind& core, const Demand& demand) {
  double share = 0;
  for (const Limit& l : limits(core, demand))
    if (l.available > 0) share = std::max(share, static_cast<double>(l.needed) / static_cast<double>(l.available));
  return share;
}

}  // namespace ranvier::mapper
