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

constexpr std::int32_t kFar = 4;  // further than this from a neighbour a shift changes the distance by itself
constexpr std::uint32_t kTile = 16;
constexpr std::size_t kNoise = 8192;

// |r + d| - |r| by r = -4..4 and d = -3..4.
constexpr auto kShift = [] {
  std::array<std::array<float, 8>, 2 * kFar + 1> table{};
  for (std::int32_t r = -kFar; r <= kFar; ++r)
    for (std::int32_t d = -3; d <= 4; ++d) {
      const std::int32_t to = r + d < 0 ? -r - d : r + d;
      table[static_cast<std::size_t>(r + kFar)][static_cast<std::size_t>(d + 3)] =
          static_cast<float>(to - (r < 0 ? -r : r));
    }
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

void add_scaled(std::array<float, 8>& sum, const std::array<float, 8>& f, float w) {
  for (std::size_t i = 0; i < 8; ++i) sum[i] += w * f[i];
}

void add_difference(std::array<float, 8>& sum, const std::array<float, 8>& to, const std::array<float, 8>& from,
                    float w) {
  for (std::size_t i = 0; i < 8; ++i) sum[i] += w * (to[i] - from[i]);
}

}  // namespace

WindowSwaps::WindowSwaps(const LevelGraph& graph, LevelGrid grid, std::vector<Cell> cell_of, std::uint64_t seed)
    : graph_(graph),
      grid_(grid),
      cell_of_(std::move(cell_of)),
      cluster_at_(grid.cells(), kNoCluster),
      position_(graph.size()),
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
    if (x0 != x1) add_difference(gains_[cell_of_[n.cluster]].x, kShift[x1], kShift[x0], n.weight * grid_.pitch_x);
    if (y0 != y1) add_difference(gains_[cell_of_[n.cluster]].y, kShift[y1], kShift[y0], n.weight * grid_.pitch_y);
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

bool WindowSwaps::try_cluster(Cell cell, float temperature) {
  const Cluster c = cluster_at_[cell];
  const Position at = position_[c];
  const Gains& own = gains_[cell];
  const float* noise = gumbel_noise().data() + random_.below(kNoise - 64);
  const float stay = temperature > 0 ? -temperature * *noise++ : -least_gain_;
  float best = stay;
  std::int32_t best_x = 0, best_y = 0;
  const std::int32_t left = -std::min(kReach, at.x);
  const std::int32_t right = std::min(kReach, static_cast<std::int32_t>(grid_.width) - 1 - at.x);
  const std::int32_t up = -std::min(kReach, at.y);
  const std::int32_t down = std::min(kReach, static_cast<std::int32_t>(grid_.height) - 1 - at.y);
  for (std::int32_t dy = up; dy <= down; ++dy) {
    const Gains* row = &gains_[cell + static_cast<std::int64_t>(dy) * grid_.width];
    const float own_y = own.y[static_cast<std::size_t>(3 + dy)];
    for (std::int32_t dx = left; dx <= right; ++dx) {
      const Gains& other = row[dx];
      const float delta = own.x[static_cast<std::size_t>(3 + dx)] + own_y + other.x[static_cast<std::size_t>(3 - dx)] +
                          other.y[static_cast<std::size_t>(3 - dy)] - temperature * *noise++;
      if (delta < best && (dx != 0 || dy != 0)) {
        best = delta;
        best_x = dx;
        best_y = dy;
      }
    }
  }
  if (best_x == 0 && best_y == 0) return false;
  const Cell to = static_cast<Cell>(cell + static_cast<std::int64_t>(best_y) * grid_.width + best_x);
  if (const Cluster other = cluster_at_[to]; other != kNoCluster) {
    // The two gains count the edge between them twice as shortened to nothing; the swap leaves it as it is.
    const float hops =
        static_cast<float>(std::abs(best_x)) * grid_.pitch_x + static_cast<float>(std::abs(best_y)) * grid_.pitch_y;
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
  for (Cell a = 0; a + 1 < grid_.cells(); ++a) {
    if ((a + 1) % grid_.width == 0 || cluster_at_[a] == kNoCluster || cluster_at_[a + 1] == kNoCluster) continue;
    const float edge = 2 * weight_between(cluster_at_[a], cluster_at_[a + 1]) * grid_.pitch_x;
    sum += static_cast<double>(std::abs(gains_[a].x[4] + gains_[a + 1].x[2] + edge));
    ++pairs;
  }
  return pairs == 0 ? 0 : static_cast<float>(sum / static_cast<double>(pairs));
}

double WindowSwaps::cost() const {
  double sum = 0;
  for (Cluster c = 0; c < graph_.size(); ++c) {
    for (const auto& n : graph_.neighbours(c)) {
      if (n.cluster < c) continue;
      sum += static_cast<double>(n.weight) *
             (static_cast<double>(grid_.pitch_x) * std::abs(position_[c].x - position_[n.cluster].x) +
              static_cast<double>(grid_.pitch_y) * std::abs(position_[c].y - position_[n.cluster].y));
    }
  }
  return sum;
}

}  // namespace ranvier::mapper::clusters
