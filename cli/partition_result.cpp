// SPDX-License-Identifier: Apache-2.0
// Partitions as JSON and as a table.
#include "cli/partition_result.h"

#include <fmt/format.h>

#include "base/counted.h"
#include "report/build_facts.h"

namespace ranvier::cli {
namespace {

using mapper::hypergraph::ResourceUse;

void add_figures(nlohmann::ordered_json& json, const Partitioned& p) {
  json["solver"] = p.solver;
  json["parts"] = p.report.parts;
  json["km1"] = p.report.km1;
  json["reuse"] = p.report.synapse_reuse;
  for (const ResourceUse& r : p.report.resources) {
    json["max_" + r.name] = r.largest;
    json["mean_" + r.name] = r.mean;
  }
  json["valid"] = p.report.valid();
  json["findings"] = p.report.findings;
  json["cpu_s"] = p.cpu_s;
  json["wall_s"] = p.wall_s;
}

void print_row(const Partitioned& p) {
  fmt::print("{:20} {:>7} {:>14.6g} {:>8.2f}", p.solver, p.report.parts, p.report.km1, p.report.synapse_reuse);
  for (const ResourceUse& r : p.report.resources) fmt::print(" {:>12}", r.largest);
  fmt::print(" {:>6} {:>8.2f}\n", p.report.valid() ? "yes" : "NO", p.cpu_s);
}

}  // namespace

nlohmann::ordered_json partition_json(const PartitionReport& r) {
  nlohmann::ordered_json json;
  json["network"] = r.network;
  json["preset"] = r.preset;
  json["seed"] = r.seed;
  json["vertices"] = r.vertices;
  json["hyperedges"] = r.hyperedges;
  json["pins"] = r.pins;
  add_figures(json, r.answer());
  json["km1_bound"] = r.km1_bound;
  json["parts_bound"] = r.parts_bound;
  json["limits"] = nlohmann::ordered_json::object();
  for (const ResourceUse& u : r.answer().report.resources) json["limits"][u.name] = u.limit;
  if (r.compared.size() > 1) {
    json["compared"] = nlohmann::ordered_json::array();
    for (const Partitioned& p : r.compared) add_figures(json["compared"].emplace_back(), p);
  }
  json["peak_rss_mib"] = report::peak_rss_mib();
  return json;
}

void print_partition(const PartitionReport& r) {
  fmt::print("{}: {}, {}, {}\n", r.network, counted(r.vertices, "vertex", "vertices"),
             counted(r.hyperedges, "hyperedge"), counted(r.pins, "pin"));
  fmt::print("{:20} {:>7} {:>14} {:>8}", "solver", "parts", "km1", "reuse");
  for (const ResourceUse& u : r.answer().report.resources) fmt::print(" {:>12}", "max " + u.name);
  fmt::print(" {:>6} {:>8}\n", "valid", "CPU s");
  for (const Partitioned& p : r.compared) print_row(p);
  fmt::print("{:20} {:>7} {:>14.6g} {:>8}", "lower bound / limit", r.parts_bound, r.km1_bound, "");
  for (const ResourceUse& u : r.answer().report.resources) fmt::print(" {:>12}", u.limit);
  fmt::print("\n");
  constexpr std::size_t kShown = 10;
  const auto& findings = r.answer().report.findings;
  for (std::size_t i = 0; i < std::min(findings.size(), kShown); ++i) fmt::print("invalid: {}\n", findings[i]);
  if (findings.size() > kShown) fmt::print("invalid: {} more\n", findings.size() - kShown);
}

}  // namespace ranvier::cli
