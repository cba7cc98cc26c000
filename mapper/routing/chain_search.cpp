// SPDX-License-Identifier: Apache-2.0
// Local search over orders, on a matrix of the prices of all legs.
#include "mapper/routing/chain_search.h"

#include <algorithm>

#include "mapper/mesh.h"

namespace ranvier::mapper::routing {

namespace {

constexpr std::size_t kLongest = 64;  // as of shortest_chain(): longer ones keep their order

/// An order of places 1 to n; place 0 is where packets start.
class Order {
 public:
  Order(const chips::Board& board, CoreId from, const std::vector<CoreId>& chain, std::span<const std::int64_t> price)
      : size_(chain.size() + 1), leg_(size_ * size_, 0) {
    for (std::size_t a = 0; a < size_; ++a)
      for (std::size_t b = 1; b < size_; ++b)
        for_each_xy_link(board, a == 0 ? from : chain[a - 1], chain[b - 1],
                         [&](LinkId link) { leg_[a * size_ + b] += price[link.value()]; });
  }

  std::vector<std::size_t> as_given() const {
    std::vector<std::size_t> order(size_);
    for (std::size_t i = 0; i < size_; ++i) order[i] = i;
    return order;
  }

  std::vector<std::size_t> cheapest_first() const {
    std::vector<std::size_t> order = as_given();
    for (std::size_t i = 1; i < size_; ++i) {
      const auto next =
          std::min_element(order.begin() + static_cast<std::ptrdiff_t>(i), order.end(),
                           [&](std::size_t a, std::size_t b) { return leg(order[i - 1], a) < leg(order[i - 1], b); });
      std::iter_swap(order.begin() + static_cast<std::ptrdiff_t>(i), next);
    }
    return order;
  }

  std::int64_t cost(const std::vector<std::size_t>& order) const {
    std::int64_t sum = 0;
    for (std::size_t i = 1; i < size_; ++i) sum += leg(order[i - 1], order[i]);
    return sum;
  }

  void improve(std::vector<std::size_t>& order) const {
    while (turn_a_part(order) || move_a_core(order)) {
    }
  }

 private:
  std::int64_t leg(std::size_t a, std::size_t b) const { return leg_[a * size_ + b]; }
  std::int64_t leg_after(const std::vector<std::size_t>& order, std::size_t a, std::size_t i) const {
    return i < size_ ? leg(a, order[i]) : 0;
  }

  bool turn_a_part(std::vector<std::size_t>& order) const {
    for (std::size_t i = 1; i + 1 < size_; ++i) {
      std::int64_t forward = 0, back = 0;  // within the part
      for (std::size_t k = i + 1; k < size_; ++k) {
        forward += leg(order[k - 1], order[k]);
        back += leg(order[k], order[k - 1]);
        const std::int64_t now = leg(order[i - 1], order[i]) + forward + leg_after(order, order[k], k + 1);
        const std::int64_t then = leg(order[i - 1], order[k]) + back + leg_after(order, order[i], k + 1);
        if (then >= now) continue;
        std::reverse(order.begin() + static_cast<std::ptrdiff_t>(i),
                     order.begin() + static_cast<std::ptrdiff_t>(k) + 1);
        return true;
      }
    }
    return false;
  }

  bool move_a_core(std::vector<std::size_t>& order) const {
    for (std::size_t i = 1; i < size_; ++i) {
      const std::size_t core = order[i];
      std::vector<std::size_t> rest = order;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      const auto after = [&](std::size_t a, std::size_t at) { return at < rest.size() ? leg(a, rest[at]) : 0; };
      const std::int64_t saved = leg(order[i - 1], core) + leg_after(order, core, i + 1) - after(order[i - 1], i);
      for (std::size_t at = 1; at <= rest.size(); ++at) {
        const std::int64_t spent = leg(rest[at - 1], core) + after(core, at) - after(rest[at - 1], at);
        if (spent >= saved) continue;
        rest.insert(rest.begin() + static_cast<std::ptrdiff_t>(at), core);
        order = std::move(rest);
        return true;
      }
    }
    return false;
  }

  std::size_t size_;
  std::vector<std::int64_t> leg_;  // from place, to place
};

}  // namespace

std::vector<CoreId> cheaper_chain(const chips::Board& board, CoreId from, const std::vector<CoreId>& chain,
                                  std::span<const std::int64_t> price) {
  if (chain.size() < 2 || chain.size() > kLongest) return chain;
  const Order search(board, from, chain, price);
  std::vector<std::size_t> best = search.as_given();
  search.improve(best);
  std::vector<std::size_t> other = search.cheapest_first();
  search.improve(other);
  if (search.cost(other) < search.cost(best)) best = std::move(other);
  std::vector<CoreId> cores;
  for (std::size_t i = 1; i < best.size(); ++i) cores.push_back(chain[best[i] - 1]);
  return cores;
}

}  // namespace ranvier::mapper::routing
