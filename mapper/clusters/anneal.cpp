// SPDX-License-Identifier: Apache-2.0
// Annealing of swaps (Kirkpatrick et al., Science 1983) with the range limit of Lam and Delosme, as in VPR: the window
// follows the acceptance rate. Temperatures fall in equal ratios over a fixed number of moves.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random_stream.h"
#include "mapper/clusters/solvers.h"
#include "mapper/clusters/swap_state.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr double kWantedAcceptance = 0.3;
constexpr std::int64_t kMovesARound = 2048;  // between two looks at the acceptance rate
constexpr double kColdShare = 0.05;          // of the moves, at temperature 0, at the end
constexpr std::uint64_t kHomeward = 8;       // one move in so many goes home, where moving has a price

// -ln(u) in 2^-16, for u in the middle of each of 4096 equal parts: the same numbers on every machine.
std::array<std::int64_t, 4096> exponential_table() {
  std::array<std::int64_t, 4096> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = std::llround(-std::log((static_cast<double>(i) + 0.5) / 4096.0) * 65536.0);
  return table;
}

std::uint32_t moved(std::int32_t at, std::int32_t by, std::uint32_t side) {
  return static_cast<std::uint32_t>(std::clamp(at + by, 0, static_cast<std::int32_t>(side) - 1));
}

}  // namespace

Placement anneal(const ClusterGraph& graph, Mesh mesh, Placement start, const Objective& objective,
                 const AnnealSchedule& schedule, std::uint64_t seed) {
  std::vector<Cluster> active;
  for (Cluster c = 0; c < graph.size(); ++c)
    if (!graph.neighbours(c).empty()) active.push_back(c);
  if (active.empty() || mesh.cells() < 2 || schedule.moves <= 0) return start;
  static const std::array<std::int64_t, 4096> exponential = exponential_table();

  SwapState state(graph, mesh, start, objective);
  RandomStream random(seed, 0);
  const double mean_degree = 2 * graph.total_weight() / static_cast<double>(active.size());
  const double hot = schedule.heat * mean_degree / state.unit();
  const double cold = schedule.cool * mean_degree / state.unit();
  const std::int64_t rounds = std::max<std::int64_t>(1, schedule.moves / kMovesARound);
  const auto warm_rounds = static_cast<std::int64_t>(static_cast<double>(rounds) * (1 - kColdShare));
  const double ratio = warm_rounds > 1 && hot > 0 ? std::pow(cold / hot, 1 / static_cast<double>(warm_rounds - 1)) : 1;
  const double widest = std::max(mesh.width, mesh.height);
  double radius = std::min<double>(schedule.radius, widest);
  double temperature = hot;
  const auto active_count = static_cast<std::uint32_t>(active.size());
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t scale = round < warm_rounds ? std::llround(temperature) : 0;
    const auto reach = static_cast<std::int32_t>(radius);
    const auto span = static_cast<std::uint32_t>(2 * reach + 1);
    std::int64_t accepted = 0;
    std::int64_t tried = 0;
    for (std::int64_t move = 0; move < kMovesARound; ++move) {
      const Cluster c = active[random.below(active_count)];
      const std::uint64_t bits = random.next();
      Cell to = 0;
      const auto draw = [&](int shift, std::uint32_t below) {
        return static_cast<std::int32_t>((((bits >> shift) & 0xffff) * below) >> 16);
      };
      if (state.home(c) != kNoCell && (bits >> 1) % kHomeward == 0) {
        to = state.home(c);
      } else if ((bits & 1) != 0) {
        to = mesh.at(moved(state.x(c), draw(16, span) - reach, mesh.width),
                     moved(state.y(c), draw(32, span) - reach, mesh.height));
      } else {
        const auto degree = static_cast<std::uint32_t>(state.degree(c));
        const Cluster friend_of = state.neighbour(state.row_begin(c) + random.below(degree));
        to = mesh.at(moved(state.x(friend_of), draw(16, 5) - 2, mesh.width),
                     moved(state.y(friend_of), draw(32, 5) - 2, mesh.height));
      }
      if (to == state.cell(c)) continue;
      ++tried;
      const std::int64_t threshold = scale * exponential[bits >> 52] >> 16;
      if (state.gain(c, to) > threshold) continue;
      state.swap(c, to);
      ++accepted;
    }
    const double rate = tried > 0 ? static_cast<double>(accepted) / static_cast<double>(tried) : 0;
    radius = std::clamp(radius * (1 + 0.1 * (rate - kWantedAcceptance)), 1.0, widest);
    temperature *= ratio;
  }
  Placement result = state.cells();
  if (objective_value(graph, mesh, result, objective) > objective_value(graph, mesh, start, objective)) return start;
  return result;
}

}  // namespace ranvier::mapper::clusters
