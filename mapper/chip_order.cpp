// SPDX-License-Identifier: Apache-2.0
// Pairwise exchange on the grid of chips: few of them, so every pair is tried.
#include "mapper/chip_order.h"

#include <cstdlib>
#include <numeric>
#include <utility>

#include "mapper/chip_deal.h"

namespace ranvier::mapper {

namespace {

class Order {
 public:
  Order(const chips::Board& board, const ClusterTraffic& traffic) : board_(board), with_host_(traffic.with_host) {
    const std::size_t parts = with_host_.size();
    flits_.assign(parts * parts, 0.0);
    for (const auto& e : traffic.edges) {
      flits_[e.from * parts + e.to] += e.flits;
      flits_[e.to * parts + e.from] += e.flits;
    }
    std::int32_t columns = 1;
    std::int32_t rows = 1;
    while (static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) < parts)
      ++(rows == board.rows || (columns <= rows && columns < board.columns) ? columns : rows);
    const auto snake = chip_snake(board);
    for (std::size_t s = 0; s < snake.size(); ++s)
      if (x(snake[s]) < columns && y(snake[s]) < rows) slots_.push_back({s, snake[s]});
    slot_of_.resize(parts);
    std::iota(slot_of_.begin(), slot_of_.end(), std::size_t{0});
    holder_.assign(slots_.size(), kEmpty);
    for (std::size_t p = 0; p < parts; ++p) holder_[p] = p;
  }

  std::vector<std::size_t> run() {
    for (bool gained = true; gained;) {
      gained = false;
      for (std::size_t p = 0; p < slot_of_.size(); ++p)
        for (std::size_t s = 0; s < slots_.size(); ++s) gained = try_swap(p, s) || gained;
    }
    std::vector<std::size_t> places;
    for (const std::size_t s : slot_of_) places.push_back(slots_[s].on_snake);
    return places;
  }

 private:
  static constexpr std::size_t kEmpty = static_cast<std::size_t>(-1);
  static constexpr double kGain = 1e-9;  // relative; less is rounding
  struct Slot {
    std::size_t on_snake;
    ChipId chip;
  };

  std::int32_t x(ChipId c) const { return static_cast<std::int32_t>(c.value()) % board_.columns; }
  std::int32_t y(ChipId c) const { return static_cast<std::int32_t>(c.value()) / board_.columns; }
  double distance(ChipId a, ChipId b) const { return std::abs(x(a) - x(b)) + std::abs(y(a) - y(b)); }

  double cost(std::size_t part) const {
    const ChipId at = slots_[slot_of_[part]].chip;
    double sum = with_host_[part] * distance(at, ChipId(0));
    for (std::size_t o = 0; o < slot_of_.size(); ++o)
      sum += flits_[part * slot_of_.size() + o] * distance(at, slots_[slot_of_[o]].chip);
    return sum;
  }

  void swap(std::size_t part, std::size_t slot) {
    const std::size_t other = holder_[slot];
    std::swap(holder_[slot_of_[part]], holder_[slot]);
    if (other != kEmpty) slot_of_[other] = slot_of_[part];
    slot_of_[part] = slot;
  }

  bool try_swap(std::size_t part, std::size_t slot) {
    const std::size_t from = slot_of_[part];
    const std::size_t other = holder_[slot];
    if (slot == from) return false;
    const auto both = [&] { return cost(part) + (other == kEmpty ? 0.0 : cost(other)); };
    const double before = both();
    swap(part, slot);
    if (both() < before * (1 - kGain)) return true;
    swap(part, from);
    return false;
  }

  const chips::Board& board_;
  const std::vector<double>& with_host_;
  std::vector<double> flits_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> slot_of_;
  std::vector<std::size_t> holder_;
};

}  // namespace

std::vector<std::size_t> order_chips(const chips::Board& board, const ClusterTraffic& between_parts) {
  const std::size_t parts = between_parts.with_host.size();
  std::vector<std::size_t> places(parts);
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (parts < 2 || parts > kMostOrderedChips) return places;
  return Order(board, between_parts).run();
}

}  // namespace ranvier::mapper
