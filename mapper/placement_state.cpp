// SPDX-License-Identifier: Apache-2.0
// Incremental placement cost.
#include "mapper/placement_state.h"

#include <algorithm>
#include <utility>

#include "mapper/mesh.h"
#include "mapper/routes.h"
#include "mapper/work.h"

namespace ranvier::mapper {

namespace {

/// Cycles per flit of the links from each column (or row) to the next; every chip has `side` of them.
std::vector<double> cycles_to_next(const chips::Board& board, std::int32_t count, std::int32_t side) {
  const auto at_least_one = [](const chips::Count& c) {
    return static_cast<double>(std::max<std::int64_t>(1, c.value));
  };
  std::vector<double> cycles(static_cast<std::size_t>(count), at_least_one(board.chip.noc.link_cycles_per_flit));
  for (std::int32_t i = side - 1; i < count; i += side)
    cycles[static_cast<std::size_t>(i)] = at_least_one(board.chip.chip_link.cycles_per_flit);
  return cycles;
}

enum Unit : std::size_t { kIntegrate, kFire, kRelay, kUnits };

/// Share of unrounded time in the price of a step: progress counts before it saves a whole phase.
constexpr double kSlope = 0.5;

}  // namespace

PlacementState::PlacementState(const MappingProblem& problem, const std::vector<std::int32_t>& level,
                               const PlaceWeights& weights, std::vector<CoreId> core_of,
                               std::shared_ptr<const TileNeeds> needs, std::shared_ptr<const StepWork> work)
    : problem_(problem),
      weights_(weights),
      core_of_(std::move(core_of)),
      home_(core_of_),
      work_(work ? std::move(work) : std::make_shared<const StepWork>(step_work(problem))),
      steps_(level_steps(problem, level)),
      flits_(problem.flows.size()),
      needs_(needs ? std::move(needs) : std::make_shared<const TileNeeds>(problem)),
      rules_(problem),
      load_of_(problem.board.cores(), 0),
      loads_(1),
      flows_of_(problem.tiles.size()),
      chain_(problem.flows.size()),
      touched_(problem.flows.size(), 0) {
  const std::size_t buckets = steps_.steps.size();
  bucket_time_.assign(buckets, 1.0);
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    double& time = bucket_time_[bucket_of(TileId(t))];
    time = std::max(time, problem.tile_cycles[t]);
  }
  fire_unit_ = units_take_turns(problem.board.chip.core) ? kIntegrate : kFire;
  links_.assign(buckets, Peaks(link_count(problem.board)));
  units_.assign(buckets, Peaks(kUnits * problem.board.cores()));
  price_.assign(buckets, 0.0);
  settled_.assign(buckets, 1);
  for (std::size_t b = 0; b < buckets; ++b) touch(b);
  busy_.assign(buckets, Peaks(problem.board.cores()));
  const InUse used = in_use(problem.board, core_of_);
  barrier_ = end_of_step_cycles(problem.board.chip.sync, used.routers, used.chips);
  across_ = cycles_to_next(problem.board, problem.board.width(), problem.board.chip.noc.width);
  along_ = cycles_to_next(problem.board, problem.board.height(), problem.board.chip.noc.height);
  if (problem.board.chip.noc.multicast == chips::Multicast::kTree) in_tree_.assign(link_count(problem.board), 0);
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    if (!core_of_[t].valid()) continue;
    load(core_of_[t]).add(*needs_, TileId(t));
    add_busy(TileId(t), core_of_[t], 1);
  }
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    flits_[f] =
        problem.flow_events[f] * static_cast<double>(chips::flits_of(problem.board.chip.noc, flow.payload_bits));
    flows_of_[flow.source.value()].push_back(f);
    for (const TileId to : flow.destinations) flows_of_[to.value()].push_back(f);
  }
  if (PairTraffic::applies(problem, buckets)) pairs_.emplace(problem, *work_, flits_);
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    if (pairs_) {
      pairs_->add(f, core_of_, 1);
      continue;
    }
    const Flow& flow = problem.flows[f];
    chain_[f] = destination_cores(flow, core_of_);
    order_chain(flow, chain_[f]);
    add_flow(f, 1);
  }
  flush_pairs();
  settle();
}

/// As the relays pass it on; the order of unicasts costs nothing.
void PlacementState::order_chain(const Flow& flow, std::vector<CoreId>& chain) const {
  if (problem_.board.chip.noc.multicast != chips::Multicast::kRelay) return;
  order_by_nearest(problem_.board, entry_core(core_of_, flow.source), chain);
}

std::size_t PlacementState::bucket_of(TileId tile) const { return steps_.bucket[tile.value()]; }

void PlacementState::touch(std::size_t bucket) {
  if (settled_[bucket] == 0) return;
  settled_[bucket] = 0;
  to_settle_.push_back(bucket);
}

void PlacementState::add_unit(std::size_t bucket, std::size_t unit, CoreId core, double cycles) {
  units_[bucket].add(core.value() * kUnits + unit, cycles);
}

double PlacementState::price_of(std::size_t bucket) {
  const double work = std::max(links_[bucket].highest(), units_[bucket].highest());
  return weights_.time * (synchronised(problem_.board.chip.sync, work, steps_.steps[bucket], barrier_) + kSlope * work);
}

void PlacementState::settle() {
  for (const std::size_t bucket : to_settle_) {
    settled_[bucket] = 1;
    undo_.prices.emplace_back(bucket, price_[bucket]);
    const double price = weights_.time > 0 ? price_of(bucket) : 0;
    cost_ += price - price_[bucket];
    price_[bucket] = price;
  }
  to_settle_.clear();
}

void PlacementState::add_busy(TileId tile, CoreId core, double sign) {
  const std::size_t bucket = bucket_of(tile);
  const double before = busy_[bucket][core.value()];
  const double after = busy_[bucket].add(core.value(), sign * problem_.tile_cycles[tile.value()]);
  cost_ += weights_.busy * (after * after - before * before) / bucket_time_[bucket];
  add_unit(bucket, fire_unit_, core, sign * work_->fire[tile.value()]);
  touch(bucket);
}

/// Sums of pairs to loads and to the cost, noted for revert().
void PlacementState::flush_pairs() {
  undo_.links.clear();
  undo_.units.clear();
  if (!pairs_) return;
  touch(0);
  Peaks& load = links_[0];
  const double per_time = weights_.load / bucket_time_[0];
  const double on_chip =
      static_cast<double>(std::max<std::int64_t>(1, problem_.board.chip.noc.link_cycles_per_flit.value));
  const auto width = static_cast<std::int32_t>(problem_.board.width());
  const auto link = [&](std::int32_t router, Direction direction, double flits) {
    const std::int32_t at = vertical(direction) ? router / width : router % width;
    const std::int32_t before = at - (direction == Direction::kWest || direction == Direction::kNorth ? 1 : 0);
    const double each = (vertical(direction) ? along_ : across_)[static_cast<std::size_t>(before)];
    const auto number = static_cast<std::size_t>(router) * 4 + static_cast<std::size_t>(direction);
    const double old = load[number];
    const double now = load.add(number, flits * each);
    undo_.links.emplace_back(number, flits * each);
    cost_ += per_time * (now * now - old * old) + flits * weights_.hop;
    if (each != on_chip) cost_ += flits * each * weights_.crossing;
  };
  const auto unit = [&](std::size_t which) {
    return [this, which](CoreId core, double cycles) {
      undo_.units.emplace_back(core.value() * kUnits + which, cycles);
      add_unit(0, which, core, cycles);
    };
  };
  pairs_->flush(link, unit(kIntegrate), unit(fire_unit_));
}

void PlacementState::add_flow(std::size_t f, double sign) {
  if (pairs_)
    pairs_->add(f, core_of_, sign);
  else
    add_ways(f, sign);
}

void PlacementState::add_ways(std::size_t f, double sign) {
  const Flow& flow = problem_.flows[f];
  const chips::Board& board = problem_.board;
  const std::size_t bucket = bucket_of(flow.source);
  Peaks& load = links_[bucket];
  touch(bucket);
  const double per_time = weights_.load / bucket_time_[bucket];
  const double flits = sign * flits_[f];
  const auto width = static_cast<std::int32_t>(board.width());
  double change = 0;
  const double on_chip = static_cast<double>(std::max<std::int64_t>(1, board.chip.noc.link_cycles_per_flit.value));
  const bool tree = !in_tree_.empty();
  // `each`: a chip edge is slower, the same flits load it more.
  const auto cross = [&](std::int32_t router, Direction direction, double each) {
    const auto link = static_cast<std::size_t>(router) * 4 + static_cast<std::size_t>(direction);
    if (tree && std::exchange(in_tree_[link], tree_number_) == tree_number_) return;
    const double before = load[link];
    const double after = load.add(link, flits * each);
    change += per_time * (after * after - before * before) + flits * weights_.hop;
    if (each != on_chip) change += flits * each * weights_.crossing;
  };
  const CoreId entry = entry_core(core_of_, flow.source);
  std::int32_t x = board.x(entry);
  std::int32_t y = board.y(entry);
  const bool unicast = board.chip.noc.multicast == chips::Multicast::kUnicast;
  const bool relayed = board.chip.noc.multicast == chips::Multicast::kRelay;
  ++tree_number_;
  for (const CoreId to : chain_[f]) {
    if (!relayed) {
      x = board.x(entry);
      y = board.y(entry);
    }
    const std::int32_t to_x = board.x(to);
    const std::int32_t to_y = board.y(to);
    for (; x < to_x; ++x) cross(y * width + x, Direction::kEast, across_[static_cast<std::size_t>(x)]);
    for (; x > to_x; --x) cross(y * width + x, Direction::kWest, across_[static_cast<std::size_t>(x - 1)]);
    for (; y < to_y; ++y) cross(y * width + x, Direction::kSouth, along_[static_cast<std::size_t>(y)]);
    for (; y > to_y; --y) cross(y * width + x, Direction::kNorth, along_[static_cast<std::size_t>(y - 1)]);
    if (relayed && to != chain_[f].back()) add_unit(bucket, kRelay, to, sign * work_->relay[f]);
  }
  if (unicast && core_of_[flow.source.value()].valid()) {
    const auto more = static_cast<double>(work_->more_packets(f, chain_[f].size()));
    if (more > 0) add_unit(bucket, fire_unit_, entry, sign * more * work_->emit[f]);
  }
  for (std::size_t d = 0; d < flow.destinations.size(); ++d)
    if (const CoreId core = core_of_[flow.destinations[d].value()]; core.valid())
      add_unit(bucket, kIntegrate, core, sign * work_->integrate[f][d]);
  cost_ += change;
}

void PlacementState::relocate(TileId tile, CoreId to) {
  CoreId& core = core_of_[tile.value()];
  if (core == to) return;
  const CoreId home = home_[tile.value()];
  const Demand& demand = problem_.tiles[tile.value()].demand;
  const auto bytes = static_cast<double>((demand.synapse_bytes + demand.state_bytes + demand.bulk_bytes).count());
  if (core == home) {
    ++moved_;
    cost_ += weights_.migration * bytes;
  } else if (to == home) {
    --moved_;
    cost_ -= weights_.migration * bytes;
  }
  load(core).remove(*needs_, tile);
  add_busy(tile, core, -1);
  load(to).add(*needs_, tile);
  add_busy(tile, to, 1);
  core = to;
}

bool PlacementState::has_room(TileId tile, CoreId core) const {
  return loads_[load_of_[core.value()]].has_room(*needs_, tile);
}

CoreLoad& PlacementState::load(CoreId core) {
  std::uint32_t& slot = load_of_[core.value()];
  if (slot == 0) {
    slot = static_cast<std::uint32_t>(loads_.size());
    loads_.emplace_back();
  }
  return loads_[slot];
}

bool PlacementState::allows(std::span<const Relocation> relocations) const {
  if (!rules_.any()) return true;
  const auto after = [&](TileId tile) {
    for (const Relocation& r : relocations)
      if (r.tile == tile) return r.to;
    return core_of_[tile.value()];
  };
  for (const Relocation& r : relocations) {
    if (!rules_.allows(r.tile, r.to)) return false;
    for (const TileId mate : rules_.company(r.tile))
      if (after(mate) != r.to) return false;
    const auto meets = [&](TileId other) {
      return after(other) == r.to && rules_.apart(std::span(&r.tile, 1), std::span(&other, 1));
    };
    for (const TileId other : tiles_on(r.to))
      if (meets(other)) return false;
    for (const Relocation& other : relocations)
      if (meets(other.tile)) return false;
  }
  return true;
}

double PlacementState::move(std::span<const Relocation> relocations) {
  ++move_number_;
  undo_.back.clear();
  undo_.flows.clear();
  undo_.chains.clear();
  undo_.prices.clear();
  undo_.cost = cost_;
  for (const Relocation& r : relocations) {
    for (const std::size_t f : flows_of_[r.tile.value()]) {
      if (touched_[f] == move_number_) continue;
      touched_[f] = move_number_;
      undo_.flows.push_back(f);
      add_flow(f, -1);
    }
  }
  for (const Relocation& r : relocations) {
    undo_.back.push_back({r.tile, core_of_[r.tile.value()]});
    relocate(r.tile, r.to);
  }
  for (const std::size_t f : undo_.flows) {
    if (pairs_) {
      add_flow(f, 1);
      continue;
    }
    const Flow& flow = problem_.flows[f];
    auto chain = destination_cores(flow, core_of_);
    order_chain(flow, chain);
    undo_.chains.push_back(std::move(chain_[f]));
    chain_[f] = std::move(chain);
    add_flow(f, 1);
  }
  flush_pairs();
  settle();
  return cost_ - undo_.cost;
}

void PlacementState::revert() {
  if (pairs_) {
    for (const auto& [link, cycles] : undo_.links) links_[0].add(link, -cycles);
    for (const auto& [unit, cycles] : undo_.units) units_[0].add(unit, -cycles);
  } else {
    for (const std::size_t f : undo_.flows) add_flow(f, -1);
  }
  for (auto r = undo_.back.rbegin(); r != undo_.back.rend(); ++r) relocate(r->tile, r->to);
  for (std::size_t i = 0; !pairs_ && i < undo_.flows.size(); ++i) {
    chain_[undo_.flows[i]] = std::move(undo_.chains[i]);
    add_flow(undo_.flows[i], 1);
  }
  for (const std::size_t bucket : to_settle_) settled_[bucket] = 1;
  to_settle_.clear();
  for (const auto& [bucket, price] : undo_.prices) price_[bucket] = price;
  cost_ = undo_.cost;  // exactly, whatever the sums rounded to
  undo_.flows.clear();
  undo_.back.clear();
  undo_.chains.clear();
  undo_.links.clear();
  undo_.units.clear();
}

double PlacementState::core_busy(CoreId core) const {
  double sum = 0;
  for (const Peaks& busy : busy_) sum += busy[core.value()];
  return sum;
}

double PlacementState::link_flits(LinkId link) const {
  double sum = 0;
  for (const Peaks& load : links_) sum += load[link.value()];
  return sum;
}

}  // namespace ranvier::mapper
