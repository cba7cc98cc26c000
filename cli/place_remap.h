// SPDX-License-Identifier: Apache-2.0
// ranvier place --remap: a given placement after the rates have changed, few moves, each worth its migration.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "mapper/clusters/portfolio.h"
#include "mapper/clusters/remap.h"

namespace ranvier::cli {

struct PlaceRemapArguments {
  bool wanted = false;
  std::string known_file;  // edges that the placement was made for; empty: not known
  double migration_hops = 0;
  double horizon_inferences = 1;
  std::string min_gain = "2%";
};

void add_place_remap_options(CLI::App& verb, PlaceRemapArguments& arguments);

/// Throws UsageError.
void check_place_remap(const PlaceRemapArguments& arguments);

/// The file of known edges is read here. The effort decides how many sweeps.
mapper::clusters::Remapped remap_placement(const PlaceRemapArguments& arguments,
                                           const mapper::clusters::ClusterGraph& graph, mapper::clusters::Mesh mesh,
                                           const mapper::clusters::Placement& start, mapper::clusters::Effort effort,
                                           std::uint64_t seed);

}  // namespace ranvier::cli
