// SPDX-License-Identifier: Apache-2.0
// What ranvier partition prints: one JSON object, or a table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mapper/hypergraph/verify_parts.h"

namespace ranvier::cli {

struct Partitioned {
  std::string solver;
  mapper::hypergraph::Parts parts;
  mapper::hypergraph::PartsReport report;
  double cpu_s = 0;
  double wall_s = 0;
};

struct PartitionReport {
  std::string network;
  std::string preset;
  std::uint64_t seed = 0;
  std::size_t vertices = 0;
  std::size_t hyperedges = 0;
  std::size_t pins = 0;
  std::size_t parts_bound = 0;
  double km1_bound = 0;
  std::vector<Partitioned> compared;  // the answer is the last
  const Partitioned& answer() const { return compared.back(); }
};

nlohmann::ordered_json partition_json(const PartitionReport& report);
void print_partition(const PartitionReport& report);

}  // namespace ranvier::cli
