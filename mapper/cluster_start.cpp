// SPDX-License-Identifier: Apache-2.0
// Starts along curves and by solvers. A chip's picture has eight positions (turns and mirrors) if it is square, else
// four: solvers but bisection see one chip alone, so the traffic that leaves it decides between them.
#include "mapper/cluster_start.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "mapper/clusters/bisection.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper {

namespace {

constexpr std::int32_t kMedianPasses = 30;
constexpr std::int64_t kAnnealMoves = 400;  // a cluster
constexpr int kChipRounds = 2;

std::vector<CoreId> by_tile(const MappingProblem& problem, const Clustering& clustering,
                            const std::vector<CoreId>& core_of_cluster) {
  std::vector<CoreId> core_of(problem.tiles.size());
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c)
    for (const TileId t : clustering.clusters[c]) core_of[t.value()] = core_of_cluster[c];
  return core_of;
}

/// Cores of one chip as cells of a mesh; those of a router side by side.
struct ChipCells {
  const chips::Board& board;
  std::int32_t left;
  std::int32_t top;
  clusters::Mesh mesh;

  ChipCells(const chips::Board& b, ChipId chip)
      : board(b),
        left(static_cast<std::int32_t>(chip.value() % static_cast<std::size_t>(b.columns)) * b.chip.noc.width),
        top(static_cast<std::int32_t>(chip.value() / static_cast<std::size_t>(b.columns)) * b.chip.noc.height),
        mesh{static_cast<std::uint32_t>(b.chip.noc.width) * static_cast<std::uint32_t>(b.cores_per_router()),
             static_cast<std::uint32_t>(b.chip.noc.height)} {}

  CoreId core(clusters::Cell cell) const {
    const auto each = static_cast<std::uint32_t>(board.cores_per_router());
    const std::uint32_t x = mesh.x(cell);
    const CoreId first =
        board.core_at(left + static_cast<std::int32_t>(x / each), top + static_cast<std::int32_t>(mesh.y(cell)));
    return CoreId(first.value() + x % each);
  }
  /// Of any core of the board, so also left, right, above or below.
  clusters::Terminal terminal(clusters::Cluster cluster, double weight, CoreId at) const {
    const auto each = static_cast<std::int32_t>(board.cores_per_router());
    return {cluster, weight, (board.x(at) - left) * each + each / 2, board.y(at) - top};
  }
};

/// What clusters exchange with those of other chips.
class OutsideTraffic {
 public:
  struct Other {
    std::size_t cluster;
    double flits;
  };

  OutsideTraffic(const Clustering& clustering, const ClusterTraffic& traffic)
      : traffic_(traffic), others_(clustering.clusters.size()) {
    for (const auto& e : traffic.edges) {
      if (clustering.chip[e.from] == clustering.chip[e.to]) continue;
      others_[e.from].push_back({e.to, e.flits});
      others_[e.to].push_back({e.from, e.flits});
    }
  }
  const std::vector<Other>& others(std::size_t cluster) const { return others_[cluster]; }
  std::size_t clusters() const { return others_.size(); }
  double with_host(std::size_t cluster) const { return traffic_.with_host[cluster]; }

 private:
  const ClusterTraffic& traffic_;
  std::vector<std::vector<Other>> others_;
};

constexpr int kTurns = 8;

/// The cell's place after mirroring in x (1), in y (2) and in the diagonal (4).
clusters::Cell turned(clusters::Mesh mesh, clusters::Cell cell, int turn) {
  std::uint32_t x = mesh.x(cell);
  std::uint32_t y = mesh.y(cell);
  if ((turn & 1) != 0) x = mesh.width - 1 - x;
  if ((turn & 2) != 0) y = mesh.height - 1 - y;
  return (turn & 4) != 0 ? mesh.at(y, x) : mesh.at(x, y);
}

class ChipTurner {
 public:
  ChipTurner(const chips::Board& board, const OutsideTraffic& outside, std::vector<CoreId>& core)
      : board_(board), outside_(outside), core_(core) {}

  void turn(const ChipCells& cells, const std::vector<std::size_t>& members, const clusters::Placement& at) {
    int best = 0;
    double least = 0;
    for (int t = 0; t < kTurns; ++t) {
      if ((t & 4) != 0 && (cells.mesh.width != cells.mesh.height || board_.cores_per_router() > 1)) continue;
      double sum = 0;
      for (std::size_t i = 0; i < members.size(); ++i)
        sum += pull(members[i], cells.core(turned(cells.mesh, at[i], t)));
      if (t > 0 && sum >= least) continue;
      best = t;
      least = sum;
    }
    for (std::size_t i = 0; i < members.size(); ++i) core_[members[i]] = cells.core(turned(cells.mesh, at[i], best));
  }

 private:
  double pull(std::size_t cluster, CoreId at) const {
    const auto distance = [&](CoreId to) {
      return static_cast<double>(std::abs(board_.x(at) - board_.x(to)) + std::abs(board_.y(at) - board_.y(to)));
    };
    double sum = outside_.with_host(cluster) * distance(CoreId(0));
    for (const auto& o : outside_.others(cluster)) sum += o.flits * distance(core_[o.cluster]);
    return sum;
  }

  const chips::Board& board_;
  const OutsideTraffic& outside_;
  std::vector<CoreId>& core_;
};

clusters::Placement solve(const clusters::ClusterGraph& graph, clusters::Mesh mesh, StartSolver solver,
                          std::uint64_t seed) {
  using namespace clusters;
  switch (solver) {
    case StartSolver::kBisection:  // needs more than the graph
      break;
    case StartSolver::kScotch:
      return refine_by_median_swaps(graph, mesh, place_with_scotch(graph, mesh, seed), {}, kMedianPasses, seed);
    case StartSolver::kMultilevel:
      return refine_by_median_swaps(graph, mesh, place_multilevel(graph, mesh, seed), {}, kMedianPasses, seed);
    case StartSolver::kAnneal: {
      AnnealSchedule schedule;
      schedule.moves = kAnnealMoves * static_cast<std::int64_t>(graph.size());
      return anneal(graph, mesh, place_hilbert(graph, mesh), {}, schedule, seed);
    }
  }
  return {};
}

struct OneChip {
  ChipCells cells;
  std::vector<std::size_t> members;
  clusters::ClusterGraph graph;
};

std::vector<CoreId> turned_to_each_other(const chips::Board& board, const std::vector<OneChip>& used,
                                         const OutsideTraffic& outside, StartSolver solver, std::uint64_t seed) {
  std::vector<CoreId> core(outside.clusters());
  std::vector<clusters::Placement> at;
  for (const OneChip& chip : used) {
    at.push_back(solve(chip.graph, chip.cells.mesh, solver, seed));
    for (std::size_t i = 0; i < chip.members.size(); ++i) core[chip.members[i]] = chip.cells.core(at.back()[i]);
  }
  ChipTurner turner(board, outside, core);
  for (int round = 0; round < kChipRounds; ++round)
    for (std::size_t c = 0; c < used.size(); ++c) turner.turn(used[c].cells, used[c].members, at[c]);
  return core;
}

/// Chips first, then cores, with terminals in both: the chips were chosen by traffic, now it pulls within them.
std::vector<CoreId> bisected(const std::vector<OneChip>& used, const OutsideTraffic& outside, std::uint64_t seed) {
  std::vector<CoreId> core(outside.clusters());
  for (const OneChip& chip : used)
    for (const std::size_t c : chip.members)
      core[c] = chip.cells.core(chip.cells.mesh.at(chip.cells.mesh.width / 2, chip.cells.mesh.height / 2));
  for (int round = 0; round < kChipRounds; ++round) {
    for (const OneChip& chip : used) {
      std::vector<clusters::Terminal> terminals;
      for (std::size_t i = 0; i < chip.members.size(); ++i) {
        const std::size_t c = chip.members[i];
        const auto add = [&](double flits, CoreId to) {
          terminals.push_back(chip.cells.terminal(static_cast<clusters::Cluster>(i), flits, to));
        };
        if (outside.with_host(c) > 0) add(outside.with_host(c), CoreId(0));
        for (const auto& o : outside.others(c)) add(o.flits, core[o.cluster]);
      }
      const auto at = clusters::place_by_bisection(chip.graph, chip.cells.mesh, {.terminals = terminals, .seed = seed});
      for (std::size_t i = 0; i < chip.members.size(); ++i) core[chip.members[i]] = chip.cells.core(at[i]);
    }
  }
  return core;
}

/// Pinned clusters to their cores; others away from those, and from dead ones.
void repair(const MappingProblem& problem, const PlaceRules& rules, const Clustering& clustering,
            std::vector<CoreId>& core) {
  if (!rules.any()) return;
  std::set<CoreId> taken;
  std::vector<std::size_t> homeless;
  for (std::size_t c = 0; c < core.size(); ++c)
    if (!clustering.pinned.empty() && clustering.pinned[c].valid()) {
      core[c] = clustering.pinned[c];
      taken.insert(core[c]);
    }
  for (std::size_t c = 0; c < core.size(); ++c) {
    if (clustering.pinned[c].valid()) continue;
    if (!rules.works(core[c]) || !taken.insert(core[c]).second) homeless.push_back(c);
  }
  for (const std::size_t c : homeless) {
    CoreId nearest;
    std::int32_t least = 0;
    for (const CoreId to : cores_along(problem.board, clustering.chip[c], Curve::kRowMajor)) {
      if (taken.contains(to) || !rules.works(to)) continue;
      const std::int32_t far = std::abs(problem.board.x(to) - problem.board.x(core[c])) +
                               std::abs(problem.board.y(to) - problem.board.y(core[c]));
      if (nearest.valid() && far >= least) continue;
      nearest = to;
      least = far;
    }
    if (!nearest.valid()) throw std::logic_error("more clusters on a chip than it has working cores");
    core[c] = nearest;
    taken.insert(nearest);
  }
}

}  // namespace

const char* name_of(StartSolver solver) {
  constexpr std::array kNames{"scotch", "multilevel", "bisection", "anneal"};
  return kNames[static_cast<std::size_t>(solver)];
}

std::vector<CoreId> curve_start(const MappingProblem& problem, const PlaceRules& rules, const Clustering& clustering,
                                Curve curve) {
  const chips::Board& board = problem.board;
  std::vector<CoreId> core_of_cluster(clustering.clusters.size());
  std::vector<std::vector<CoreId>> cores(board.chips());  // that are free, by chip, the next one last
  std::vector<bool> listed(board.chips(), false);
  const std::set<CoreId> pinned(clustering.pinned.begin(), clustering.pinned.end());
  const auto free_cores = [&](ChipId chip) -> std::vector<CoreId>& {
    auto& list = cores[chip.value()];
    if (!listed[chip.value()]) {
      listed[chip.value()] = true;
      list = cores_along(board, chip, curve);
      std::erase_if(list, [&](CoreId core) { return pinned.contains(core) || !rules.works(core); });
      std::reverse(list.begin(), list.end());
    }
    return list;
  };
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    if (!clustering.pinned.empty() && clustering.pinned[c].valid()) {
      core_of_cluster[c] = clustering.pinned[c];
      continue;
    }
    auto& free = free_cores(clustering.chip[c]);
    if (free.empty()) throw std::logic_error("more clusters on a chip than it has working cores");
    core_of_cluster[c] = free.back();
    free.pop_back();
  }
  return by_tile(problem, clustering, core_of_cluster);
}

std::vector<CoreId> solver_start(const MappingProblem& problem, const PlaceRules& rules, const Clustering& clustering,
                                 const ClusterTraffic& traffic, StartSolver solver, std::uint64_t seed) {
  const chips::Board& board = problem.board;
  std::vector<std::vector<std::size_t>> members(board.chips());
  std::vector<std::uint32_t> number(clustering.clusters.size());  // in its chip
  for (std::size_t c = 0; c < clustering.clusters.size(); ++c) {
    auto& on_chip = members[clustering.chip[c].value()];
    number[c] = static_cast<std::uint32_t>(on_chip.size());
    on_chip.push_back(c);
  }
  std::vector<std::vector<clusters::Edge>> edges(board.chips());
  for (const auto& e : traffic.edges)
    if (clustering.chip[e.from] == clustering.chip[e.to])
      edges[clustering.chip[e.from].value()].push_back({number[e.from], number[e.to], e.flits});
  std::vector<OneChip> used;
  for (std::size_t chip = 0; chip < members.size(); ++chip)
    if (!members[chip].empty())
      used.push_back({ChipCells(board, ChipId(chip)), members[chip],
                      clusters::ClusterGraph(members[chip].size(), std::move(edges[chip]))});
  const OutsideTraffic outside(clustering, traffic);
  std::vector<CoreId> core = solver == StartSolver::kBisection
                                 ? bisected(used, outside, seed)
                                 : turned_to_each_other(board, used, outside, solver, seed);
  repair(problem, rules, clustering, core);
  return by_tile(problem, clustering, core);
}

}  // namespace ranvier::mapper
