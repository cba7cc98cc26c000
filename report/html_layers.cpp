// SPDX-License-Identifier: Apache-2.0
// Energy and latency of each layer as bars side by side, and the table behind them.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

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

/// Which of the two charts: all energy with the latencies beside it, or the energy of events alone.
enum class Chart : std::uint8_t { kAll, kDynamic };

struct Extent {
  std::int64_t images = 1;
  Energy largest;
  Energy total;
  Duration longest;
};

double mean_count(Energy energy, std::int64_t images) {
  return joules(energy) * 1e18 / static_cast<double>(std::max<std::int64_t>(1, images));
}

void legend(Svg& svg) {
  double x = kLabels;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const std::string name(group_name(static_cast<Group>(g)));
    svg.rect(x, 6, 12, 12, group_colour(static_cast<Group>(g)));
    svg.text(x + 17, 16, name);
    x += 29 + 6.1 * static_cast<double>(name.size());
  }
}

void bar_row(Svg& svg, double y, const CostRow& row, const Extent& scale, Chart chart) {
  svg.text(kLabels - 8, y + 13, row.name, Anchor::kEnd);
  double x = kLabels;
  const auto groups = by_group(row.energy);
  for (std::size_t g = 0; g < kGroups; ++g) {
    if (groups[g] == Energy()) continue;
    const double width = kEnergyWidth * share(groups[g], scale.largest);
    const auto group = static_cast<Group>(g);
    svg.rect(x, y + 2, std::max(width, 0.3), kRow - 5, group_colour(group),
             fmt::format("{}, {}: {} per inference", row.name, group_name(group),
                         energy_text(mean(groups[g], scale.images))));
    x += width;
  }
  svg.text(
      x + 6, y + 13,
      fmt::format("{} · {}", energy_text(mean(row.total, scale.images)), percent_text(share(row.total, scale.total))));
  if (chart == Chart::kDynamic || !row.latency) return;
  const double left = kLabels + kEnergyWidth + kEnergyValues;
  const double width =
      kLatencyWidth * share(static_cast<double>(row.latency->count()), static_cast<double>(scale.longest.count()));
  svg.rect(left, y + 2, std::max(width, 0.3), kRow - 5, "#6b7785",
           fmt::format("{}: {} per inference", row.name, duration_text(*row.latency)));
  svg.text(left + width + 6, y + 13, duration_text(*row.latency));
}

std::string bars(const Rollup& rollup, const Extent& scale, Chart chart) {
  double height = kTop;
  for (const Block& block : rollup.blocks) height += kRow * static_cast<double>(block.layers.size()) + kBlockGap;
  const bool board = rollup.board.total != Energy();
  if (board) height += kRow + kBlockGap;
  const bool all = chart == Chart::kAll;
  const double width = kLabels + kEnergyWidth + kEnergyValues + kLatencyWidth + kLatencyValues;
  Svg svg(all ? "layer-bars" : "layer-dynamic-bars", width, height + 6,
          all ? "Energy and latency of each layer" : "Energy of each layer without static power",
          all ? "Left: stacked bars of energy per inference by component group. Right: latency per inference. The same "
                "numbers are in the table below."
              : "Stacked bars of energy per inference by component group, static power left out.");
  legend(svg);
  svg.text(kLabels, 42, all ? "energy per inference" : "energy per inference, static power left out", Anchor::kStart,
           "strong");
  if (all) svg.text(kLabels + kEnergyWidth + kEnergyValues, 42, "latency per inference", Anchor::kStart, "strong");
  double y = kTop;
  for (const Block& block : rollup.blocks) {
    svg.line(0, y - kBlockGap / 2, width, y - kBlockGap / 2, kGrid);
    for (const CostRow& layer : block.layers) {
      bar_row(svg, y, layer, scale, chart);
      y += kRow;
    }
    y += kBlockGap;
  }
  if (board) bar_row(svg, y, rollup.board, scale, chart);
  svg.line(kLabels, kTop - kBlockGap / 2, kLabels, height, kInk);
  if (all) {
    const double left = kLabels + kEnergyWidth + kEnergyValues;
    svg.line(left, kTop - kBlockGap / 2, left, height, kInk);
  }
  return svg.str();
}

void table_row(HtmlTable& table, const CostRow& row, const Extent& scale, const std::string& css_class) {
  std::vector<std::string> cells = {row.name,
                                    row.kind,
                                    row.kind == "board" ? "" : count_text(row.cores),
                                    count_text(row.events),
                                    count_text(row.synops),
                                    count_text(row.flit_hops),
                                    row.latency ? fmt::format("{:.3f}", microseconds(*row.latency)) : "",
                                    fmt::format("{:.3f}", mean_count(row.total, scale.images) * 1e-9),
                                    percent_text(share(row.total, scale.total))};
  for (const Energy e : by_group(row.energy))
    cells.push_back(fmt::format("{:.3f}", mean_count(e, scale.images) * 1e-9));
  cells.push_back(count_text(row.total));
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

Extent extent_of(const Rollup& rollup, std::size_t images) {
  Extent scale;
  scale.images = static_cast<std::int64_t>(images);
  scale.total = rollup.chip.total;
  scale.largest = rollup.board.total;
  for (const Block& block : rollup.blocks) {
    for (const CostRow& layer : block.layers) {
      scale.largest = std::max(scale.largest, layer.total);
      if (layer.latency) scale.longest = std::max(scale.longest, *layer.latency);
    }
  }
  return scale;
}

void drop_static(CostRow& row) {
  for (const sim::Component component : {sim::Component::kStatic, sim::Component::kDeviceStatic}) {
    Energy& flowing = row.energy[static_cast<std::size_t>(component)];
    row.total -= flowing;
    flowing = Energy();
  }
}

Rollup without_static(Rollup rollup) {
  for (Block& block : rollup.blocks)
    for (CostRow& layer : block.layers) drop_static(layer);
  drop_static(rollup.board);
  drop_static(rollup.chip);
  return rollup;
}

}  // namespace

std::string layers_section(const RunRecord& record) {
  const std::size_t images = record.result.images.size();
  const Rollup rollup = roll_up(record);
  const Extent scale = extent_of(rollup, images);
  const Rollup dynamic = without_static(rollup);
  const bool static_flows = dynamic.chip.total != rollup.chip.total && dynamic.chip.total > Energy();
  std::string content = figure(bars(rollup, scale, Chart::kAll),
                               "Percentages are shares of all energy. A layer's latency is the time of the steps in "
                               "which it fires; layers that fire "
                               "in the same step share that time, so latencies do not add up to the inference.");
  if (static_flows)
    content += figure(bars(dynamic, extent_of(dynamic, images), Chart::kDynamic),
                      "The same without static power, which belongs to time, not to events. Percentages are shares of "
                      "this rest.");
  content += folded("Table: every layer, block sums, network and chip total", layer_table(rollup, scale));
  return section("layers", "Layers", content);
}

}  // namespace ranvier::report
