// SPDX-License-Identifier: Apache-2.0
// ranvier map: place a workload on a target and say what that should cost.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/file.h"
#include "cli/job.h"
#include "cli/misfit.h"
#include "mapper/bounds.h"
#include "mapper/cost.h"
#include "mapper/mechanisms.h"
#include "report/build_facts.h"
#include "report/names.h"
#include "report/origins.h"

namespace ranvier::cli {
namespace {

struct MapArguments {
  JobOptions job;
  std::string out;
};

nlohmann::ordered_json bounds_json(const mapper::Bounds& bounds) {
  return {{"cores", bounds.cores},
          {"cores_resource", bounds.cores_resource},
          {"connectivity", bounds.connectivity},
          {"tree_hops", bounds.tree_hops},
          {"weighted_hops", bounds.weighted_hops}};
}

nlohmann::ordered_json pareto_json(const mapper::MapResult& search) {
  auto list = nlohmann::ordered_json::array();
  for (const mapper::MapCandidate& c : search.pareto)
    list.push_back({{"partition", c.partition},
                    {"start", c.start},
                    {"latency_us_estimated", microseconds(c.latency)},
                    {"energy_nj_estimated", nanojoules(c.energy)},
                    {"max_link_load", c.max_link_load},
                    {"tree_hops", c.tree_hops},
                    {"chosen", c.chosen}});
  return list;
}

/// "latency 2.3 % (least: hilbert)", or "latency nothing".
template <class Figure>
std::string given_up(const char* name, const mapper::MapResult& search, const mapper::MapCandidate& chosen,
                     Figure&& figure) {
  const auto less = [&](const mapper::MapCandidate& a, const mapper::MapCandidate& b) { return figure(a) < figure(b); };
  const mapper::MapCandidate& least = *std::min_element(search.pareto.begin(), search.pareto.end(), less);
  const double percent = figure(least) > 0 ? 100 * (figure(chosen) / figure(least) - 1) : 0;
  if (percent < 0.05) return fmt::format("{} nothing", name);
  return fmt::format("{} {:.1f} % (least: {}, {})", name, percent, least.start, least.partition);
}

/// What was taken, and what that gave up of each figure.
void print_choice(const mapper::MapResult& search) {
  if (search.pareto.empty()) return;
  const auto& found = search.pareto;
  const auto is_chosen = [](const mapper::MapCandidate& c) { return c.chosen; };
  const auto at = std::find_if(found.begin(), found.end(), is_chosen);
  const mapper::MapCandidate& chosen = at == found.end() ? found.front() : *at;
  fmt::print(
      "taken: {} ({}), in latency, energy and fullest link not worse than {}; {}, {} that nothing "
      "beats{}\n",
      chosen.start, chosen.partition, search.beats_every_curve ? "any curve" : "the best curve",
      counted(search.candidates, "candidate"), found.size(),
      search.stopped_early ? "; stopped by --time-budget-s" : "");
  using Candidate = mapper::MapCandidate;
  fmt::print("given up of what these have least: {}, {}, {}, {}\n",
             given_up("latency", search, chosen, [](const Candidate& c) { return microseconds(c.latency); }),
             given_up("energy", search, chosen, [](const Candidate& c) { return nanojoules(c.energy); }),
             given_up("fullest link", search, chosen, [](const Candidate& c) { return c.max_link_load; }),
             given_up("hops", search, chosen, [](const Candidate& c) { return c.tree_hops; }));
}

struct StaticRow {
  const char* name;
  sim::Component component;
  Energy energy;
};

/// Of the parts that were used, and have any.
std::vector<StaticRow> static_rows(const mapper::Metrics& m) {
  std::vector<StaticRow> rows;
  if (m.static_chips != Energy()) rows.push_back({"static, chips", sim::Component::kStatic, m.static_chips});
  if (m.static_device != Energy()) rows.push_back({"static, device", sim::Component::kDeviceStatic, m.static_device});
  return rows;
}

nlohmann::ordered_json static_json(const chips::Board& board, const mapper::Metrics& m) {
  auto list = nlohmann::ordered_json::array();
  for (const StaticRow& row : static_rows(m)) {
    const chips::Origin origin = report::origin_of(board, row.component);
    list.push_back({{"component", report::component_name(row.component)},
                    {"energy_nj_estimated", nanojoules(row.energy)},
                    {"entry", origin.key},
                    {"tag", report::tag_name(origin.tag)}});
  }
  return list;
}

ExitCode map(const MapArguments& a) {
  const auto start = std::chrono::steady_clock::now();
  const Job job(a.job);
  const mapper::Metrics m = mapper::estimate(job.problem(), job.mapping());
  if (!a.out.empty()) {
    const std::string text = mapper::mapping_to_json(job.problem(), job.mapping(), a.job.target, a.job.set);
    write_file_atomically(a.out, text);
  }
  const mapper::Bounds bounds = mapper::lower_bounds(job.problem());
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
                                              {"bounds", bounds_json(bounds)},
                                              {"verified", true},
                                              {"pareto", pareto_json(job.search())},
                                              {"candidates", job.search().candidates},
                                              {"beats_every_curve", job.search().beats_every_curve},
                                              {"stopped_early", job.search().stopped_early},
                                              {"steps", m.steps},
                                              {"latency_us_estimated", microseconds(m.latency)},
                                              {"energy_nj_estimated", nanojoules(m.energy)},
                                              {"static_energy", static_json(job.problem().board, m)},
                                              {"extensions", mapper::extensions_of(job.problem())},
                                              {"weights_note", job.program().weights_note},
                                              {"wall_s", wall_s},
                                              {"peak_rss_mib", report::peak_rss_mib()}}
                           .dump(2));
    return ExitCode::kOk;
  }
  fmt::print("{} on {} ({}, {}): {} on {} of {}, verified\n", a.job.workload, a.job.target, job.options().schedule,
             a.job.preset, counted(m.tiles, "tile"), counted(m.cores, "core"), counted(m.chips, "chip"));
  fmt::print("{:<18} {:>6} {:>12} {:>14} {:>14} {:>12}\n", "layer", "cores", "events", "synops", "flit hops",
             "energy nJ");
  for (const auto& layer : m.layers)
    fmt::print("{:<18} {:>6} {:>12.0f} {:>14.0f} {:>14.0f} {:>12.2f}\n", job.program().stage(layer.stage).name,
               layer.cores, layer.events, layer.synops, layer.flit_hops, nanojoules(layer.energy));
  for (const StaticRow& row : static_rows(m)) {
    const chips::Origin origin = report::origin_of(job.problem().board, row.component);
    fmt::print("{:<18} {:>6} {:>12} {:>14} {:>14} {:>12.2f}  {} ({})\n", row.name, "", "", "", "",
               nanojoules(row.energy), origin.key, report::tag_name(origin.tag));
  }
  fmt::print(
      "\nestimated, an image: {:.1f} us in {:.0f} steps, {:.1f} nJ, {:.0f} hops, fullest link {:.3f} flits/cycle\n",
      microseconds(m.latency), m.steps, nanojoules(m.energy), m.tree_hops, m.max_link_load);
  if (!job.program().temporal() && job.problem().schedule != mapper::Schedule::kStagedGraded)
    fmt::print("this schedule's event counts are guesses, and may be several times off; ranvier run measures them\n");
  fmt::print("lower bounds of these tiles: {} ({}), {:.0f} hops; events to other cores {:.0f}, at least {:.0f}\n",
             counted(bounds.cores, "core"), bounds.cores_resource, bounds.tree_hops, m.connectivity,
             bounds.connectivity);
  print_choice(job.search());
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
  add_output_option(*verb, "-o,--out", a->out, "write the mapping to this file");
  verb->callback([a, &context] {
    apply_common(a->job.common);
    try {
      context.exit_code = map(*a);
    } catch (const mapper::DoesNotFit& misfit) {
      context.exit_code = report_misfit(a->job, misfit);
    }
  });
}

}  // namespace ranvier::cli
