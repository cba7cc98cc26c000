// SPDX-License-Identifier: Apache-2.0
// The comparison as a page: table by kind of energy, bars of energy by component, what does not fit, assumed
// mechanisms.
#include <fmt/format.h>

#include <algorithm>

#include "report/comparison.h"
#include "report/format.h"
#include "report/markup.h"
#include "report/palette.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

std::vector<const ComparisonRow*> fitting(const Comparison& c, const std::string& kind) {
  std::vector<const ComparisonRow*> rows;
  for (const ComparisonRow& r : c.rows)
    if (r.fits && r.energy_kind == kind) rows.push_back(&r);
  return rows;
}

std::vector<std::string> kinds_of(const Comparison& c) {
  std::vector<std::string> kinds;
  for (const ComparisonRow& r : c.rows)
    if (r.fits && std::find(kinds.begin(), kinds.end(), r.energy_kind) == kinds.end()) kinds.push_back(r.energy_kind);
  return kinds;
}

std::string table_of(const std::vector<const ComparisonRow*>& rows, const std::string& kind) {
  HtmlTable table(fmt::format("Per inference. Energies of this table are of kind {}{}; static power is of none.", kind,
                              kind.find('+') == std::string::npos ? "" : ", each total a mixture"),
                  {{"target", false},
                   {"ran on", false},
                   {"stages", false},
                   {"rank"},
                   {"cores"},
                   {"chips"},
                   {"steps"},
                   {"latency"},
                   {"inferences/s"},
                   {"energy"},
                   {"static share"},
                   {"assumed share"},
                   {"exact", false}});
  for (const ComparisonRow* r : rows)
    table.row(
        {r->target, r->board, r->engines, rank_text(*r), count_text(r->cores), count_text(r->chips),
         fmt::format("{:.0f}", r->steps), duration_text(r->latency), fmt::format("{:.1f}", r->throughput_per_s),
         energy_text(r->energy), percent_text(r->static_share, 1), percent_text(r->assumed_share, 1), exact_text(*r)},
        r->exact.value_or(true) ? "" : "alert");
  return table.text();
}

/// One bar a target, all of one length, cut by component's share: the energies differ by orders of magnitude.
std::string energy_bars(const std::vector<const ComparisonRow*>& rows, std::size_t number) {
  constexpr double kLeft = 240;
  constexpr double kWidth = 720;
  constexpr double kRow = 30;
  const double legend = kRow * static_cast<double>(rows.size()) + 24;
  Svg svg(fmt::format("energy{}", number), kLeft + kWidth + 110, legend + 30, "Energy of an inference by component",
          "Bars of equal length: share of each component in the energy of an inference.");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double y = kRow * static_cast<double>(i) + 6;
    svg.text(kLeft - 8, y + 14, rows[i]->target, Anchor::kEnd);
    double x = kLeft;
    for (std::size_t g = 0; g < kGroups; ++g) {
      const double width = kWidth * share(rows[i]->by_group[g], rows[i]->energy);
      if (width <= 0) continue;
      const auto group = static_cast<Group>(g);
      svg.rect(x, y, width, 20, group_colour(group),
               fmt::format("{}: {} {}", rows[i]->target, group_name(group), energy_text(rows[i]->by_group[g])));
      x += width;
    }
    svg.text(x + 6, y + 14, energy_text(rows[i]->energy), Anchor::kStart, "small");
  }
  for (std::size_t g = 0; g < kGroups; ++g) {
    const double x = 20 + 114 * static_cast<double>(g);
    svg.rect(x, legend, 12, 12, group_colour(static_cast<Group>(g)));
    svg.text(x + 16, legend + 10, std::string(group_name(static_cast<Group>(g))), Anchor::kStart, "small");
  }
  return figure(
      svg.str(),
      "Share of each component in the energy of an inference, which stands beside the bar; hover for the figures.");
}

std::string component_table(const std::vector<const ComparisonRow*>& rows) {
  std::vector<Column> columns{{"target", false}};
  for (std::size_t g = 0; g < kGroups; ++g) columns.push_back({std::string(group_name(static_cast<Group>(g)))});
  HtmlTable table("Energy of an inference by component.", std::move(columns));
  for (const ComparisonRow* r : rows) {
    std::vector<std::string> cells{r->target};
    for (const Energy energy : r->by_group) cells.push_back(energy_text(energy));
    table.row(cells);
  }
  return folded("figures by component", table.text());
}

std::string not_fitting(const Comparison& c) {
  HtmlTable table("", {{"target", false}, {"reason", false}});
  bool any = false;
  for (const ComparisonRow& r : c.rows) {
    if (r.reason.empty()) continue;
    any = true;
    table.row({r.target, r.fits ? "one chip is too small: " + r.reason + "; ran on " + r.board : r.reason});
  }
  return any ? section("fit", "What does not fit", table.text()) : "";
}

std::string assumed_mechanisms(const Comparison& c) {
  HtmlTable table("", {{"target", false}, {"mechanism", false}});
  bool any = false;
  for (const ComparisonRow& r : c.rows)
    for (const std::string& extension : r.extensions) {
      any = true;
      table.row({r.target, extension});
    }
  if (!any) return "";
  return section(
      "extensions", "What the published chips do not have",
      paragraph("These targets ran with mechanisms that their chip files add as assumed extensions.") + table.text());
}

}  // namespace

std::string comparison_html(const Comparison& c) {
  std::string page;
  if (!c.weights_note.empty()) page += fmt::format("<p class=\"verdict warning\">{}</p>\n", escaped(c.weights_note));
  page += paragraph(fmt::format("{}, {} fidelity, {} preset, {} input{}. {}", c.schedule, c.fidelity, c.preset,
                                c.images, c.images == 1 ? "" : "s", rank_remark(c)));
  const std::vector<std::string> kinds = kinds_of(c);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const auto rows = fitting(c, kinds[k]);
    page += section(fmt::format("kind{}", k), fmt::format("Energy kind: {}", kinds[k]),
                    table_of(rows, kinds[k]) + energy_bars(rows, k) + component_table(rows));
  }
  page += not_fitting(c);
  page += assumed_mechanisms(c);
  std::string command;
  for (const std::string& word : c.argv) command += (command.empty() ? "" : " ") + word;
  page += section("provenance", "Made by", "<pre>" + escaped(command) + "</pre>");
  return whole_page("comparison", fmt::format("{} on {} targets", c.workload, c.rows.size()), c.description, page);
}

}  // namespace ranvier::report
