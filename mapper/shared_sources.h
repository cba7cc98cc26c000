// SPDX-License-Identifier: Apache-2.0
// Whether neurons have others that hear what they hear: only then is there much for a partition to find.
#pragma once

#include <cstddef>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper {

/// How much more of its sources a neuron shares with those nearest to it than with any neuron: the mean over a sample,
/// as a share of what it hears. Near 0 in a random network, which no partition betters by much; 1 where neurons come in
/// groups with the same sources that are small beside the whole. `heard`: by neuron, distinct, of `sources`.
double nearness(const hypergraph::Lists& heard, std::size_t sources);

}  // namespace ranvier::mapper
