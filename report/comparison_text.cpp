// SPDX-License-Identifier: Apache-2.0
// The comparison as a table for a terminal, and for a page of documentation.
#include <fmt/format.h>

#include "report/comparison.h"
#include "report/format.h"
#include "report/text_table.h"

namespace ranvier::report {

std::string comparison_text(const Comparison& c, bool colour) {
  std::string out = fmt::format("{}: {}\n", c.workload, c.description);
  if (!c.weights_note.empty()) out += fmt::format("{}\n", c.weights_note);
  out += fmt::format("{}, {} fidelity, {} preset, {} input{}; per inference\n\n", c.schedule, c.fidelity, c.preset,
                     c.images, c.images == 1 ? "" : "s");
  TextTable table({"target", "ran on", "stages", "rank", "cores", "chips", "steps", "latency", "per second", "energy",
                   "kind of energy", "static", "assumed", "exact"},
                  {0, 1, 2, 9});
  std::string kind;
  for (const ComparisonRow& r : c.rows) {
    if (!r.fits) continue;
    if (!kind.empty() && kind != r.energy_kind) table.rule();
    kind = r.energy_kind;
    table.row({r.target, r.board, r.engines, rank_text(r), count_text(r.cores), count_text(r.chips),
               fmt::format("{:.0f}", r.steps), duration_text(r.latency), fmt::format("{:.1f}", r.throughput_per_s),
               energy_text(r.energy), r.energy_kind, percent_text(r.static_share, 0), percent_text(r.assumed_share, 0),
               exact_text(r)});
  }
  out += table.text(colour);
  out += fmt::format("\n{}\n", wrapped(rank_remark(c), 0));
  for (const ComparisonRow& r : c.rows)
    if (!r.fits) out += fmt::format("{}: {}\n", r.target, r.reason);
  for (const ComparisonRow& r : c.rows) {
    if (r.fits && !r.reason.empty()) out += fmt::format("{}: one chip is too small: {}\n", r.target, r.reason);
    std::string names;  // the first word of each sentence
    for (const std::string& e : r.extensions) names += (names.empty() ? "" : ", ") + e.substr(0, e.find(' '));
    if (!names.empty()) out += fmt::format("{}: assumed beyond the published chip: {}\n", r.target, names);
  }
  return out;
}

std::string comparison_markdown(const Comparison& c) {
  std::string out =
      fmt::format("## {}\n\n{}. {}, {} fidelity, {} preset, {} input{}; figures are of one inference.\n\n", c.workload,
                  c.description, c.schedule, c.fidelity, c.preset, c.images, c.images == 1 ? "" : "s");
  if (!c.weights_note.empty()) out += fmt::format("**{}.**\n\n", c.weights_note);
  out +=
      "| target | ran on | stages | kind of energy | rank in kind | cores | chips | steps | latency | inferences/s | "
      "energy | "
      "static | assumed | exact |\n|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n";
  for (const ComparisonRow& r : c.rows) {
    if (!r.fits) continue;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {:.0f} | {} | {:.1f} | {} | {} | {} | {} |\n", r.target,
                       r.board, r.engines, r.energy_kind, rank_text(r), count_text(r.cores), count_text(r.chips),
                       r.steps, duration_text(r.latency), r.throughput_per_s, energy_text(r.energy),
                       percent_text(r.static_share, 0), percent_text(r.assumed_share, 0), exact_text(r));
  }
  out += fmt::format("\n{}\n", rank_remark(c));
  std::string notes;
  for (const ComparisonRow& r : c.rows) {
    if (r.reason.empty()) continue;
    notes += fmt::format("- {}: {}{}\n", r.target, r.fits ? "one chip is too small: " : "", r.reason);
  }
  return out + (notes.empty() ? "" : "\n" + notes) + "\n";
}

}  // namespace ranvier::report
