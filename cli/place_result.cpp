// SPDX-License-Identifier: Apache-2.0
// Table and JSON of `ranvier place`.
#include "cli/place_result.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/terminal.h"
#include "report/build_facts.h"
#include "report/text_table.h"

namespace ranvier::cli {
namespace {

using mapper::clusters::Metrics;

bool no_worse(const Metrics& a, const Metrics& b) {
  return a.energy <= b.energy && a.latency_max <= b.latency_max && a.congestion_max <= b.congestion_max;
}

bool better(const Metrics& a, const Metrics& b) { return no_worse(a, b) && !no_worse(b, a); }

nlohmann::ordered_json metrics_json(const PlaceReport& r, const Placed& p) {
  const Metrics& m = p.metrics;
  nlohmann::ordered_json json = {{"solver", p.solver}};
  if (!p.how.empty()) json["how"] = p.how;
  json.update({{"energy", m.energy},
               {"energy_axonflow", m.energy_axonflow},
               {"weighted_hops", m.weighted_hops},
               {"latency_mean", m.latency_mean},
               {"latency_mean_weighted", m.latency_mean_weighted},
               {"latency_mean_axonflow", m.latency_mean_axonflow},
               {"latency_max", m.latency_max},
               {"congestion_mean", m.congestion_mean},
               {"congestion_max", m.congestion_max},
               {"distance_max_hops", m.distance_max},
               {"energy_over_bound", r.bound_energy > 0 ? m.energy / r.bound_energy : 1.0}});
  return json;
}

nlohmann::ordered_json placed_json(const PlaceReport& r, const Placed& p) {
  nlohmann::ordered_json json = metrics_json(r, p);
  json["cpu_s"] = p.cpu_s;
  json["wall_s"] = p.wall_s;
  json["stopped_early"] = p.stopped_early;
  return json;
}

void add_remap(nlohmann::ordered_json& json, const mapper::clusters::Remapped& r) {
  json["accepted"] = r.accepted;
  json["hops_before"] = r.hops_before;
  json["hops_after"] = r.hops_after;
  json["gain_share"] = r.gain();
  json["moved_clusters"] = r.moved_clusters;
  json["latency_max_before"] = r.before.latency_max;
  json["congestion_max_before"] = r.before.congestion_max;
  json["migration_hops"] = r.migration_hops;
  json["break_even_inferences"] = nullptr;
  if (std::isfinite(r.break_even_inferences())) json["break_even_inferences"] = r.break_even_inferences();
}

std::vector<std::string> cells_of(const PlaceReport& r, const Placed& p, bool times) {
  const Metrics& m = p.metrics;
  return {p.solver + (p.best ? " *" : ""),
          fmt::format("{:.8g}", m.energy),
          r.bound_energy > 0 ? fmt::format("{:.3f}", m.energy / r.bound_energy) : "-",
          fmt::format("{:.8g}", m.weighted_hops),
          fmt::format("{:.2f}", m.latency_mean),
          fmt::format("{:.2f}", m.latency_max),
          fmt::format("{:.4g}", m.congestion_mean),
          fmt::format("{:.4g}", m.congestion_max),
          times ? fmt::format("{:.2f}", p.cpu_s) : ""};
}

}  // namespace

void mark_pareto(std::vector<Placed>& placed) {
  for (Placed& p : placed)
    p.best = std::none_of(placed.begin(), placed.end(), [&](const Placed& o) { return better(o.metrics, p.metrics); });
}

nlohmann::ordered_json place_json(const PlaceReport& r) {
  const Placed& answer = r.placed[r.answer];
  nlohmann::ordered_json json = {{"graph", r.graph},
                                 {"clusters", r.clusters},
                                 {"edges", r.edges},
                                 {"total_weight", r.total_weight},
                                 {"mesh", fmt::format("{}x{}", r.mesh.width, r.mesh.height)},
                                 {"preset", r.preset},
                                 {"seed", r.seed},
                                 {"bound_weighted_hops", r.bound_weighted_hops},
                                 {"bound_energy", r.bound_energy}};
  json.update(placed_json(r, answer));
  if (r.remapped) add_remap(json, *r.remapped);
  json["load_s"] = r.load_s;
  json["peak_rss_mib"] = report::peak_rss_mib();
  json["pareto"] = nlohmann::ordered_json::array();
  for (const Placed& p : r.pareto) json["pareto"].push_back(metrics_json(r, p));
  if (!r.reference.empty()) json["reference"] = metrics_json(r, r.reference.front());
  if (r.compared) {
    json["compared"] = nlohmann::ordered_json::array();
    for (const Placed& p : r.placed) {
      json["compared"].push_back(placed_json(r, p));
      json["compared"].back()["pareto"] = p.best;
    }
    json["left_out"] = r.left_out;
  }
  return json;
}

void print_place(const PlaceReport& r) {
  report::TextTable table(
      {"solver", "energy", "/bound", "weighted hops", "latency mean", "max", "congestion mean", "max", "CPU s"});
  for (const Placed& p : r.placed) {
    table.row(cells_of(r, p, true));
    if (r.compared && &p == &r.placed[r.answer]) table.emphasise();
  }
  if (!r.pareto.empty()) {
    table.rule();
    for (const Placed& p : r.pareto) table.row(cells_of(r, p, false));
  }
  for (const Placed& p : r.reference) table.row(cells_of(r, p, false));
  table.rule();
  table.row({"bound", fmt::format("{:.8g}", r.bound_energy), "1.000", fmt::format("{:.8g}", r.bound_weighted_hops), "",
             "", "", "", ""});
  fmt::print("{}", table.text(may_colour(STDOUT_FILENO)));
  const Placed& answer = r.placed[r.answer];
  fmt::print("{}: {}, {} on {}x{} cores; preset {}, seed {}; {:.0f} MiB\n", r.graph, counted(r.clusters, "cluster"),
             counted(r.edges, "edge"), r.mesh.width, r.mesh.height, r.preset, r.seed, report::peak_rss_mib());
  if (!answer.how.empty()) fmt::print("{}: {}\n", answer.solver, answer.how);
  if (r.remapped && r.remapped->accepted)
    fmt::print(
        "{:.2f} % of the weighted hops gained; migration {:.6g} weighted hops, paid back in {:.4g} inferences\n"
        "greatest latency {:.2f} -> {:.2f}, greatest congestion {:.4g} -> {:.4g}\n",
        100 * r.remapped->gain(), r.remapped->migration_hops, r.remapped->break_even_inferences(),
        r.remapped->before.latency_max, r.remapped->after.latency_max, r.remapped->before.congestion_max,
        r.remapped->after.congestion_max);
  for (const Placed& p : r.reference) fmt::print("reference: {}\n", p.how);
  if (answer.stopped_early) fmt::print("stopped by the time budget: more rounds would have followed\n");
  if (r.compared) fmt::print("* none of the others has no more energy, greatest latency and greatest congestion\n");
  if (!r.left_out.empty())
    fmt::print("left out, since they take minutes at this size: {}; name them in --solver\n",
               fmt::join(r.left_out, ", "));
}

}  // namespace ranvier::cli
