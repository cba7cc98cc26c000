// SPDX-License-Identifier: Apache-2.0
// Scotch's static mapping (Pellegrini and Roman, HPCN 1996: dual recursive bipartitioning) onto a mesh, then one
// cluster a cell.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <scotch.h>

#include "mapper/clusters/errors.h"
#include "mapper/clusters/solvers.h"

namespace ranvier::mapper::clusters {

namespace {

// Scotch sums edge weights times distances in its own integers.
constexpr double kWeightSum = 1e8;

template <typename T, void (*kExit)(T*)>
struct Exit {
  void operator()(T* t) const { kExit(t); }
};

void require(int status, const char* what) {
  if (status != 0) throw std::logic_error(std::string("Scotch: ") + what + " failed");
}

// The cell nearest to `cell` that nobody has, by rings; ties in order of y, then x.
Cell nearest_free(Mesh mesh, Cell cell, const std::vector<Cluster>& holder) {
  const std::int64_t x0 = mesh.x(cell);
  const std::int64_t y0 = mesh.y(cell);
  for (std::int64_t d = 1;; ++d) {
    for (std::int64_t y = std::max<std::int64_t>(0, y0 - d); y <= std::min<std::int64_t>(mesh.height - 1, y0 + d);
         ++y) {
      const std::int64_t side = d - std::abs(y - y0);
      for (const std::int64_t x : {x0 - side, x0 + side}) {
        if (x < 0 || x >= mesh.width) continue;
        const Cell c = mesh.at(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
        if (holder[c] == kNoCell) return c;
      }
    }
  }
}

}  // namespace

Placement place_with_scotch(const ClusterGraph& graph, Mesh mesh, std::uint64_t seed) {
  const std::size_t clusters = graph.size();
  if (clusters > mesh.cells()) throw MoreClustersThanCells(clusters, mesh.width, mesh.height);
  if (clusters <= 1) return Placement(clusters, 0);

  std::vector<SCOTCH_Num> first{0};
  std::vector<SCOTCH_Num> neighbour;
  std::vector<SCOTCH_Num> weight;
  const double scale = kWeightSum / std::max(graph.total_weight(), std::numeric_limits<double>::min());
  for (Cluster c = 0; c < clusters; ++c) {
    for (const auto& n : graph.neighbours(c)) {
      neighbour.push_back(static_cast<SCOTCH_Num>(n.cluster));
      weight.push_back(static_cast<SCOTCH_Num>(1 + std::llround(static_cast<double>(n.weight) * scale)));
    }
    first.push_back(static_cast<SCOTCH_Num>(neighbour.size()));
  }
  neighbour.push_back(0);  // never an empty array
  weight.push_back(0);

  std::vector<SCOTCH_Num> part(clusters, 0);
  {
    // Scotch's generator of random numbers and its parser of strategies are one for the process.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    SCOTCH_Context context;
    require(SCOTCH_contextInit(&context), "contextInit");
    const std::unique_ptr<SCOTCH_Context, Exit<SCOTCH_Context, SCOTCH_contextExit>> context_owner(&context);
    require(SCOTCH_contextOptionSetNum(&context, SCOTCH_OPTIONNUMDETERMINISTIC, 1), "contextOptionSetNum");
    require(SCOTCH_contextOptionSetNum(&context, SCOTCH_OPTIONNUMRANDOMFIXEDSEED, 1), "contextOptionSetNum");
    require(SCOTCH_contextThreadSpawn(&context, 1, nullptr), "contextThreadSpawn");
    SCOTCH_contextRandomSeed(&context, static_cast<SCOTCH_Num>(seed % 0x7fffffff));
    SCOTCH_contextRandomReset(&context);
    SCOTCH_Graph built;
    require(SCOTCH_graphInit(&built), "graphInit");
    const std::unique_ptr<SCOTCH_Graph, Exit<SCOTCH_Graph, SCOTCH_graphExit>> built_owner(&built);
    require(SCOTCH_graphBuild(&built, 0, static_cast<SCOTCH_Num>(clusters), first.data(), nullptr, nullptr, nullptr,
                              first.back(), neighbour.data(), weight.data()),
            "graphBuild");
    SCOTCH_Graph source;  // the same, with the context's random numbers and its one thread
    require(SCOTCH_graphInit(&source), "graphInit");
    const std::unique_ptr<SCOTCH_Graph, Exit<SCOTCH_Graph, SCOTCH_graphExit>> source_owner(&source);
    require(SCOTCH_contextBindGraph(&context, &built, &source), "contextBindGraph");
    SCOTCH_Arch target;
    require(SCOTCH_archInit(&target), "archInit");
    const std::unique_ptr<SCOTCH_Arch, Exit<SCOTCH_Arch, SCOTCH_archExit>> target_owner(&target);
    require(SCOTCH_archMesh2(&target, static_cast<SCOTCH_Num>(mesh.width), static_cast<SCOTCH_Num>(mesh.height)),
            "archMesh2");
    SCOTCH_Strat strategy;
    require(SCOTCH_stratInit(&strategy), "stratInit");
    const std::unique_ptr<SCOTCH_Strat, Exit<SCOTCH_Strat, SCOTCH_stratExit>> strategy_owner(&strategy);
    require(SCOTCH_stratGraphMapBuild(&strategy, SCOTCH_STRATRECURSIVE, static_cast<SCOTCH_Num>(mesh.cells()), 0.0),
            "stratGraphMapBuild");
    require(SCOTCH_graphMap(&source, &target, &strategy, part.data()), "graphMap");
  }

  // Balance is only nearly kept: the first on a cell stays, others go to the nearest that is free.
  std::vector<Cluster> holder(mesh.cells(), kNoCell);
  Placement cells(clusters, kNoCell);
  for (Cluster c = 0; c < clusters; ++c) {
    const auto cell = static_cast<Cell>(part[c]);
    if (holder[cell] != kNoCell) continue;
    holder[cell] = c;
    cells[c] = cell;
  }
  for (Cluster c = 0; c < clusters; ++c) {
    if (cells[c] != kNoCell) continue;
    cells[c] = nearest_free(mesh, static_cast<Cell>(part[c]), holder);
    holder[cells[c]] = c;
  }
  return cells;
}

}  // namespace ranvier::mapper::clusters
