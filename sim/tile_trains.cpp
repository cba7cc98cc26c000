// SPDX-License-Identifier: Apache-2.0
#include "sim/tile_trains.h"

#include <algorithm>

namespace ranvier::sim {
namespace {

/// Lists the rows of events, which come by token.
void build_rows(const std::vector<Event>& events, workloads::EventBatch& rows) {
  rows.clear();
  std::vector<std::int32_t> plus, minus;
  std::vector<workloads::WideEvent> wide;
  for (std::size_t i = 0; i < events.size();) {
    const std::int32_t token = events[i].token;
    plus.clear();
    minus.clear();
    wide.clear();
    for (; i < events.size() && events[i].token == token; ++i) {
      const Event& e = events[i];
      if (e.value == 1) {
        plus.push_back(e.channel);
      } else if (e.value == -1) {
        minus.push_back(e.channel);
      } else {
        wide.push_back({e.channel, e.value});
      }
    }
    rows.append(token, {plus, minus, wide});
  }
}

/// Packets of an event beyond the first one of its first flow. A zero takes only flows that carry zeros.
std::int64_t further_packets(const FlowTable& flows, TileId tile, std::size_t cell, bool zero) {
  std::int64_t packets = 0;
  bool first = true;
  for (const std::uint32_t flow : flows.flows_of_cell(tile, cell)) {
    if (zero && !flows[flow].zeros) continue;
    packets += flows.further_packets(flows[flow], first);
    first = false;
  }
  return packets;
}

mapper::Range widened(mapper::Range range, std::int32_t i) {
  return range.size() == 0 ? mapper::Range{i, i + 1}
                           : mapper::Range{std::min(range.begin, i), std::max(range.end, i + 1)};
}

bool holds(mapper::Range outer, mapper::Range inner) { return outer.begin <= inner.begin && inner.end <= outer.end; }

}  // namespace

void CellEvents::append(const Event& event) {
  by_token = false;
  events.push_back(event);
  tokens = widened(tokens, event.token);
  channels = widened(channels, event.channel);
}

EventTrain CellEvents::within(const mapper::Reach& reach, bool with_zeros, CellEvents& part) const {
  const EventTrain whole = train(with_zeros);
  if (holds(reach.tokens, tokens) && holds(reach.channels, channels)) return whole;
  part.events.clear();
  std::copy_if(whole.events.begin(), whole.events.end(), std::back_inserter(part.events),
               [&](const Event& e) { return reach.contains(e.token, e.channel); });
  if (!by_token) return {part.events, nullptr};
  build_rows(part.events, part.rows);
  return {part.events, &part.rows};
}

void TileTrains::sort(const FlowTable& flows, TileId tile, const std::vector<Emission>& emissions,
                      std::int64_t packet_cycles) {
  constexpr std::uint32_t kNone = UINT32_MAX;
  index_of_.assign(flows.cells(tile), kNone);
  cell_.resize(emissions.size());
  extra_.clear();
  extra_of_zero_.clear();
  used_ = 0;
  more_ = 0;
  for (std::size_t i = 0; i < emissions.size(); ++i) {
    const Emission& e = emissions[i];
    const std::size_t cell = flows.cell_of(tile, e.token, e.channel);
    std::uint32_t& index = index_of_[cell];
    if (index == kNone) {
      index = static_cast<std::uint32_t>(used_++);
      if (cells_.size() < used_) cells_.emplace_back();
      CellEvents& fresh = cells_[index];
      fresh.cell = cell;
      fresh.events.clear();
      fresh.nonzero.clear();
      fresh.zeros = false;
      fresh.tokens = fresh.channels = {};
      fresh.first = e.at.count() + more_;
      extra_.push_back(further_packets(flows, tile, cell, false) * packet_cycles);
      extra_of_zero_.push_back(further_packets(flows, tile, cell, true) * packet_cycles);
    }
    CellEvents& into = cells_[index];
    into.events.push_back({e.token, e.channel, e.value, 0});
    into.zeros = into.zeros || e.value == 0;
    into.tokens = widened(into.tokens, e.token);
    into.channels = widened(into.channels, e.channel);
    into.last = e.at.count() + more_;
    cell_[i] = index;
    more_ += extra(e, index);
  }
  for (std::size_t i = 0; i < used_; ++i) {
    CellEvents& cell = cells_[i];
    if (cell.zeros) {
      std::copy_if(cell.events.begin(), cell.events.end(), std::back_inserter(cell.nonzero),
                   [](const Event& e) { return e.value != 0; });
    }
    build_rows(cell.zeros ? cell.nonzero : cell.events, cell.rows);
  }
}

}  // namespace ranvier::sim
