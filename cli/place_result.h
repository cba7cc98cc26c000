// SPDX-License-Identifier: Apache-2.0
// What `ranvier place` knows when it is done, and how it shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mapper/clusters/metrics.h"
#include "mapper/clusters/remap.h"

namespace ranvier::cli {

/// One placement by one solver.
struct Placed {
  std::string solver;
  std::string how;  // in words; may be empty
  mapper::clusters::Placement cells;
  mapper::clusters::Metrics metrics;
  double cpu_s = 0;
  double wall_s = 0;
  bool stopped_early = false;
  bool best = false;  // none of the others has no more energy, greatest latency and greatest congestion
};

struct PlaceReport {
  std::string graph;  // name of a network, or file
  std::size_t clusters = 0;
  std::size_t edges = 0;
  double total_weight = 0;
  mapper::clusters::Mesh mesh;
  std::string preset;
  std::uint64_t seed = 0;
  double load_s = 0;
  double bound_weighted_hops = 0;
  double bound_energy = 0;
  std::vector<Placed> placed;         // the first is the answer, unless compared
  std::vector<Placed> pareto;         // of the answer's solver: what else it found; without their own times
  std::vector<Placed> reference;      // at most one: the limits on latency and congestion that the answer keeps
  std::vector<std::string> left_out;  // solvers
  std::size_t answer = 0;             // index in `placed`
  bool compared = false;
  std::optional<mapper::clusters::Remapped> remapped;  // how the answer was reached from the given placement
};

/// Sets `best` in all: the Pareto set over energy, greatest latency and greatest congestion.
void mark_pareto(std::vector<Placed>& placed);

nlohmann::ordered_json place_json(const PlaceReport& report);
void print_place(const PlaceReport& report);

}  // namespace ranvier::cli
