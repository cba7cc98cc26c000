// SPDX-License-Identifier: Apache-2.0
// What remapping with measured traffic changed.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/palette.h"
#include "report/remap_verdict.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kPanel = 250;
constexpr double kHeight = 170;

using Value = double (*)(const RemapIteration&);

/// One quantity over iterations; the line follows what is in force, hollow points were measured and rejected.
void panel(Svg& svg, double left, const std::vector<RemapIteration>& iterations, const std::string& name, Value value,
           std::string (*text)(double)) {
  double most = 0;
  for (const RemapIteration& r : iterations) most = std::max(most, value(r));
  const double base = kHeight - 26;
  const double top = 40;
  const double step = (kPanel - 60) / std::max<double>(1, static_cast<double>(iterations.size()) - 1);
  const auto x = [&](std::size_t i) { return left + 14 + step * static_cast<double>(i); };
  const auto y = [&](double v) { return base - (base - top) * share(v, most); };
  svg.text(left, 16, name, Anchor::kStart, "strong");
  svg.line(left, base, left + kPanel - 34, base, kInk);
  std::size_t in_force = 0;
  for (std::size_t i = 1; i < iterations.size(); ++i) {
    if (!iterations[i].accepted) continue;
    svg.line(x(in_force), y(value(iterations[in_force])), x(i), y(value(iterations[i])), "#0072b2", 2);
    in_force = i;
  }
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    const bool held = i == 0 || iterations[i].accepted;
    svg.circle(x(i), y(value(iterations[i])), 4, held ? "#0072b2" : "#ffffff", held ? "#0072b2" : "#d55e00",
               fmt::format("iteration {}: {}{}", iterations[i].iteration, text(value(iterations[i])),
                           held ? "" : " (rejected)"));
    svg.text(x(i), base + 14, std::to_string(iterations[i].iteration), Anchor::kMiddle, "small");
  }
  svg.text(x(0), y(value(iterations[0])) - 8, text(value(iterations[0])), Anchor::kStart, "small");
  if (in_force != 0)
    svg.text(x(in_force), y(value(iterations[in_force])) + 18, text(value(iterations[in_force])), Anchor::kMiddle,
             "small");
}

std::string history(const std::vector<RemapIteration>& iterations) {
  Svg svg("remap-history", 4 * kPanel, kHeight, "Remap history",
          "Step time, energy, fullest link and packet hops by iteration, each from zero. Filled points are in force, "
          "hollow ones were rejected.");
  panel(
      svg, 0, iterations, "step time, mean", [](const RemapIteration& r) { return r.step_time_ns_mean; },
      [](double v) { return engineering(v * 1e-9, "s"); });
  panel(
      svg, kPanel, iterations, "energy of the run", [](const RemapIteration& r) { return r.energy_nj; },
      [](double v) { return energy_text(v * 1e-9); });
  panel(
      svg, 2 * kPanel, iterations, "fullest link", [](const RemapIteration& r) { return r.max_link_load; },
      [](double v) { return fmt::format("{:.3f} flits/cycle", v); });
  panel(
      svg, 3 * kPanel, iterations, "packet hops of the run",
      [](const RemapIteration& r) { return static_cast<double>(r.hops); },
      [](double v) { return count_text(static_cast<std::int64_t>(v)); });
  return svg.str();
}

}  // namespace

std::string remap_section(const RunRecord& record) {
  if (record.remap.empty()) {
    return section("remap", "Remap",
                   paragraph("Not done in this run. `ranvier remap` places again from what was measured here."));
  }
  HtmlTable table("Each proposal was simulated; only a gain is accepted. Energy and hops are of the whole run.",
                  {{"iteration", false},
                   {"step time, ns"},
                   {"energy, nJ"},
                   {"fullest link, flits/cycle"},
                   {"packet hops"},
                   {"moved tiles"},
                   {"outcome", false}});
  for (const RemapIteration& r : record.remap) {
    table.row({r.iteration == 0 ? "start" : std::to_string(r.iteration), fmt::format("{:.1f}", r.step_time_ns_mean),
               fmt::format("{:.3f}", r.energy_nj), fmt::format("{:.4f}", r.max_link_load), count_text(r.hops),
               count_text(r.moved_tiles),
               r.iteration == 0 ? ""
               : r.accepted     ? "accepted"
                                : "rejected"});
  }
  return section("remap", "Remap",
                 figure(history(record.remap),
                        "Horizontal: iteration, 0 is the start. Filled: in force; hollow: simulated and rejected.") +
                     table.text() +
                     (record.remap_verdict ? paragraph(verdict_line(*record.remap_verdict)) : std::string()));
}

}  // namespace ranvier::report
