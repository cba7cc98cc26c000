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

}  // namespace ranvier::workloads
