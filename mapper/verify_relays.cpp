// SPDX-License-Identifier: Apache-2.0
// The verifier's proof that no relay loses an event: what a core may get to pass on in a step, every value sent.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

namespace {

bool share_a_factor(std::int64_t a, std::int64_t b) {
  for (; b != 0; std::swap(a, b)) a %= b;
  return a != 1;
}

/// Waves of staged levels, none more than the events of the tile of the level that has most.
bool check_waves(const MappingProblem& p, const Mapping& m, bool staged, Findings& out) {
  std::map<std::size_t, std::int64_t> neurons;
  for (std::size_t t = 0; staged && t < p.tiles.size(); ++t) {
    std::int64_t& most = neurons[static_cast<std::size_t>(m.level[t])];
    most = std::max(most, std::int64_t{p.tiles[t].tokens.size()} * p.tiles[t].outputs.size());
  }
  bool good = true;
  for (std::size_t l = 0; l < m.waves.size(); ++l) {
    const std::int64_t most = neurons.contains(l) ? neurons[l] : 1;
    if (m.waves[l] >= 1 && m.waves[l] <= most) continue;
    good = false;
    out.add({.kind = FindingKind::kWaves,
             .text = fmt::format("level {} takes {} waves, 1 to {} are possible", l, m.waves[l], most)});
  }
  return good;
}

}  // namespace

void check_relays(const MappingProblem& p, const Mapping& m, Findings& out) {
  const bool staged = p.schedule == Schedule::kStagedGraded || p.schedule == Schedule::kStagedUnary;
  if (!check_waves(p, m, staged, out) || p.board.chip.noc.multicast != chips::Multicast::kRelay) return;
  // In a step a neuron sends one event at most; in staged schedules those of one level send, channel c of a tile's
  // token t in wave (t s + c) mod W, s from floor(W g) on the first without a factor of W, g the golden section in 32
  // bits.
  std::map<std::pair<std::int32_t, CoreId>, std::vector<std::int64_t>> passed_on;  // by level and core; by wave
  std::vector<std::int64_t> sent;
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const Route& route = m.routes[f];
    const Tile& tile = p.tiles[flow.source.value()];
    if (flow.tokens.begin < tile.tokens.begin || flow.tokens.end > tile.tokens.end ||
        flow.channels.begin < tile.outputs.begin || flow.channels.end > tile.outputs.end)
      continue;  // a finding of its own
    const std::int32_t level = staged ? m.level[flow.source.value()] : 0;
    const std::int64_t waves = staged ? m.waves_of(static_cast<std::size_t>(level)) : 1;
    sent.assign(static_cast<std::size_t>(waves), 0);
    std::int64_t shift = waves * 2'654'435'769 / (std::int64_t{1} << 32);
    while (share_a_factor(shift, waves)) ++shift;
    for (std::int64_t t = flow.tokens.begin; t < flow.tokens.end; ++t)
      for (std::int64_t c = flow.channels.begin; c < flow.channels.end; ++c)
        ++sent[static_cast<std::size_t>(((t - tile.tokens.begin) * shift + c - tile.outputs.begin) % waves)];
    for (std::size_t i = 1; i < route.chain.size(); ++i) {
      if (std::binary_search(route.starts.begin(), route.starts.end(), i)) continue;
      std::vector<std::int64_t>& events = passed_on[{level, route.chain[i - 1]}];
      events.resize(sent.size());
      for (std::size_t w = 0; w < sent.size(); ++w) events[w] += sent[w];
    }
  }
  const std::int64_t holds = p.board.chip.core.relay_buffer_events.value;
  const auto policy = p.board.chip.sync.policy;
  const bool side_by_side =
      staged && (policy == chips::SyncPolicy::kLayerPipeline || policy == chips::SyncPolicy::kDataflow);
  std::map<CoreId, std::int64_t> at_once;  // in the fullest wave of every level
  for (const auto& [at, events] : passed_on) {
    const auto most = std::max_element(events.begin(), events.end());
    at_once[at.second] += *most;
    if (*most > holds)
      out.add({.kind = FindingKind::kRelayRoom,
               .core = at.second,
               .text = fmt::format("core {} may get {} events to pass on in wave {} of {} of level {}, "
                                   "relay_buffer_events is {}: more `waves`, or `starts` in its chains",
                                   at.second.value(), *most, most - events.begin(), events.size(), at.first, holds)});
  }
  // A pipeline has several images in it, each in another level.
  for (const auto& [core, events] : at_once)
    if (side_by_side && events > holds)
      out.add(
          {.kind = FindingKind::kRelayRoom,
           .core = core,
           .text = fmt::format("core {} may get {} events to pass on at once, from levels that work side by side on "
                               "different images, relay_buffer_events is {}: more `waves`, or `starts` in its "
                               "chains",
                               core.value(), events, holds)});
}

}  // namespace ranvier::mapper::verify_parts
