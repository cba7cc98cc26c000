// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/graph_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ranvier::workloads {
namespace {

std::string input_line(const std::string& graph, std::int64_t input, const std::vector<std::int64_t>& expected,
                       const std::vector<std::int64_t>& got) {
  if (input < 0)
    return fmt::format("{}: has {} inputs, {} were given; give one a graph input, in their order", graph, expected[0],
                       got[0]);
  return fmt::format("{}: input {} is [{}], values of [{}] were given; give values of its shape", graph, input,
                     fmt::join(expected, ", "), fmt::join(got, ", "));
}

}  // namespace

GraphInputMismatch::GraphInputMismatch(const std::string& graph_, std::int64_t input_,
                                       std::vector<std::int64_t> expected_, std::vector<std::int64_t> got_)
    : Error(ExitCode::kBadInput, input_line(graph_, input_, expected_, got_)),
      graph(graph_),
      input(input_),
      expected(std::move(expected_)),
      got(std::move(got_)) {}

UnknownStructure::UnknownStructure(const std::string& graph_, const std::string& node_, const std::string& found_,
                                   const std::string& known_)
    : Error(ExitCode::kBadInput, fmt::format("{}: node '{}': {}; known is {}", graph_, node_, found_, known_)),
      graph(graph_),
      node(node_),
      found(found_),
      known(known_) {}

RecognitionDiffers::RecognitionDiffers(const std::string& graph_, const std::string& node_, double gap_, double limit_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: node '{}': the recognised transformer gives other logits than the graph, by {:.3g} of the "
                        "largest ({:.3g} is allowed); please report this network",
                        graph_, node_, gap_, limit_)),
      graph(graph_),
      node(node_),
      gap(gap_),
      limit(limit_) {}

}  // namespace ranvier::workloads
