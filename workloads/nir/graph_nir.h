// SPDX-License-Identifier: Apache-2.0
// Canonical float graphs as NIR files and back, nothing lost. What NIR has a node for is that node; the rest are
// extension nodes, "ranvier." and the operator (docs/reference/nir.md lists them).
#pragma once

#include <string>

#include "workloads/graph/graph.h"
#include "workloads/nir/nir_graph.h"

namespace ranvier::workloads {

/// `path` is for messages. Shapes lose their batch of one, as NIR has none; with it they stand in each node's metadata.
NirFile export_nir(const Graph& graph, const std::string& path = "");

/// Equal canonical_text() to what was exported, names kept. Throws NirNoCanonicalGraph.
Graph import_canonical(const NirFile& file);

}  // namespace ranvier::workloads
