// SPDX-License-Identifier: Apache-2.0
// Trees: unions of XY ways, and trees grown by shortest ways under prices.
#include "mapper/routing/tree.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <stdexcept>
#include <tuple>

namespace ranvier::mapper::routing {

namespace {

constexpr std::uint32_t kRoot = 4;  // in place of a direction: where packets start
constexpr std::uint32_t kStates = 5;
constexpr std::int32_t kMargin = 2;  // routers that a way may leave the rectangle around source and destinations by

bool may_follow(std::uint32_t in, Direction out) {
  return in == kRoot || turn_allowed(static_cast<Direction>(in), out);
}

std::int64_t price_of(std::span<const LinkId> links, std::span<const std::int64_t> price) {
  std::int64_t sum = 0;
  for (const LinkId link : links) sum += price[link.value()];
  return sum;
}

}  // namespace

CoreId link_end(const chips::Board& board, LinkId link) {
  return neighbour(board, link_source(board, link), link_direction(link));
}

bool turn_allowed(Direction in, Direction out) {
  if (out == Direction::kWest) return in == Direction::kWest;
  if (in == Direction::kWest) return out != Direction::kEast;
  if (in == Direction::kEast) return true;
  return out == Direction::kEast || out == in;
}

std::vector<LinkId> xy_tree(const chips::Board& board, CoreId from, std::span<const CoreId> to) {
  std::vector<LinkId> links;
  std::set<LinkId> taken;
  for (const CoreId core : to)
    for_each_xy_link(board, from, core, [&](LinkId link) {
      if (taken.insert(link).second) links.push_back(link);
    });
  return links;
}

std::vector<LinkId> way_to(const chips::Board& board, CoreId from, CoreId to, std::span<const LinkId> tree) {
  std::vector<LinkId> way;
  std::size_t at = board.router_of(to);
  for (std::size_t i = tree.size(); i-- > 0 && at != board.router_of(from);) {
    if (board.router_of(link_end(board, tree[i])) != at) continue;
    way.push_back(tree[i]);
    at = tree[i].value() / 4;
  }
  std::reverse(way.begin(), way.end());
  return way;
}

TreeWay tree_way(const chips::Board& board, CoreId from, const Route& route, double flits) {
  const auto& noc = board.chip.noc;
  TreeWay all;
  // By router: cycles since the packet left its core, and of the slowest link so far.
  struct Since {
    std::int64_t head = 0;
    std::int64_t slowest = 1;
  };
  std::map<std::size_t, Since> since;
  since[board.router_of(from)] = {1 + noc.link_cycles.value, 1};
  for (const LinkId link : route.tree) {
    const bool edge = crosses_chip(board, link);
    const bool upright = !edge && vertical(link_direction(link));
    ++all.way.links;
    all.way.edges += edge ? 1 : 0;
    all.way.vertical += upright ? 1 : 0;
    Since at = since[link.value() / 4];
    at.head += noc.router_cycles.value + (edge      ? board.chip.chip_link.latency_cycles.value
                                          : upright ? noc.vertical_cycles()
                                                    : noc.link_cycles.value);
    at.slowest = std::max(at.slowest, cycles_per_flit(board, link));
    since[board.router_of(link_end(board, link))] = at;
  }
  for (const CoreId to : route.chain) {
    const Since& at = since[board.router_of(to)];
    const std::int64_t head = at.head + noc.router_cycles.value + noc.link_cycles.value;
    all.longest_cycles =
        std::max(all.longest_cycles, static_cast<double>(head) + (flits - 1) * static_cast<double>(at.slowest));
  }
  return all;
}

TreeSearch::TreeSearch(const chips::Board& board)
    : board_(board),
      width_(board.width()),
      in_tree_(board.routers(), 0),
      reached_(board.routers() * kStates),
      seen_(board.routers() * kStates, 0) {}

std::vector<LinkId> TreeSearch::grow(CoreId from, std::span<const CoreId> to, std::span<const std::int64_t> price) {
  west_ = east_ = board_.x(from);
  north_ = south_ = board_.y(from);
  std::vector<std::tuple<std::int32_t, std::uint32_t>> nearest;
  for (const CoreId core : to) {
    west_ = std::min(west_, board_.x(core));
    east_ = std::max(east_, board_.x(core));
    north_ = std::min(north_, board_.y(core));
    south_ = std::max(south_, board_.y(core));
    nearest.emplace_back(hops(board_, from, core), static_cast<std::uint32_t>(board_.router_of(core)));
  }
  west_ = std::max(0, west_ - kMargin);
  east_ = std::min(width_ - 1, east_ + kMargin);
  north_ = std::max(0, north_ - kMargin);
  south_ = std::min(board_.height() - 1, south_ + kMargin);
  std::sort(nearest.begin(), nearest.end());
  links_.clear();
  const auto root = static_cast<std::uint32_t>(board_.router_of(from));
  routers_.assign(1, root);
  in_tree_[root] = 1 + kRoot;
  for (const auto& [distance, router] : nearest)
    if (in_tree_[router] == 0) join(router, price);
  for (const std::uint32_t router : routers_) in_tree_[router] = 0;
  std::vector<LinkId> plain = xy_tree(board_, from, to);
  return price_of(plain, price) < price_of(links_, price) ? plain : links_;
}

/// Dijkstra over (router, direction entered by), from all routers of the tree; no way passes one of them again. The
/// rest of the XY way from its last router in the tree is always open, so there is a way.
void TreeSearch::join(std::uint32_t router, std::span<const std::int64_t> price) {
  using Entry = std::tuple<std::int64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
  ++search_;
  const auto offer = [&](std::uint32_t state, std::int64_t cost, std::uint32_t before) {
    if (seen_[state] == search_ && reached_[state].cost <= cost) return;
    seen_[state] = search_;
    reached_[state] = {cost, before};
    open.emplace(cost, state);
  };
  for (const std::uint32_t r : routers_) {
    const std::uint32_t state = r * kStates + in_tree_[r] - 1u;
    offer(state, 0, state);
  }
  while (!open.empty()) {
    const auto [cost, state] = open.top();
    open.pop();
    if (reached_[state].cost != cost) continue;
    const std::uint32_t at = state / kStates;
    if (at == router) {
      const std::size_t first = links_.size();
      for (std::uint32_t s = state; reached_[s].before != s; s = reached_[s].before) {
        const std::uint32_t in = s % kStates;
        in_tree_[s / kStates] = static_cast<std::uint8_t>(1 + in);
        routers_.push_back(s / kStates);
        links_.push_back(LinkId(reached_[s].before / kStates * 4u + in));
      }
      std::reverse(links_.begin() + static_cast<std::ptrdiff_t>(first), links_.end());
      return;
    }
    const std::uint32_t in = state % kStates;
    const auto x = static_cast<std::int32_t>(at) % width_;
    const auto y = static_cast<std::int32_t>(at) / width_;
    const auto step = [&](Direction d, std::int32_t to_x, std::int32_t to_y) {
      if (!inside(to_x, to_y) || !may_follow(in, d)) return;
      const auto next = static_cast<std::uint32_t>(to_y * width_ + to_x);
      if (in_tree_[next] != 0) return;
      const auto way = static_cast<std::uint32_t>(d);
      offer(next * kStates + way, cost + price[at * 4u + way], state);
    };
    step(Direction::kEast, x + 1, y);
    step(Direction::kWest, x - 1, y);
    step(Direction::kSouth, x, y + 1);
    step(Direction::kNorth, x, y - 1);
  }
  throw std::logic_error("no west-first way to a router of the mesh");
}

}  // namespace ranvier::mapper::routing
