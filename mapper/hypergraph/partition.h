// SPDX-License-Identifier: Apache-2.0
// Multilevel partitioning of axon hypergraphs: connectivity (lambda - 1) is minimised under summed and shared limits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// Counted in work, never in seconds.
enum class Effort : std::uint8_t { kFast, kDefault, kBest };

/// For people who wait: steps of work done, of how many.
using Steps = std::function<void(std::int64_t done, std::int64_t total)>;

struct PartitionOptions {
  Effort effort = Effort::kDefault;
  std::uint64_t seed = 1;
  std::int32_t threads = 1;  // run the members of a portfolio; the result does not depend on it
  double part_price = 0;     // what a part in use costs, in units of weight
  bool few_starts = false;   // fast and default: one or two starts by METIS, from three quarters of the parts of a
                             // valid start on; for graphs of many pins, where each takes seconds
  Steps progress{};          // never called from two threads at once
};

/// Why there is no valid partition, or none was found.
enum class Obstacle : std::uint8_t {
  kVertexTooLarge,   // a vertex, or vertices that must be together, exceed a limit: proven
  kTooFewParts,      // the sum of a resource exceeds most_parts x limit: proven by counting
  kPinsExceedLimit,  // what is pinned to one part exceeds a limit: proven
  kContradiction,    // together and apart, or together and pinned to different parts: proven
  kApartNeedsParts,  // vertices pairwise apart are more than most_parts: proven
  kNoneFound,        // the search ended with an excess; not a proof
};

struct Excess {
  Obstacle obstacle = Obstacle::kNoneFound;
  std::string resource;     // empty: not about one
  Vertex vertex = 0;        // kVertexTooLarge, kContradiction
  Part part = kNoPart;      // kPinsExceedLimit, kNoneFound
  std::int64_t needed = 0;  // kTooFewParts, kApartNeedsParts: parts
  std::int64_t limit = 0;   // kTooFewParts, kApartNeedsParts: most_parts
  bool proven() const { return obstacle != Obstacle::kNoneFound; }
  std::string text() const;
};

struct PartitionResult {
  Parts parts;  // where excess is not empty: the best that was found, empty after a proof
  double connectivity = 0;
  std::size_t parts_used = 0;
  std::vector<Excess> excess;  // empty: valid
  bool valid() const { return excess.empty(); }
};

/// Throws std::invalid_argument where the problem contradicts itself: lists of wrong length, ids out of range, weights
/// that are negative or not finite, a part pinned to that is not below most_parts.
PartitionResult partition(const PartitionProblem& problem, const PartitionOptions& options);

/// Betters given parts, as after a change of weights. A start within all limits is never made worse; one that is not is
/// repaired first. Part ids are kept.
PartitionResult refine(const PartitionProblem& problem, const Parts& start, const PartitionOptions& options);

/// Same, with a price on every vertex that leaves its part: the weight of moving it, once.
PartitionResult refine(const PartitionProblem& problem, const Parts& start, const PartitionOptions& options,
                       const std::vector<double>& move_price);

/// Excesses of given parts over the limits, pins, together and apart; by the plain definition.
std::vector<Excess> excesses(const PartitionProblem& problem, const Parts& parts);

}  // namespace ranvier::mapper::hypergraph
