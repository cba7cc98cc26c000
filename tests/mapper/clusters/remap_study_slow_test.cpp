// SPDX-License-Identifier: Apache-2.0
// Feedback on published networks: a placement made for equal rates, then log-normal rates of the sources become known.
// Prints the table of docs/reference/mapping-benchmarks.md and holds what it claims.
#include <cmath>
#include <cstdio>
#include <numbers>

#include <gtest/gtest.h>

#include "base/random.h"
#include "mapper/clusters/networks.h"
#include "mapper/clusters/remap.h"
#include "mapper/clusters/portfolio.h"

namespace ranvier::mapper::clusters {
namespace {

/// Rates by source: exp(sigma z), z normal (Box and Muller), divided by its mean exp(sigma^2 / 2).
ClusterGraph with_rates(const Network& network, double sigma, std::uint64_t seed) {
  std::vector<Edge> edges = network.edges;
  for (Edge& e : edges) {
    const double radius = std::sqrt(-2 * std::log(1 - random_unit(seed, e.source, 0)));
    const double z = radius * std::cos(2 * std::numbers::pi * random_unit(seed, e.source, 1));
    e.weight = std::exp(sigma * z - sigma * sigma / 2);
  }
  return {network.clusters, std::move(edges)};
}

Placement from_scratch(const ClusterGraph& graph, Mesh mesh) { return place_clusters(graph, mesh).cells; }

double hops(const ClusterGraph& graph, Mesh mesh, const Placement& at) {
  double sum = 0;
  for (const Edge& e : graph.edges()) sum += e.weight * mesh.distance(at[e.source], at[e.target]);
  return sum;
}

struct Study : ::testing::TestWithParam<const char*> {};

TEST_P(Study, IncrementalRemapAgainstFromScratch) {
  const Network network = make_network(GetParam());
  const Mesh mesh = square_mesh(network.clusters);
  const Placement fixed = from_scratch(with_rates(network, 0, 1), mesh);
  std::printf("%-8s %5s  %-44s %s\n", "network", "sigma", "gain (clusters moved) at mu = 0, 0.1, 0.25, 0.5",
              "from scratch");
  for (const double sigma : {0.0, 0.5, 1.0}) {
    const ClusterGraph graph = with_rates(network, sigma, 7);
    const double before = hops(graph, mesh, fixed);
    std::printf("%-8s %5.1f ", GetParam(), sigma);
    double least = before;
    for (const double mu : {0.0, 0.1, 0.25, 0.5}) {
      const Remapped r =
          remap(graph, mesh, fixed,
                {.migration_hops = migration_price(graph, mesh, fixed, mu), .min_gain = 0, .effort = Effort::kDefault});
      EXPECT_LE(r.hops_after, before);
      least = std::min(least, r.hops_after);
      std::printf(" %4.1f %% (%2.0f %%)", 100 * r.gain(),
                  100.0 * static_cast<double>(r.moved_clusters) / static_cast<double>(graph.size()));
    }
    const double scratch = hops(graph, mesh, from_scratch(graph, mesh));
    std::printf("  %4.1f %%\n", 100 * (1 - scratch / before));
    std::fflush(stdout);
    if (sigma > 0) {
      EXPECT_LT(least, scratch) << "sigma " << sigma;
    } else {
      EXPECT_FALSE(remap_if_changed(with_rates(network, 0, 1), graph, mesh, fixed, {}).accepted) << "moves clusters although nothing changed";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Study, ::testing::Values("cnn_64", "dnn_32"));

}  // namespace
}  // namespace ranvier::mapper::clusters
