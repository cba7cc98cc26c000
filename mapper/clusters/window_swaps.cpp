// SPDX-License-Identifier: Apache-2.0
// Cached gains of shifts, and heat-bath sweeps over them.
#include "mapper/clusters/window_swaps.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/random.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::int32_t kReach = 2;
constexpr std::int32_t kFar = kReach;  // further from a neighbour a shift changes the distance by its own length
constexpr std::size_t kRelative = 2 * kFar + 1;
constexpr std::uint32_t kTile = 16;
constexpr std::size_t kNoise = 8192;

using Shifts = std::array<float, 4>;
constexpr std::array<std::int32_t, 4> kSteps{-2, -1, 1, 2};

constexpr std::int32_t magnitude(std::int32_t v) { return v < 0 ? -v : v; }

// |r + d| - |r| by r = -2..2 and step d.
constexpr auto kShift = [] {
  std::array<Shifts, kRelative> table{};
  for (std::int32_t r = -kFar; r <= kFar; ++r)
    for (std::size_t i = 0; i < kSteps.size(); ++i)
      table[static_cast<std::size_t>(r + kFar)][i] = static_cast<float>(magnitude(r + kSteps[i]) - magnitude(r));
  return table;
}();

// What a neighbour's move from r to r' changes, at r * kRelative + r'.
constexpr auto kChange = [] {
  std::array<Shifts, kRelative * kRelative> table{};
  for (std::size_t from = 0; from < kRelative; ++from)
    for (std::size_t to = 0; to < kRelative; ++to)
      for (std::size_t i = 0; i < kSteps.size(); ++i) table[from * kRelative + to][i] = kShift[to][i] - kShift[from][i];
  return table;
}();

std::size_t clamped(std::int32_t r) { return static_cast<std::size_t>(std::clamp(r, -kFar, kFar) + kFar); }

// From IEEE operations alone: the noise, and with it every decision, is the same on every machine.
double natural_log(double v) {
  int exponent = 0;
  const double mantissa = std::frexp(v, &exponent);
  const double t = (mantissa - 1) / (mantissa + 1);
  double power = t;
  double sum = 0;
  for (int k = 1; k < 60; k += 2) {
    sum += power / k;
    power *= t * t;
  }
  return 2 * sum + exponent * 0.69314718055994530942;
}

// Samples of -log(-log u), in random order: the least of delta - T * sample is a draw of the heat bath.
const std::vector<float>& gumbel_noise() {
  static const std::vector<float> table = [] {
    std::vector<float> t(kNoise);
    for (std::size_t i = 0; i < kNoise; ++i)
      t[i] = static_cast<float>(-natural_log(-natural_log((static_cast<double>(i) + 0.5) / kNoise)));
    for (std::size_t i = kNoise; i > 1; --i)
      std::swap(t[i - 1], t[random_below(static_cast<std::uint32_t>(i), 1, i, 0)]);
    return t;
  }();
  return table;
}

void add_scaled(Shifts& __restrict sum, const Shifts& __restrict f, float w) {
  for (std::size_t i = 0; i < f.size(); ++i) sum[i] += w * f[i];
}

// Entry of a shift by d, which is not 0.
constexpr std::size_t entry(std::int32_t d) { return static_cast<std::size_t>(d < 0 ? d + 2 : d + 1); }

}  // namespace

WindowSwaps::WindowSwaps(LevelGraph graph, LevelGrid grid, std::vector<Cell> cell_of, std::uint64_t seed)
    : graph_(std::move(graph)),
      grid_(grid),
      cell_of_(std::move(cell_of)),
      cluster_at_(grid.cells(), kNoCluster),
      position_(graph_.size()),
      gains_(grid.cells()),
      random_(seed, 0) {
  for (Cluster c = 0; c < graph_.size(); ++c) {
    cluster_at_[cell_of_[c]] = c;
    position_[c] = {static_cast<std::int32_t>(cell_of_[c] % grid_.width),
                    static_cast<std::int32_t>(cell_of_[c] / grid_.width)};
  }
  for (Cell cell = 0; cell < grid_.cells(); ++cell) recompute(cell);
  double sum = 0;
  for (const auto& n : graph_.entries) sum += static_cast<double>(n.weight);
  least_gain_ = static_cast<float>(1e-5 * sum / static_cast<double>(graph_.size()) *
                                   static_cast<double>(std::min(grid_.pitch_x, grid_.pitch_y)));
}

void WindowSwaps::recompute(Cell cell) {
  Gains sum;
  if (const Cluster c = cluster_at_[cell]; c != kNoCluster) {
    const Position at = position_[c];
    for (const auto& n : graph_.neighbours(c)) {
      const Position p = position_[n.cluster];
      add_scaled(sum.x, kShift[clamped(at.x - p.x)], n.weight * grid_.pitch_x);
      add_scaled(sum.y, kShift[clamped(at.y - p.y)], n.weight * grid_.pitch_y);
    }
  }
  gains_[cell] = sum;
}

void WindowSwaps::shift_neighbours(Cluster moved, Cluster partner, Position from, Position to) {
  for (const auto& n : graph_.neighbours(moved)) {
    if (n.cluster == partner) continue;
    const Position p = position_[n.cluster];
    const std::size_t x0 = clamped(p.x - from.x), x1 = clamped(p.x - to.x);
    const std::size_t y0 = clamped(p.y - from.y), y1 = clamped(p.y - to.y);
    if (x0 == x1 && y0 == y1) continue;
    Gains& gains = gains_[static_cast<std::size_t>(p.y) * grid_.width + static_cast<std::size_t>(p.x)];
    add_scaled(gains.x, kChange[x0 * kRelative + x1], n.weight * grid_.pitch_x);
    add_scaled(gains.y, kChange[y0 * kRelative + y1], n.weight * grid_.pitch_y);
  }
}

void WindowSwaps::swap_cells(Cell a, Cell b) {
  const Cluster ca = cluster_at_[a];
  const Cluster cb = cluster_at_[b];
  const Position pa = position_[ca];
  const Position pb{static_cast<std::int32_t>(b % grid_.width), static_cast<std::int32_t>(b / grid_.width)};
  shift_neighbours(ca, cb, pa, pb);
  if (cb != kNoCluster) shift_neighbours(cb, ca, pb, pa);
  cluster_at_[a] = cb;
  cluster_at_[b] = ca;
  cell_of_[ca] = b;
  position_[ca] = pb;
  if (cb != kNoCluster) {
    cell_of_[cb] = a;
    position_[cb] = pa;
  }
  recompute(a);
  recompute(b);
}

float WindowSwaps::weight_between(Cluster a, Cluster b) const {
  if (graph_.neighbours(b).size() < graph_.neighbours(a).size()) std::swap(a, b);
  for (const auto& n : graph_.neighbours(a))
    if (n.cluster == b) return n.weight;
  return 0;
}

template <bool kInside>
std::pair<std::int32_t, std::int32_t> WindowSwaps::best_shift(Cell cell, Position at, float temperature, float& best) {
  const Gains& own = gains_[cell];
  const float* noise = gumbel_noise().data() + random_.below(kNoise - 32);
  best = temperature > 0 ? -temperature * *noise : -least_gain_;
  std::int32_t best_x = 0, best_y = 0;
  for (std::int32_t dy = -kReach; dy <= kReach; ++dy) {
    if (!kInside && (at.y + dy < 0 || at.y + dy >= static_cast<std::int32_t>(grid_.height))) continue;
    const Gains* row = &gains_[cell + static_cast<std::int64_t>(dy) * grid_.width];
    for (std::int32_t dx = -kReach; dx <= kReach; ++dx) {
      if (dx == 0 && dy == 0) continue;
      if (!kInside && (at.x + dx < 0 || at.x + dx >= static_cast<std::int32_t>(grid_.width))) continue;
      const Gains& other = row[dx];
      float delta = -temperature * *++noise;
      if (dx != 0) delta += own.x[entry(dx)] + other.x[entry(-dx)];
      if (dy != 0) delta += own.y[entry(dy)] + other.y[entry(-dy)];
      if (delta < best) {
        best = delta;
        best_x = dx;
        best_y = dy;
      }
    }
  }
  return {best_x, best_y};
}

bool WindowSwaps::try_cluster(Cell cell, float temperature) {
  const Cluster c = cluster_at_[cell];
  const Position at = position_[c];
  const bool inside = at.x >= kReach && at.y >= kReach && at.x + kReach < static_cast<std::int32_t>(grid_.width) &&
                      at.y + kReach < static_cast<std::int32_t>(grid_.height);
  float best = 0;
  const auto [best_x, best_y] =
      inside ? best_shift<true>(cell, at, temperature, best) : best_shift<false>(cell, at, temperature, best);
  if (best_x == 0 && best_y == 0) return false;
  const Cell to = static_cast<Cell>(cell + static_cast<std::int64_t>(best_y) * grid_.width + best_x);
  if (const Cluster other = cluster_at_[to]; other != kNoCluster) {
    // The two gains count the edge between them twice as shortened to nothing; the swap leaves it as it is.
    const float hops =
        static_cast<float>(std::abs(best_x)) * grid_.pitch_x + static_cast<float>(std::abs(best_y)) * grid_.pitch_y;
    const float stay = temperature > 0 ? 0 : -least_gain_;
    if (best + 2 * weight_between(c, other) * hops >= stay) return false;
  }
  swap_cells(cell, to);
  return true;
}

std::size_t WindowSwaps::sweep(float temperature) {
  std::array<std::uint16_t, std::size_t{kTile} * kTile> order;
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random_.below(static_cast<std::uint32_t>(i))]);
  // Tiles lie differently every sweep, lest their borders show.
  const std::uint32_t shift_x = random_.below(kTile);
  const std::uint32_t shift_y = random_.below(kTile);
  std::size_t made = 0;
  for (std::uint32_t ty = 0; ty < grid_.height + shift_y; ty += kTile) {
    for (std::uint32_t tx = 0; tx < grid_.width + shift_x; tx += kTile) {
      for (const std::uint16_t k : order) {
        const std::uint32_t x = tx + k % kTile - shift_x;
        const std::uint32_t y = ty + k / kTile - shift_y;
        if (x >= grid_.width || y >= grid_.height) continue;  // also those before 0, which wrap round
        const Cell cell = y * grid_.width + x;
        if (cluster_at_[cell] != kNoCluster && try_cluster(cell, temperature)) ++made;
      }
    }
  }
  return made;
}

float WindowSwaps::mean_change() const {
  double sum = 0;
  std::size_t pairs = 0;
  const auto add = [&](Cell a, Cell b, float change, float pitch) {
    if (cluster_at_[a] == kNoCluster || cluster_at_[b] == kNoCluster) return;
    sum += static_cast<double>(std::abs(change + 2 * weight_between(cluster_at_[a], cluster_at_[b]) * pitch));
    ++pairs;
  };
  for (Cell a = 0; a < grid_.cells(); ++a) {
    if (const Cell b = a + 1; b % grid_.width != 0)
      add(a, b, gains_[a].x[entry(1)] + gains_[b].x[entry(-1)], grid_.pitch_x);
    if (const Cell b = a + grid_.width; b < grid_.cells())
      add(a, b, gains_[a].y[entry(1)] + gains_[b].y[entry(-1)], grid_.pitch_y);
  }
  return pairs == 0 ? 0 : static_cast<float>(sum / static_cast<double>(pairs));
}

float WindowSwaps::hops_between(Cluster a, Cluster b) const {
  return static_cast<float>(magnitude(position_[a].x - position_[b].x)) * grid_.pitch_x +
         static_cast<float>(magnitude(position_[a].y - position_[b].y)) * grid_.pitch_y;
}

double WindowSwaps::cost() const {
  double sum = 0;
  for (Cluster c = 0; c < graph_.size(); ++c)
    for (const auto& n : graph_.neighbours(c))
      if (c < n.cluster) sum += static_cast<double>(n.weight) * static_cast<double>(hops_between(c, n.cluster));
  return sum;
}

}  // namespace ranvier::mapper::clusters
