// SPDX-License-Identifier: Apache-2.0
#include "sim/step_dispatch.h"

#include <algorithm>

#include "mapper/mesh.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kSlices = 64;  // of a step, about: how finely the shape of its trains is told
constexpr std::int64_t kShortestSlice = 8;

}  // namespace

StepDispatch::StepDispatch(ChipRun& run)
    : run_(run),
      chip_(run.problem().board.chip),
      in_step_(mapper::link_count(run.problem().board)),
      unit_end_(2 * run.problem().board.cores()),
      arrivals_(run.problem().tiles.size()) {}

void StepDispatch::begin(std::int64_t now) {
  facts_.clear();
  host_free_ = 0;
  now_ = now;
  for (const std::size_t unit : units_used_) unit_end_[unit] = 0;
  units_used_.clear();
  for (const TileId tile : reached_) arrivals_[tile.value()].clear();
  reached_.clear();
}

void StepDispatch::send(FiredTrains& f) {
  run_.note_fired(f.tile, f.cycles, f.emissions);
  const CoreId core = run_.mapping().core_of[f.tile.value()];
  f.start = 0;
  if (core.valid()) {
    const std::int64_t more = f.trains.more_cycles();
    run_.tally().packet_cycles[f.tile.value()] += more;
    f.start = work(f.tile, CoreUnit::kFire, f.cycles.count() + more);
    facts_.firing.push_back({core, f.start + f.cycles.count() + more});
  } else {
    pass_host_link(f);
  }
  f.first_train = facts_.trains.size();
  for (std::size_t c = 0; c < f.trains.size(); ++c) {
    const CellEvents& cell = f.trains[c];
    facts_.trains.push_back(
        {f.tile, static_cast<std::int64_t>(cell.events.size()), f.start + cell.first, f.start + cell.last, 0});
    offset_ = 0;
    first_flow_ = true;
    for (const std::uint32_t flow : run_.flows().flows_of_cell(f.tile, cell.cell)) {
      const std::size_t events = cell.train(run_.flows()[flow].zeros).events.size();
      if (events == 0) continue;
      send_on(flow, cell, static_cast<std::int64_t>(events));
      first_flow_ = false;
    }
  }
}

void StepDispatch::send_on(std::uint32_t flow, const CellEvents& cell, std::int64_t events) {
  const FlowPath& path = run_.flows()[flow];
  run_.tally().flow_events[flow] += events;
  const auto train = static_cast<std::uint32_t>(facts_.trains.size() - 1);
  if (path.from_host && path.to_device) {
    for (const Target& target : path.local)
      arrivals_of(target).push_back({&cell, path.zeros, &target, UINT32_MAX, UINT32_MAX});
    return;
  }
  if (!path.local.empty()) {
    run_.tally().local_events[flow] += events;
    const auto local = static_cast<std::uint32_t>(facts_.locals.size());
    if (path.delay > 0) {
      hold(path, path.local, cell);
    } else {
      facts_.locals.push_back({train, run_.mapping().core_of[path.source.value()], events, 0});
      for (const Target& target : path.local)
        arrivals_of(target).push_back({&cell, path.zeros, &target, UINT32_MAX, local});
    }
  }
  if (path.from_host || path.to_device) {
    const std::int64_t flits = events * static_cast<std::int64_t>(path.packets) * path.flits;
    run_.tally().host_flits[path.stage.value()] += flits;
    (path.from_host ? facts_.host_down_flits : facts_.host_up_flits) += flits;
  }
  // A tile makes one packet after the other.
  std::int64_t free = static_cast<std::int64_t>(path.packets) - run_.flows().further_packets(path, first_flow_);
  for (std::size_t l = 0; l < path.legs.size(); ++l) {
    const Leg& leg = path.legs[l];
    const auto index = static_cast<std::uint32_t>(facts_.legs.size());
    const bool sent = !leg.relayed && !(path.forked && l > 0);
    if (sent && --free < 0 && !path.from_host) offset_ += chip_.core.emit_cycles.value;
    send_over(flow, l, train, events, offset_);
    if (path.delay > 0) {
      hold(path, leg.targets, cell);
      continue;
    }
    for (const Target& target : leg.targets) {
      const std::uint32_t timed = path.to_device ? UINT32_MAX : index;
      arrivals_of(target).push_back({&cell, path.zeros, &target, timed, UINT32_MAX});
    }
  }
}

void StepDispatch::send_over(std::size_t flow, std::size_t l, std::uint32_t train, std::int64_t events,
                             std::int64_t offset) {
  const FlowPath& path = run_.flows()[flow];
  run_.count_leg(flow, l, events);
  facts_.legs.push_back({train, static_cast<std::uint32_t>(flow), static_cast<std::uint32_t>(l), events, offset, 0});
  for_each_sent_link(run_.problem().board, path, l, [&](LinkId link) {
    std::int64_t& flits = in_step_[link.value()];
    if (flits == 0) links_used_.push_back(link);
    flits += events * path.flits;
  });
}

/// Packets of the host enter one after the other: the trains of a tile without a core are timed by its link.
void StepDispatch::pass_host_link(FiredTrains& f) {
  const std::int64_t per_flit = chip_.host_link.cycles_per_flit.value;
  f.host_times.clear();
  std::vector<bool> seen(f.trains.size());
  f.trains.for_each_emission(f.emissions, [&](std::uint32_t c, std::int64_t) {
    CellEvents& cell = f.trains[c];
    for (const std::uint32_t flow : run_.flows().flows_of_cell(f.tile, cell.cell)) {
      const FlowPath& path = run_.flows()[flow];
      if (!path.to_device) host_free_ += static_cast<std::int64_t>(path.packets) * path.flits * per_flit;
    }
    const std::int64_t at = host_free_ + chip_.host_link.latency_cycles.value;
    f.host_times.push_back(at);
    if (!seen[c]) cell.first = at;
    seen[c] = true;
    cell.last = at;
  });
}

void StepDispatch::hold(const FlowPath& path, const std::vector<Target>& targets, const CellEvents& cell) {
  for (const Event& event : cell.train(path.zeros).events) run_.hold(path.delay, targets, event);
}

void StepDispatch::take(const std::vector<HeldEvent>& due) {
  held_.clear();
  for (std::size_t i = 0; i < due.size();) {
    const std::vector<Target>& targets = *due[i].targets;
    CellEvents& cell = held_.emplace_back();
    for (; i < due.size() && due[i].targets == &targets; ++i) cell.append(due[i].event);
    const auto local = static_cast<std::uint32_t>(facts_.locals.size());
    const CoreId core = run_.mapping().core_of[targets.front().tile.value()];
    facts_.locals.push_back({LocalTrain::kNoTrain, core, static_cast<std::int64_t>(cell.events.size()), 0});
    for (const Target& target : targets) arrivals_of(target).push_back({&cell, true, &target, UINT32_MAX, local});
  }
}

void StepDispatch::send_potentials() {
  for (std::size_t flow = run_.flows().problem_flows(); flow < run_.flows().size(); ++flow) {
    const FlowPath& path = run_.flows()[flow];
    const mapper::Tile& tile = run_.problem().tiles[path.source.value()];
    if (!tile.tokens.contains(0)) continue;
    const std::int64_t events = tile.outputs.size(), emit = chip_.core.emit_cycles.value;
    facts_.trains.push_back({path.source, events, emit, events * emit, 0});
    send_over(flow, 0, static_cast<std::uint32_t>(facts_.trains.size() - 1), events, 0);
    run_.tally().host_flits[path.stage.value()] += events * path.flits;
    facts_.host_up_flits += events * path.flits;
  }
}

std::vector<Arrival>& StepDispatch::arrivals_of(const Target& target) {
  std::vector<Arrival>& arrivals = arrivals_[target.tile.value()];
  if (arrivals.empty()) reached_.push_back(target.tile);
  return arrivals;
}

const std::vector<TileId>& StepDispatch::reached() {
  std::sort(reached_.begin(), reached_.end());
  return reached_;
}

std::int64_t StepDispatch::work(TileId tile, CoreUnit unit, std::int64_t cycles) {
  const CoreId core = run_.mapping().core_of[tile.value()];
  const std::size_t index = 2 * core.value() + static_cast<std::size_t>(unit);
  const std::int64_t start = unit_end_[index];
  if (start == 0) units_used_.push_back(index);
  run_.note_activity(core, unit, tile, now_ + start, cycles);
  unit_end_[index] += cycles;
  return start;
}

void StepDispatch::note_links(std::vector<std::int64_t>& totals) {
  std::sort(links_used_.begin(), links_used_.end());
  for (const LinkId link : links_used_) {
    std::int64_t& flits = in_step_[link.value()];
    facts_.links.push_back({link, flits});
    totals[link.value()] += flits;
    flits = 0;
  }
  links_used_.clear();
}

void StepDispatch::add_shapes(const std::vector<FiredTrains>& fired, std::size_t count) {
  std::int64_t longest = 1;
  for (const std::size_t unit : units_used_) longest = std::max(longest, unit_end_[unit]);
  for (const CellTrain& train : facts_.trains) longest = std::max(longest, train.last);
  const std::int64_t slice = std::max(kShortestSlice, longest / kSlices);
  facts_.slice_cycles = slice;
  for (CellTrain& train : facts_.trains) {
    train.shape = facts_.shape.size();
    facts_.shape.resize(train.shape + static_cast<std::size_t>(train.last / slice - train.first / slice + 1));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const FiredTrains& f = fired[i];
    const bool hosted = !run_.mapping().core_of[f.tile.value()].valid();
    std::size_t emission = 0;
    f.trains.for_each_emission(f.emissions, [&](std::uint32_t c, std::int64_t at) {
      const CellTrain& train = facts_.trains[f.first_train + c];
      const std::int64_t cycle = hosted ? f.host_times[emission] : f.start + at;
      ++facts_.shape[train.shape + static_cast<std::size_t>(cycle / slice - train.first / slice)];
      ++emission;
    });
  }
}

/// Potentials leave their core one after the other.
void StepDispatch::add_even_shapes() {
  const std::int64_t emit = chip_.core.emit_cycles.value;
  std::int64_t longest = 1;
  for (const CellTrain& train : facts_.trains) longest = std::max(longest, train.last);
  facts_.slice_cycles = std::max(kShortestSlice, longest / kSlices);
  for (CellTrain& train : facts_.trains) {
    train.shape = facts_.shape.size();
    const std::int64_t first = train.first / facts_.slice_cycles;
    facts_.shape.resize(train.shape + static_cast<std::size_t>(train.last / facts_.slice_cycles - first + 1));
    for (std::int64_t k = 1; k <= train.events; ++k)
      ++facts_.shape[train.shape + static_cast<std::size_t>(k * emit / facts_.slice_cycles - first)];
  }
}

}  // namespace ranvier::sim
