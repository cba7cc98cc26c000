// SPDX-License-Identifier: Apache-2.0
// The verifier's count of what waits in relays: events that come to a core to be passed on faster than they go.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "mapper/mesh.h"
#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

using workloads::StageKind;

namespace {

/// What is sent side by side: a level's tiles, or a token of the host.
struct Slot {
  std::vector<std::size_t> flows;
  std::vector<double> events;  // by place in `flows`
  double host_cycles = 0;      // in which the host sends them; 0: cores do
};

class RelayCount {
 public:
  RelayCount(const MappingProblem& p, const Mapping& m) : p_(p), m_(m), chip_(p.board.chip) {}

  /// What each core holds in the end; left out are those that pass on less than one of `parts` of their buffer.
  std::map<CoreId, double> left_by(const Slot& slot, std::size_t parts) {
    std::map<CoreId, double> passed;
    load_.assign(link_count(p_.board), 0);
    for (std::size_t i = 0; i < slot.flows.size(); ++i) {
      const std::size_t f = slot.flows[i];
      const double flits = slot.events[i] * static_cast<double>(chips::flits_of(chip_.noc, p_.flows[f].payload_bits));
      for_each_leg(f, [&](CoreId from, CoreId to, bool passed_on) {
        if (passed_on) passed[from] += slot.events[i];
        for_each_xy_link(p_.board, from, to, [&](LinkId link) {
          load_[link.value()] += flits * static_cast<double>(cycles_per_flit(p_.board, link));
        });
      });
    }
    std::map<CoreId, double> left;
    const auto holds = static_cast<double>(chip_.core.relay_buffer_events.value);
    for (const auto& [core, events] : passed) {
      // A packet of the host enters at core 0 behind what that passes on.
      if (events > holds / static_cast<double>(parts) && !(slot.host_cycles > 0 && core == CoreId(0)))
        left[core] = left_in(core, events, slot);
    }
    return left;
  }

 private:
  /// It comes as fast as its sources and what comes with it to be passed on let it, whatever else is on the way; it
  /// goes, in order, as the slowest of the next ways does, which carry all that the level sends.
  double left_in(CoreId core, double events, const Slot& slot) const {
    struct Passing {
      std::size_t place;  // in the slot
      std::vector<LinkId> way;
    };
    std::vector<Passing> passing;
    double goes = events * static_cast<double>(chip_.core.relay_cycles.value);
    std::vector<LinkId> way;
    for (std::size_t i = 0; i < slot.flows.size(); ++i)
      for_each_leg(slot.flows[i], [&](CoreId from, CoreId to, bool passed_on) {
        if (!passed_on) way.clear();
        const bool here = passed_on && from == core;
        if (here) passing.push_back({i, way});
        for_each_xy_link(p_.board, from, to, [&](LinkId link) {
          if (here) goes = std::max(goes, load_[link.value()]);
          way.push_back(link);
        });
      });
    std::map<LinkId, double> with_it;
    for (const Passing& one : passing) {
      const auto flits = chips::flits_of(chip_.noc, p_.flows[slot.flows[one.place]].payload_bits);
      for (const LinkId link : one.way)
        with_it[link] += slot.events[one.place] * static_cast<double>(flits * cycles_per_flit(p_.board, link));
    }
    double waiting = 0;
    for (const Passing& one : passing) {
      double comes = slot.host_cycles > 0 ? slot.host_cycles : firing_cycles(p_.flows[slot.flows[one.place]].source);
      for (const LinkId link : one.way) comes = std::max(comes, with_it[link]);
      if (goes > comes) waiting += slot.events[one.place] * (1 - comes / goes);
    }
    return waiting;
  }

  /// Calls visit(from, to, passed on by `from`) for each leg of the flow.
  template <class Visit>
  void for_each_leg(std::size_t f, Visit&& visit) const {
    const Route& route = m_.routes[f];
    const CoreId home = m_.core_of[p_.flows[f].source.value()];
    const CoreId entry = home.valid() ? home : CoreId(0);
    for (std::size_t i = 0; i < route.chain.size(); ++i) {
      const bool own = i == 0 || std::binary_search(route.starts.begin(), route.starts.end(), i);
      visit(own ? entry : route.chain[i - 1], route.chain[i], !own);
    }
  }

  /// Of a tile of which every neuron sends, its values mapped before.
  double firing_cycles(TileId source) const {
    const Tile& tile = p_.tiles[source.value()];
    const StageKind kind = p_.program->stage(tile.stage).kind;
    const bool maps = kind == StageKind::kLayerNorm || kind == StageKind::kScores || kind == StageKind::kGelu;
    const std::int64_t contexts = std::int64_t{tile.outputs.size()} * tile.tokens.size();
    const std::int64_t lanes = std::max<std::int64_t>(1, chip_.core.lanes.value);
    const std::int64_t turns = contexts / lanes + (contexts % lanes != 0 ? 1 : 0);
    return static_cast<double>(turns * chip_.core.soma_cycles.value +
                               contexts * (chip_.core.emit_cycles.value + (maps ? chip_.core.map_cycles.value : 0)));
  }

  const MappingProblem& p_;
  const Mapping& m_;
  const chips::Chip& chip_;
  std::vector<double> load_;
};

void report(const MappingProblem& p, std::int32_t level, CoreId core, double waiting, Findings& out) {
  const std::int64_t holds = p.board.chip.core.relay_buffer_events.value;
  if (waiting > static_cast<double>(holds))
    out.add({.kind = FindingKind::kRelayRoom,
             .core = core,
             .text = fmt::format("core {} passes on more in level {} than its next links take: about {:.0f} events "
                                 "wait there, relay_buffer_events is {}",
                                 core.value(), level, waiting, holds)});
}

/// In a step a neuron sends one event at most; in staged schedules those of one level send.
void check_proved(const MappingProblem& p, const Mapping& m, Findings& out) {
  const bool staged = p.schedule == Schedule::kStagedGraded || p.schedule == Schedule::kStagedUnary;
  std::map<std::pair<std::int32_t, CoreId>, std::int64_t> passed_on;
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    const auto& starts = m.routes[f].starts;
    for (std::size_t i = 1; i < m.routes[f].chain.size(); ++i)
      if (!std::binary_search(starts.begin(), starts.end(), i))
        passed_on[{staged ? m.level[flow.source.value()] : 0, m.routes[f].chain[i - 1]}] +=
            std::int64_t{flow.tokens.size()} * flow.channels.size();
  }
  const std::int64_t holds = p.board.chip.core.relay_buffer_events.value;
  for (const auto& [at, events] : passed_on)
    if (events > holds)
      out.add({.kind = FindingKind::kRelayRoom,
               .core = at.second,
               .text = fmt::format("core {} may get {} events to pass on in a step of level {}, relay_buffer_events is "
                                   "{} and proved_relays was asked for",
                                   at.second.value(), events, at.first, holds)});
}

}  // namespace

void check_relays(const MappingProblem& p, const Mapping& m, Findings& out) {
  if (p.constraints.proved_relays && p.board.chip.noc.multicast == chips::Multicast::kRelay)
    return check_proved(p, m, out);
  if (p.board.chip.noc.multicast != chips::Multicast::kRelay || p.schedule != Schedule::kStagedGraded) return;
  RelayCount count(p, m);
  std::map<std::int32_t, Slot> levels;
  std::map<std::pair<std::int32_t, TileId>, std::map<std::int32_t, Slot>> tokens;  // of tiles without a core
  for (std::size_t f = 0; f < p.flows.size(); ++f) {
    const Flow& flow = p.flows[f];
    if (m.routes[f].chain.empty()) continue;
    const std::int32_t level = m.level[flow.source.value()];
    if (m.core_of[flow.source.value()].valid()) {
      levels[level].flows.push_back(f);
      levels[level].events.push_back(static_cast<double>(flow.tokens.size()) * flow.channels.size());
      continue;
    }
    const double flits = static_cast<double>(chips::flits_of(p.board.chip.noc, flow.payload_bits)) *
                         static_cast<double>(1 + m.routes[f].starts.size());
    for (std::int32_t t = flow.tokens.begin; t < flow.tokens.end; ++t) {
      Slot& slot = tokens[{level, flow.source}][t];
      slot.flows.push_back(f);
      slot.events.push_back(flow.channels.size());
      slot.host_cycles +=
          flits * flow.channels.size() * static_cast<double>(p.board.chip.host_link.cycles_per_flit.value);
    }
  }
  for (const auto& [level, slot] : levels)
    for (const auto& [core, waiting] : count.left_by(slot, 1)) report(p, level, core, waiting, out);
  for (const auto& [key, slots] : tokens) {
    std::map<CoreId, double> now;  // that wait while token after token comes
    std::map<CoreId, double> most;
    for (const auto& [token, slot] : slots) {
      std::map<CoreId, double> next = count.left_by(slot, slots.size());
      for (auto& [core, waiting] : next) {
        if (const auto before = now.find(core); before != now.end()) waiting += before->second;
        most[core] = std::max(most[core], waiting);
      }
      now = std::move(next);
    }
    for (const auto& [core, waiting] : most) report(p, key.first, core, waiting, out);
  }
}

}  // namespace ranvier::mapper::verify_parts
