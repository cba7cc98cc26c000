// SPDX-License-Identifier: Apache-2.0
// Spikes per layer over steps, as a heat-map: when each layer speaks and how much.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/palette.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kLabels = 150;
constexpr double kMapWidth = 900;
constexpr double kRow = 15;
constexpr double kTop = 56;
constexpr double kTotals = 64;  // height of the bars of all layers together
constexpr std::size_t kMostColumns = 300;
constexpr std::size_t kMostTooltips = 6000;

/// Events by layer and column; a column is one step, or several where there are many steps.
struct Counts {
  std::size_t steps = 0;
  std::size_t steps_per_column = 1;
  std::size_t columns = 0;
  std::size_t steps_a_bin = 1;  // long runs: `steps` counts bins of so many
  std::vector<std::vector<std::int64_t>> by_layer;
  std::vector<std::int64_t> total;
  std::int64_t largest = 0;
  std::int64_t smallest = 0;  // not zero
  std::size_t cells = 0;      // not zero

  std::string column_name(std::size_t c) const {
    const std::size_t first = c * steps_per_column * steps_a_bin;
    const std::size_t last = std::min(steps, (c + 1) * steps_per_column) * steps_a_bin - 1;
    return first == last ? fmt::format("step {}", first) : fmt::format("steps {} to {}", first, last);
  }
};

Counts counts_of(const sim::RunResult& result) {
  Counts counts;
  for (const sim::LayerResult& layer : result.layers)
    counts.steps = std::max(counts.steps, layer.events_by_step.size());
  if (counts.steps == 0) return counts;
  counts.steps_a_bin = static_cast<std::size_t>(result.steps_a_bin);
  counts.steps_per_column = (counts.steps + kMostColumns - 1) / kMostColumns;
  counts.columns = (counts.steps + counts.steps_per_column - 1) / counts.steps_per_column;
  counts.total.resize(counts.columns);
  for (const sim::LayerResult& layer : result.layers) {
    std::vector<std::int64_t>& row = counts.by_layer.emplace_back(counts.columns);
    for (std::size_t s = 0; s < layer.events_by_step.size(); ++s) {
      row[s / counts.steps_per_column] += layer.events_by_step[s];
      counts.total[s / counts.steps_per_column] += layer.events_by_step[s];
    }
    for (const std::int64_t n : row) {
      counts.largest = std::max(counts.largest, n);
      if (n != 0) counts.smallest = counts.smallest == 0 ? n : std::min(counts.smallest, n);
      counts.cells += n != 0 ? 1 : 0;
    }
  }
  return counts;
}

/// Position of a count on the logarithmic colour scale from the smallest to the largest.
double level(std::int64_t n, const Counts& counts) {
  const double range = std::log(static_cast<double>(counts.largest)) - std::log(static_cast<double>(counts.smallest));
  return range == 0 ? 1 : (std::log(static_cast<double>(n)) - std::log(static_cast<double>(counts.smallest))) / range;
}

void legend(Svg& svg, const Counts& counts) {
  constexpr double kWidth = 300;
  constexpr int kSteps = 60;
  svg.text(kLabels, 16, "events in a cell, all images (white: none, logarithmic)", Anchor::kStart, "strong");
  for (int i = 0; i < kSteps; ++i) {
    svg.rect(kLabels + kWidth * i / kSteps, 22, kWidth / kSteps + 0.4, 10,
             ramp_colour(Ramp::kViridis, (i + 0.5) / kSteps));
  }
  for (int q = 0; q <= 4; ++q) {
    const double value = std::pow(static_cast<double>(counts.smallest), 1 - q / 4.0) *
                         std::pow(static_cast<double>(counts.largest), q / 4.0);
    svg.text(kLabels + kWidth * q / 4.0, 44, count_text(std::llround(value)), q == 0 ? Anchor::kStart : Anchor::kMiddle,
             "small");
  }
}

void draw_totals(Svg& svg, const Counts& counts, double cell) {
  const std::int64_t most = *std::max_element(counts.total.begin(), counts.total.end());
  const double base = kTop + kTotals - 8;
  svg.text(kLabels - 8, base - 2, "all layers", Anchor::kEnd);
  svg.text(kLabels - 8, kTop + 10, count_text(most), Anchor::kEnd, "small");
  for (std::size_t c = 0; c < counts.columns; ++c) {
    const double height = (kTotals - 12) * share(static_cast<double>(counts.total[c]), static_cast<double>(most));
    if (counts.total[c] == 0) continue;
    svg.rect(kLabels + cell * static_cast<double>(c), base - height, std::max(0.5, cell - 0.6), height, "#6b7785",
             fmt::format("{}: {} events", counts.column_name(c), count_text(counts.total[c])));
  }
  svg.line(kLabels, base, kLabels + cell * static_cast<double>(counts.columns), base, kInk);
}

std::string heat_map(const sim::RunResult& result, const Counts& counts) {
  const double cell = std::min(26.0, kMapWidth / static_cast<double>(counts.columns));
  const double top = kTop + kTotals;
  const double height = kRow * static_cast<double>(result.layers.size());
  const double width = cell * static_cast<double>(counts.columns);
  Svg svg("spikes", kLabels + std::max(width, 420.0) + 30, top + height + 40, "Events per layer and step",
          "One row a layer, one column a step, darker for more events. Bars above: all layers together.");
  legend(svg, counts);
  draw_totals(svg, counts, cell);
  const bool tooltips = counts.cells <= kMostTooltips;
  for (std::size_t l = 0; l < result.layers.size(); ++l) {
    const double y = top + kRow * static_cast<double>(l);
    svg.text(kLabels - 8, y + 11, result.layers[l].name, Anchor::kEnd);
    svg.line(kLabels, y + kRow - 0.5, kLabels + width, y + kRow - 0.5, "#eceff2");
    for (std::size_t c = 0; c < counts.columns; ++c) {
      const std::int64_t n = counts.by_layer[l][c];
      if (n == 0) continue;
      svg.rect(kLabels + cell * static_cast<double>(c), y, std::max(0.8, cell - 0.6), kRow - 1,
               ramp_colour(Ramp::kViridis, level(n, counts)),
               tooltips ? fmt::format("{}, {}: {} events", result.layers[l].name, counts.column_name(c), count_text(n))
                        : "");
    }
  }
  svg.line(kLabels, top, kLabels, top + height, kInk);
  svg.line(kLabels, top + height, kLabels + width, top + height, kInk);
  const std::size_t every = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(36 / cell)));
  for (std::size_t c = 0; c < counts.columns; c += every) {
    svg.text(kLabels + cell * (static_cast<double>(c) + 0.5), top + height + 14,
             std::to_string(c * counts.steps_per_column * counts.steps_a_bin), Anchor::kMiddle, "small");
  }
  svg.text(kLabels + width / 2, top + height + 32, "step", Anchor::kMiddle);
  return svg.str();
}

std::string table_of(const sim::RunResult& result) {
  HtmlTable table(
      "Events of each layer, all images; every step is in results.sqlite, table layer_steps.",
      {{"layer", false}, {"events, run"}, {"first step"}, {"last step"}, {"fullest step"}, {"events in it"}});
  for (const sim::LayerResult& layer : result.layers) {
    const std::vector<std::int64_t>& steps = layer.events_by_step;
    const std::int64_t bin = result.steps_a_bin;
    const auto speaks = [](std::int64_t n) { return n != 0; };
    const auto first = std::find_if(steps.begin(), steps.end(), speaks);
    if (first == steps.end()) {
      table.row({layer.name, count_text(layer.events), "", "", "", ""});
      continue;
    }
    const auto last = std::find_if(steps.rbegin(), steps.rend(), speaks).base() - 1;
    const auto fullest = std::max_element(steps.begin(), steps.end());
    table.row({layer.name, count_text(layer.events), std::to_string((first - steps.begin()) * bin),
               std::to_string((last - steps.begin() + 1) * bin - 1), std::to_string((fullest - steps.begin()) * bin), count_text(*fullest)});
  }
  return table.text();
}

}  // namespace

std::string spikes_section(const RunRecord& record) {
  const Counts counts = counts_of(record.result);
  if (counts.largest == 0)
    return section("spikes", "Events over time", paragraph("This run recorded no events by step."));
  const std::size_t column = counts.steps_per_column * counts.steps_a_bin;
  const std::string binned = column == 1 ? "" : fmt::format(" One column holds {} steps.", column);
  return section("spikes", "Events over time",
                 figure(heat_map(record.result, counts),
                        fmt::format("{} layers over {} steps, summed over {} images.{}", record.result.layers.size(),
                                    counts.steps * counts.steps_a_bin, record.result.images.size(), binned)) +
                     folded("Table: events per layer", table_of(record.result)));
}

}  // namespace ranvier::report
