// SPDX-License-Identifier: Apache-2.0
// Energy and latency of each layer as bars side by side, and the table behind them.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/names.h"
#include "report/palette.h"
#include "report/rollup.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kRow = 18;
constexpr double kBlockGap = 7;
constexpr double kLabels = 150;
constexpr double kEnergyWidth = 560;
constexpr double kEnergyValues = 130;
constexpr double kLatencyWidth = 230;
constexpr double kLatencyValues = 80;
constexpr double kTop = 52;

struct Extent {
  std::int64_t images = 1;
  Energy largest;
  Energy total;
  Duration longest;
};

double mean_count(Energy energy, std::int64_t images) {
  return static_cast<double>(energy.count()) / static_cast<double>(std::max<std::int64_t>(1, images));
}

void legend(Svg& svg) {
  double x = kLabels;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::string name(group_name(static_cast<Group>(g)));
    svg.rect(x, 6, 12, 12, group_colour(static_cast<Group>(g)));
    svg.text(x + 17, 16, name);
    x += 38 + 6.6 * static_cast<double>(name.size());
  }
}

void bar_row(Svg& svg, double y, const CostRow& row, const Extent& scale) {
  svg.text(kLabels - 8, y + 13, row.name, Anchor::kEnd);
  double x = kLabels;
  const auto groups = by_group(row.energy);
  for (std::size_t g = 0; g < kGroups; ++g) {
    if (groups[g].count() == 0) continue;
    const double width =
        kEnergyWidth * share(static_cast<double>(groups[g].count()), static_cast<double>(scale.largest.count()));
    const auto group = static_cast<Group>(g);
    svg.rect(x, y + 2, std::max(width, 0.3), kRow - 5, group_colour(group),
             fmt::format("{}, {}: {} per inference", row.name, group_name(group),
                         energy_text(mean(groups[g], scale.images))));
    x += width;
  }
  svg.text(x + 6, y + 13,
           fmt::format(
               "{} · {}", energy_text(mean(row.total, scale.images)),
               percent_text(share(static_cast<double>(row.total.count()), static_cast<double>(scale.total.count())))));
  if (!row.latency) return;
  const double left = kLabels + kEnergyWidth + kEnergyValues;
  const double width =
      kLatencyWidth * share(static_cast<double>(row.latency->count()), static_cast<double>(scale.longest.count()));
  svg.rect(left, y + 2, std::max(width, 0.3), kRow - 5, "#6b7785",
           fmt::format("{}: {} per inference", row.name, duration_text(*row.latency)));
  svg.text(left + width + 6, y + 13, duration_text(*row.latency));
}

std::string bars(const Rollup& rollup, const Extent& scale) {
  double height = kTop;
  for (const Block& block : rollup.blocks) height += kRow * static_cast<double>(block.layers.size()) + kBlockGap;
  const bool board = rollup.board.total.count() != 0;
  if (board) height += kRow + kBlockGap;
  Svg svg(
      "layer-bars", kLabels + kEnergyWidth + kEnergyValues + kLatencyWidth + kLatencyValues, height + 6,
      "Energy and latency of each layer",
      "Left: stacked bars of energy per inference by component group. Right: latency per inference. The same numbers "
      "are in the table below.");
  legend(svg);
  svg.text(kLabels, 42, "energy per inference", Anchor::kStart, "strong");
  svg.text(kLabels + kEnergyWidth + kEnergyValues, 42, "latency per inference", Anchor::kStart, "strong");
  double y = kTop;
  for (const Block& block : rollup.blocks) {
    svg.line(0, y - kBlockGap / 2, kLabels + kEnergyWidth + kEnergyValues + kLatencyWidth + kLatencyValues,
             y - kBlockGap / 2, kGrid);
    for (const CostRow& layer : block.layers) {
      bar_row(svg, y, layer, scale);
      y += kRow;
    }
    y += kBlockGap;
  }
  if (board) bar_row(svg, y, rollup.board, scale);
  svg.line(kLabels, kTop - kBlockGap / 2, kLabels, height, kInk);
  svg.line(kLabels + kEnergyWidth + kEnergyValues, kTop - kBlockGap / 2, kLabels + kEnergyWidth + kEnergyValues, height,
           kInk);
  return svg.str();
}

void table_row(HtmlTable& table, const CostRow& row, const Extent& scale, const std::string& css_class) {
  std::vector<std::string> cells = {
      row.name,
      row.kind,
      row.kind == "board" ? "" : count_text(row.cores),
      count_text(row.events),
      count_text(row.synops),
      count_text(row.flit_hops),
      row.latency ? fmt::format("{:.3f}", microseconds(*row.latency)) : "",
      fmt::format("{:.3f}", mean_count(row.total, scale.images) * 1e-9),
      percent_text(share(static_cast<double>(row.total.count()), static_cast<double>(scale.total.count())))};
  for (const Energy e : by_group(row.energy))
    cells.push_back(fmt::format("{:.3f}", mean_count(e, scale.images) * 1e-9));
  cells.push_back(count_text(row.total.count()));
  table.row(cells, css_class);
}

std::string layer_table(const Rollup& rollup, const Extent& scale) {
  std::vector<Column> columns = {{"layer", false},   {"kind", false}, {"cores"},      {"events, run"}, {"synops, run"},
                                 {"flit hops, run"}, {"latency, µs"}, {"energy, nJ"}, {"share"}};
  for (std::size_t g = 0; g < kGroups; ++g)
    columns.push_back({std::string(group_name(static_cast<Group>(g))) + ", nJ"});
  columns.push_back({"energy of the run, aJ"});
  HtmlTable table(fmt::format("Per layer, block, network and chip. Latency and nJ are per inference (mean of {} "
                              "images); the last column is "
                              "exact and adds up from layers to chip.",
                              scale.images),
                  columns);
  for (const Block& block : rollup.blocks) {
    for (const CostRow& layer : block.layers) table_row(table, layer, scale, "");
    if (block.layers.size() > 1) table_row(table, block.sum, scale, "sum");
  }
  table_row(table, rollup.network, scale, "sum");
  table_row(table, rollup.board, scale, "");
  table_row(table, rollup.chip, scale, "total");
  return table.text();
}

}  // namespace

std::string layers_section(const RunRecord& record) {
  const Rollup rollup = roll_up(record);
  Extent scale;
  scale.images = static_cast<std::int64_t>(record.result.images.size());
  scale.total = rollup.chip.total;
  scale.largest = rollup.board.total;
  for (const Block& block : rollup.blocks) {
    for (const CostRow& layer : block.layers) {
      scale.largest = std::max(scale.largest, layer.total);
      if (layer.latency) scale.longest = std::max(scale.longest, *layer.latency);
    }
  }
  return section("layers", "Layers",
                 figure(bars(rollup, scale),
                        "Percentages are shares of all energy. A layer's latency is the time of the steps in which it "
                        "fires; layers that fire "
                        "in the same step share that time, so latencies do not add up to the inference.") +
                     folded("Table: every layer, block sums, network and chip total", layer_table(rollup, scale)));
}

}  // namespace ranvier::report
