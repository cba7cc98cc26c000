// SPDX-License-Identifier: Apache-2.0
// Checks parts by definition: for every part, its vertices; for every hyperedge, the sorted parts of its pins.
#include "mapper/hypergraph/verify_parts.h"

#include <algorithm>

#include <fmt/format.h>

namespace ranvier::mapper::hypergraph {
namespace {

std::vector<std::vector<Vertex>> members_of(const Parts& parts) {
  std::vector<std::vector<Vertex>> members;
  for (Vertex v = 0; v < parts.size(); ++v) {
    if (parts[v] >= members.size()) members.resize(parts[v] + std::size_t{1});
    members[parts[v]].push_back(v);
  }
  return members;
}

/// How much of a resource each part uses; adds what is wrong.
template <class Use>
void check_resource(const std::string& name, std::int64_t limit, const std::vector<std::vector<Vertex>>& members,
                    const Use& use, PartsReport& report) {
  ResourceUse result{name, limit, 0, 0, 0};
  double sum = 0;
  for (Part p = 0; p < members.size(); ++p) {
    if (members[p].empty()) continue;
    const std::int64_t used = use(members[p]);
    sum += static_cast<double>(used);
    if (used > limit)
      report.findings.push_back(fmt::format("part {} uses {} {}, the limit is {}", p, used, name, limit));
    if (used > result.largest) {
      result.largest = used;
      result.where = p;
    }
  }
  result.mean = report.parts == 0 ? 0 : sum / static_cast<double>(report.parts);
  report.resources.push_back(std::move(result));
}

void check_rules(const PartitionProblem& problem, const Parts& parts, PartsReport& report) {
  for (Vertex v = 0; v < problem.pinned.size(); ++v) {
    if (problem.pinned[v] != kNoPart && problem.pinned[v] != parts[v])
      report.findings.push_back(
          fmt::format("vertex {} is in part {}, pinned to {}", v + 1, parts[v], problem.pinned[v]));
  }
  for (const auto& group : problem.together) {
    for (const Vertex v : group) {
      if (parts[v] == parts[group.front()]) continue;
      report.findings.push_back(fmt::format("vertex {} is in part {}, vertex {} that belongs with it in {}", v + 1,
                                            parts[v], group.front() + 1, parts[group.front()]));
    }
  }
  for (const auto& [a, b] : problem.apart) {
    if (parts[a] == parts[b])
      report.findings.push_back(
          fmt::format("vertices {} and {} are both in part {}, but may not be", a + 1, b + 1, parts[a]));
  }
  if (report.parts > problem.most_parts)
    report.findings.push_back(fmt::format("{} parts are in use, {} are allowed", report.parts, problem.most_parts));
}

void measure(const Hypergraph& graph, const Parts& parts, PartsReport& report) {
  double synapses = 0;
  double axons = 0;
  std::vector<Part> of_pins;
  const auto distinct = [&](std::size_t e, std::size_t first) {
    of_pins.clear();
    for (std::size_t i = first; i < graph.pins[e].size(); ++i) of_pins.push_back(parts[graph.pins[e][i]]);
    std::sort(of_pins.begin(), of_pins.end());
    return static_cast<double>(std::unique(of_pins.begin(), of_pins.end()) - of_pins.begin());
  };
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    report.km1 += graph.weight[e] * (distinct(e, 0) - 1);
    synapses += static_cast<double>(graph.pins[e].size() - 1);
    axons += distinct(e, 1);
  }
  report.synapse_reuse = axons == 0 ? 0 : synapses / axons;
}

}  // namespace

PartsReport verify_parts(const PartitionProblem& problem, const Parts& parts) {
  PartsReport report;
  const std::size_t vertices = problem.graph.vertices;
  if (parts.size() != vertices) {
    report.findings.push_back(fmt::format("{} vertices have a part, there are {}", parts.size(), vertices));
    return report;
  }
  // Parts are numbered without large gaps, so no more numbers than vertices and pins name.
  std::size_t numbers = vertices;
  for (const Part p : problem.pinned)
    if (p != kNoPart) numbers = std::max<std::size_t>(numbers, p + std::size_t{1});
  for (Vertex v = 0; v < vertices; ++v) {
    if (parts[v] < numbers) continue;
    report.findings.push_back(parts[v] == kNoPart
                                  ? fmt::format("vertex {} has no part", v + 1)
                                  : fmt::format("vertex {} is in part {} of {}", v + 1, parts[v], numbers));
    return report;
  }
  const auto members = members_of(parts);
  report.parts =
      static_cast<std::size_t>(std::count_if(members.begin(), members.end(), [](const auto& m) { return !m.empty(); }));
  for (const SummedResource& r : problem.summed) {
    check_resource(
        r.name, r.limit, members,
        [&](const std::vector<Vertex>& of) {
          std::int64_t sum = 0;
          for (const Vertex v : of) sum += r.demand[v];
          return sum;
        },
        report);
  }
  for (const SharedResource& r : problem.shared) {
    std::vector<std::uint32_t> items;
    check_resource(
        r.name, r.limit, members,
        [&](const std::vector<Vertex>& of) {
          items.clear();
          for (const Vertex v : of) items.insert(items.end(), r.items_of[v].begin(), r.items_of[v].end());
          std::sort(items.begin(), items.end());
          items.erase(std::unique(items.begin(), items.end()), items.end());
          std::int64_t sum = 0;
          for (const std::uint32_t item : items) sum += r.size[item];
          return sum;
        },
        report);
  }
  check_rules(problem, parts, report);
  measure(problem.graph, parts, report);
  return report;
}

}  // namespace ranvier::mapper::hypergraph
