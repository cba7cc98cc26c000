// SPDX-License-Identifier: Apache-2.0
// ranvier place --remap: its options, and the call of the incremental remap.
#include "cli/place_remap.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "cli/common.h"
#include "mapper/clusters/edge_file.h"

namespace ranvier::cli {

using namespace mapper::clusters;

namespace {

/// "2%" or "0.02".
double parse_min_gain(const std::string& text) {
  const bool percent = !text.empty() && text.back() == '%';
  double value = 0;
  const char* end = text.data() + text.size() - (percent ? 1 : 0);
  const auto [read, error] = std::from_chars(text.data(), end, value);
  const double share = percent ? value / 100 : value;
  if (error != std::errc{} || read != end || !(share >= 0 && share < 1))
    throw UsageError("--min-gain", fmt::format("'{}' is no share from 0 to below 100 %; write 2% or 0.02", text));
  return share;
}

}  // namespace

void add_place_remap_options(CLI::App& verb, PlaceRemapArguments& a) {
  auto* flag = verb.add_flag("--remap", a.wanted, "move few clusters of --placement, each worth its migration");
  verb.add_option("--known", a.known_file, "edges that --placement was made for: nothing moves if they are the same")
      ->needs(flag);
  verb.add_option("--migration-hops", a.migration_hops, "weighted hops that moving a cluster costs, once")
      ->needs(flag)
      ->capture_default_str();
  verb.add_option("--horizon-inferences", a.horizon_inferences, "inferences over which that is spread")
      ->needs(flag)
      ->capture_default_str();
  verb.add_option("--min-gain", a.min_gain, "of weighted hops, migration taken off; below it nothing moves")
      ->needs(flag)
      ->capture_default_str();
}

void check_place_remap(const PlaceRemapArguments& a) {
  if (!(a.migration_hops >= 0) || !std::isfinite(a.migration_hops))
    throw UsageError("--migration-hops", "is a number of weighted hops from 0 on");
  if (!(a.horizon_inferences > 0) || !std::isfinite(a.horizon_inferences))
    throw UsageError("--horizon-inferences", "is a number of inferences above 0");
  parse_min_gain(a.min_gain);
}

Remapped remap_placement(const PlaceRemapArguments& a, const ClusterGraph& graph, Mesh mesh, const Placement& start,
                         Effort effort, std::uint64_t seed) {
  RemapOptions options;
  options.migration_hops = a.migration_hops;
  options.horizon_inferences = a.horizon_inferences;
  options.min_gain = parse_min_gain(a.min_gain);
  options.effort = effort;
  options.seed = seed;
  if (a.known_file.empty()) return remap(graph, mesh, start, options);
  EdgeList known = read_edges(a.known_file);
  const ClusterGraph before(std::max(known.clusters, graph.size()), std::move(known.edges));
  return remap_if_changed(before, graph, mesh, start, options);
}

}  // namespace ranvier::cli
