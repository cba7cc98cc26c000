// SPDX-License-Identifier: Apache-2.0
// The lines that users see.
#include "mapper/hypergraph/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.h"

namespace ranvier::mapper::hypergraph {

HypergraphFileError::HypergraphFileError(std::string file_name, std::size_t line_number, std::string what_is_wrong)
    : Error(ExitCode::kBadInput, line_number == 0 ? fmt::format("{}: {}", file_name, what_is_wrong)
                                                  : fmt::format("{}:{}: {}", file_name, line_number, what_is_wrong)),
      file(std::move(file_name)),
      line(line_number),
      reason(std::move(what_is_wrong)) {}

UnknownNetwork::UnknownNetwork(std::string network_name, const std::vector<std::string>& known)
    : Error(ExitCode::kUsage, fmt::format("unknown network '{}'{}; there are {}", network_name,
                                          did_you_mean(network_name, known), fmt::join(known, ", "))),
      network(std::move(network_name)) {}

NoPartition::NoPartition(std::string resource_name, std::int64_t vertex_number, std::int64_t needed,
                         std::int64_t available)
    : Error(ExitCode::kDoesNotFit,
            vertex_number < 0
                ? fmt::format("all vertices need {} {}, all parts have {}; allow more parts or raise the limit", needed,
                              resource_name, available)
                : fmt::format("vertex {} needs {} {}, a part has {}; raise the limit or split the vertex",
                              vertex_number + 1, needed, resource_name, available)),
      resource(std::move(resource_name)),
      vertex(vertex_number),
      demand(needed),
      limit(available) {}

}  // namespace ranvier::mapper::hypergraph
