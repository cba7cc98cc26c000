// SPDX-License-Identifier: Apache-2.0
// Energy by group, component, kind and step, and the literature's figure beside it.
#include <fmt/format.h>

#include <algorithm>

#include "report/arithmetic.h"
#include "report/comparison.h"
#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/palette.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kLeft = 80;
constexpr double kWidth = 960;
constexpr double kTop = 40;
constexpr double kHeight = 180;
constexpr std::size_t kMostPoints = 480;

std::string group_table(const Origins& origins, const sim::RunResult& result) {
  const auto images = static_cast<std::int64_t>(result.images.size());
  HtmlTable table(
      "Energy of an inference by group, and by part where a group has several: the network's by where flits went.",
      {{"group", false}, {"energy"}, {"share"}, {"components", false}, {"kind", false}});
  const auto add = [&](const std::string& name, auto&& belongs, const std::string& css_class) {
    Energy sum;
    std::string components;
    std::array<Energy, kKinds> by_kind{};
    for (const OriginRow& row : origins.rows) {
      if (!belongs(row.component) || row.energy == Energy()) continue;
      sum += row.energy;
      by_kind[static_cast<std::size_t>(row.origin.kind)] += row.energy;
      components += fmt::format("{}{} {}", components.empty() ? "" : ", ", component_name(row.component),
                                energy_text(mean(row.energy, images)));
    }
    if (sum == Energy()) return;
    const std::string kind = by_kind[0] == sum      ? "static"
                             : mixes_kinds(by_kind) ? kinds_text(by_kind)
                                                    : kind_of_total(by_kind);
    if (css_class == "total") components.clear();
    table.row({name, energy_text(mean(sum, images)), percent_text(share(sum, result.total_energy)), components, kind},
              css_class);
  };
  for (std::size_t g = 0; g < kGroups; ++g) {
    const auto group = static_cast<Group>(g);
    add(
        std::string(group_name(group)), [&](sim::Component c) { return group_of(c) == group; }, "");
    if (group != Group::kNoc) continue;
    for (const sim::EnergyPart part : all_parts()) {
      if (group_of(part) != Group::kNoc) continue;
      add(
          "· " + std::string(part_name(part)), [&](sim::Component c) { return sim::part_of(c) == part; }, "");
    }
  }
  add(
      "total", [](sim::Component) { return true; }, "total");
  return table.text();
}

struct Point {
  double whole = 0, dynamic = 0;  // joules a step, mean over the steps of the point and over images
};

/// Steps of all images laid over each other; the last is the host's reading of the potentials.
std::vector<Point> points_of(const sim::RunResult& result, std::size_t& steps) {
  steps = 0;
  for (const sim::StepEnergy& e : result.step_energy) steps = std::max(steps, static_cast<std::size_t>(e.step) + 1);
  if (steps == 0) return {};
  const std::size_t columns = std::min(steps, kMostPoints);
  std::vector<Point> points(columns);
  std::vector<std::int64_t> rows(columns);
  for (const sim::StepEnergy& e : result.step_energy) {
    const std::size_t at = static_cast<std::size_t>(e.step) * columns / steps;
    Energy sum;
    for (const Energy part : e.energy) sum += part;
    points[at].whole += joules(sum);
    points[at].dynamic += joules(sum - e.energy[static_cast<std::size_t>(sim::EnergyPart::kStatic)]);
    ++rows[at];
  }
  for (std::size_t i = 0; i < columns; ++i) {
    points[i].whole = share(points[i].whole, static_cast<double>(rows[i]));
    points[i].dynamic = share(points[i].dynamic, static_cast<double>(rows[i]));
  }
  return points;
}

std::string step_chart(const std::vector<Point>& points, std::size_t steps) {
  Svg svg("step-energy", kLeft + kWidth + 40, kTop + kHeight + 40, "Energy of each step",
          "A line over the steps of an inference: all energy of a step, and below it what is not static power.");
  double most = 0;
  for (const Point& p : points) most = std::max(most, p.whole);
  const double column = kWidth / static_cast<double>(points.size());
  const auto area = [&](auto&& value, const std::string& colour) {
    std::vector<std::pair<double, double>> outline{{kLeft, kTop + kHeight}};
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double y = kTop + kHeight * (1 - share(value(points[i]), most));
      outline.emplace_back(kLeft + column * static_cast<double>(i), y);
      outline.emplace_back(kLeft + column * static_cast<double>(i + 1), y);
    }
    outline.emplace_back(kLeft + kWidth, kTop + kHeight);
    svg.polygon(outline, colour);
  };
  const std::string all = group_colour(Group::kStatic), dynamic = group_colour(Group::kCompute);
  area([](const Point& p) { return p.whole; }, all);
  area([](const Point& p) { return p.dynamic; }, dynamic);
  svg.rect(kLeft, 8, 12, 12, all);
  svg.text(kLeft + 17, 18, "static");
  svg.rect(kLeft + 90, 8, 12, 12, dynamic);
  svg.text(kLeft + 107, 18, "all else");
  for (int q = 0; q <= 2; ++q) {
    const double y = kTop + kHeight * (1 - q / 2.0);
    svg.line(kLeft, y, kLeft + kWidth, y, kGrid);
    svg.text(kLeft - 6, y + 4, energy_text(most * q / 2.0), Anchor::kEnd, "small");
  }
  for (int q = 0; q <= 4; ++q) {
    svg.text(kLeft + kWidth * q / 4.0, kTop + kHeight + 15, count_text(static_cast<std::int64_t>(steps) * q / 4),
             Anchor::kMiddle, "small");
  }
  svg.text(kLeft + kWidth / 2, kTop + kHeight + 32, "step", Anchor::kMiddle);
  return svg.str();
}

std::string arithmetic_table(const Arithmetic& a) {
  const auto nj = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string();
  };
  HtmlTable table(fmt::format("Per layer: {}. {}.", kArithmeticLabel, kArithmeticSource),
                  {{"layer", false},
                   {"adds, run"},
                   {"multiply-adds, run"},
                   {"spiking, nJ an inference"},
                   {"the same dense, nJ an inference"}});
  for (const ArithmeticRow& row : a.rows) {
    if (row.adds == 0 && row.multiply_adds == 0 && row.ann_per_image_nj.value_or(0) == 0) continue;
    table.row({row.layer, count_text(row.adds), count_text(row.multiply_adds), nj(row.snn_per_image_nj),
               nj(row.ann_per_image_nj)});
  }
  std::int64_t adds = 0, multiply_adds = 0;
  for (const ArithmeticRow& row : a.rows) adds += row.adds, multiply_adds += row.multiply_adds;
  table.row({"network", count_text(adds), count_text(multiply_adds), nj(a.snn_per_image_nj), nj(a.ann_per_image_nj)},
            "total");
  return table.text();
}

std::string arithmetic_part(const RunRecord& record) {
  const Arithmetic a = arithmetic_only(record);
  std::string text = fmt::format("Beside it, as papers on spiking networks count ({}): {} an inference",
                                 kArithmeticLabel, energy_text(a.snn_per_image_nj * 1e-9));
  if (a.ann_per_image_nj) text += fmt::format("; the same network dense: {}", energy_text(*a.ann_per_image_nj * 1e-9));
  if (a.ann_over_snn) text += fmt::format(", {:.2f} times as much", *a.ann_over_snn);
  text += ". It is no part of any sum on this page.";
  return paragraph(text) + folded("Table: arithmetic-only energy of each layer", arithmetic_table(a));
}

}  // namespace

std::string energy_section(const RunRecord& record) {
  const sim::RunResult& result = record.result;
  const Origins origins = energy_origins(record);
  std::string content = group_table(origins, result);
  if (const std::string remark = kinds_remark(origins.by_kind); !remark.empty())
    content += fmt::format("<p class=\"verdict warning\">{}</p>\n", escaped(remark));
  std::size_t steps = 0;
  const std::vector<Point> points = points_of(result, steps);
  if (!points.empty()) {
    std::string caption = fmt::format("Mean over {} images; the last step is the host's reading of the potentials.",
                                      result.images.size());
    if (points.size() < steps) caption += fmt::format(" A point is the mean of about {} steps.", steps / points.size());
    if (result.step_energy_rest != sim::PartEnergies{})
      caption += fmt::format(" The first {} steps of the run; the others were kept as a sum only.",
                             count_text(static_cast<std::int64_t>(result.step_energy.size())));
    content += figure(step_chart(points, steps), caption + " Every step and part: results.sqlite, table step_energy.");
  }
  return section("energy", "Energy", content + arithmetic_part(record));
}

}  // namespace ranvier::report
