// SPDX-License-Identifier: Apache-2.0
// Starts along curves and by solvers. A chip's picture has eight positions (turns and mirrors) if it is square, else
// four: solvers see one chip alone, so the traffic that leaves it decides between them.
#include "mapper/cluster_start.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "mapper/clusters/solvers.h"

namespace ranvier::mapper {

namespace {

constexpr std::int32_t kMedianPasses = 30;
constexpr std::int64_t kAnnealMoves = 400;  // a cluster
constexpr int kTurnRounds = 2;

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
  ChipTurner(const MappingProblem& problem, const Clustering& clustering, const ClusterTraffic& traffic,
             std::vector<CoreId>& core)
      : board_(problem.board), clustering_(clustering), traffic_(traffic), core_(core), others_(core.size()) {
    for (const auto& e : traffic.edges) {
      if (clustering.chip[e.from] == clustering.chip[e.to]) continue;
      others_[e.from].push_back({e.to, e.flits});
      others_[e.to].push_back({e.from, e.flits});
    }
  }

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
  struct Other {
    std::size_t cluster;
    double flits;
  };
  double pull(std::size_t cluster, CoreId at) const {
    const auto distance = [&](CoreId to) {
      return static_cast<double>(std::abs(board_.x(at) - board_.x(to)) + std::abs(board_.y(at) - board_.y(to)));
    };
    double sum = traffic_.with_host[cluster] * distance(CoreId(0));
    for (const Other& o : others_[cluster]) sum += o.flits * distance(core_[o.cluster]);
    return sum;
  }

  const chips::Board& board_;
  const Clustering& clustering_;
  const ClusterTraffic& traffic_;
  std::vector<CoreId>& core_;
  std::vector<std::vector<Other>> others_;
};

clusters::Placement solve(const clusters::ClusterGraph& graph, clusters::Mesh mesh, StartSolver solver,
                          std::uint64_t seed) {
  using namespace clusters;
  switch (solver) {
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
  constexpr std::array kNames{"scotch", "multilevel", "anneal"};
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
  std::vector<CoreId> core(clustering.clusters.size());
  std::vector<clusters::Placement> at(board.chips());
  for (std::size_t chip = 0; chip < members.size(); ++chip) {
    if (members[chip].empty()) continue;
    const ChipCells cells(board, ChipId(chip));
    const clusters::ClusterGraph graph(members[chip].size(), std::move(edges[chip]));
    at[chip] = solve(graph, cells.mesh, solver, seed);
    for (std::size_t i = 0; i < members[chip].size(); ++i) core[members[chip][i]] = cells.core(at[chip][i]);
  }
  ChipTurner turner(problem, clustering, traffic, core);
  for (int round = 0; round < kTurnRounds; ++round)
    for (std::size_t chip = 0; chip < members.size(); ++chip)
      if (!members[chip].empty()) turner.turn(ChipCells(board, ChipId(chip)), members[chip], at[chip]);
  repair(problem, rules, clustering, core);
  return by_tile(problem, clustering, core);
}

}  // namespace ranvier::mapper
