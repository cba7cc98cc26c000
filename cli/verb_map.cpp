// SPDX-License-Identifier: Apache-2.0
// ranvier map: place a workload on a target and say what that should cost.
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/job.h"
#include "mapper/cost.h"
#include "mapper/mechanisms.h"
#include "report/build_facts.h"

namespace ranvier::cli {
namespace {

struct MapArguments {
  JobOptions job;
  std::string out;
};

ExitCode map(const MapArguments& a) {
  const auto start = std::chrono::steady_clock::now();
  const Job job(a.job);
  const mapper::Metrics m = mapper::estimate(job.problem(), job.mapping());
  if (!a.out.empty()) {
    const std::string text = mapper::mapping_to_json(job.problem(), job.mapping(), a.job.target);
    write_file_atomically(a.out, text);
  }
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (a.job.common.json) {
    // Job refuses a mapping that the verifier finds fault with, so reaching this line is the verdict.
    fmt::print("{}\n", nlohmann::ordered_json{{"workload", a.job.workload},
                                              {"target", a.job.target},
                                              {"schedule", job.options().schedule},
                                              {"preset", a.job.preset},
                                              {"cores", m.cores},
                                              {"chips", m.chips},
                                              {"tiles", m.tiles},
                                              {"weighted_hops", m.weighted_hops},
                                              {"tree_hops", m.tree_hops},
                                              {"max_link_load", m.max_link_load},
                                              {"connectivity", m.connectivity},
                                              {"crossings", m.crossings},
                                              {"verified", true},
                                              {"steps", m.steps},
                                              {"latency_us_estimated", microseconds(m.latency)},
                                              {"energy_nj_estimated", nanojoules(m.energy)},
                                              {"extensions", mapper::extensions_of(job.problem())},
                                              {"weights_note", job.program().weights_note},
                                              {"wall_s", wall_s},
                                              {"peak_rss_mib", report::peak_rss_mib()}}
                           .dump(2));
    return ExitCode::kOk;
  }
  fmt::print("{} on {} ({}, {}): {} tiles on {} cores of {} chips, verified\n", a.job.workload, a.job.target,
             job.options().schedule, a.job.preset, m.tiles, m.cores, m.chips);
  fmt::print("{:<18} {:>6} {:>12} {:>14} {:>14} {:>12}\n", "layer", "cores", "events", "synops", "flit hops",
             "energy nJ");
  for (const auto& layer : m.layers)
    fmt::print("{:<18} {:>6} {:>12.0f} {:>14.0f} {:>14.0f} {:>12.2f}\n", job.program().stage(layer.stage).name,
               layer.cores, layer.events, layer.synops, layer.flit_hops, nanojoules(layer.energy));
  fmt::print(
      "\nestimated, an image: {:.1f} us in {:.0f} steps, {:.1f} nJ, {:.0f} hops, fullest link {:.3f} flits/cycle\n",
      microseconds(m.latency), m.steps, nanojoules(m.energy), m.tree_hops, m.max_link_load);
  for (const std::string& extension : mapper::extensions_of(job.problem())) fmt::print("{}\n", extension);
  if (!job.program().weights_note.empty()) fmt::print("{}\n", job.program().weights_note);
  if (!a.out.empty()) fmt::print("mapping: {}\n", a.out);
  return ExitCode::kOk;
}

}  // namespace

void add_map_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("map", "place a workload on a target; estimated cost per layer");
  auto a = std::make_shared<MapArguments>();
  add_job_options(*verb, a->job);
  verb->add_option("-o,--out", a->out, "write the mapping to this file");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    context.exit_code = map(*a);
  });
}

}  // namespace ranvier::cli
