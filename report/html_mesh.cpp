// SPDX-License-Identifier: Apache-2.0
// The board: busy cores, loaded links, and which block sits where.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "mapper/mesh.h"
#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/mesh_view.h"
#include "report/palette.h"
#include "report/rollup.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kLeft = 40;
constexpr double kTop = 84;
constexpr double kDrawingWidth = 1110;
constexpr double kPlacementScale = 1.35;
constexpr std::size_t kTableRows = 40;

double cycles_of_run(const RunRecord& record) {
  const Duration period = chips::clock_period(record.problem->board.chip);
  return share(static_cast<double>(record.result.total_time.count()), static_cast<double>(period.count()));
}

/// A bar from light to dark with values at its quarters. The square root keeps small values apart; its legend says so
/// by numbers.
void ramp_legend(Svg& svg, double x, double y, Ramp ramp, const std::string& title, double largest,
                 const std::string& unit) {
  constexpr double kWidth = 300;
  constexpr int kSteps = 60;
  svg.text(x, y, title, Anchor::kStart, "strong");
  for (int i = 0; i < kSteps; ++i) {
    svg.rect(x + kWidth * i / kSteps, y + 6, kWidth / kSteps + 0.4, 10, ramp_colour(ramp, (i + 0.5) / kSteps));
  }
  for (int q = 0; q <= 4; ++q) {
    const double part = q / 4.0;
    svg.text(x + kWidth * part, y + 28,
             q == 4 ? fmt::format("{:.3g} {}", largest, unit) : fmt::format("{:.3g}", largest * part * part),
             q == 0   ? Anchor::kStart
             : q == 4 ? Anchor::kStart
                      : Anchor::kMiddle,
             "small");
  }
}

void draw_idle_cores(Svg& svg, const MeshView& view) {
  for (std::int32_t y = view.y0; y <= view.y1; ++y) {
    for (std::int32_t x = view.x0; x <= view.x1; ++x) {
      svg.rect(view.centre_x(x) - view.tile / 2, view.centre_y(y) - view.tile / 2, view.tile, view.tile, "#ffffff", "",
               kGrid, 1);
    }
  }
}

/// An arrow along the link, keeping right of the middle so that the two directions lie side by side.
void draw_link(Svg& svg, const MeshView& view, const chips::Board& board, const sim::LinkResult& link, double t,
               const std::string& tooltip) {
  const double ax = view.centre_x(board.x(link.from));
  const double ay = view.centre_y(board.y(link.from));
  const double dx = board.x(link.to) - board.x(link.from);
  const double dy = board.y(link.to) - board.y(link.from);
  const double nx = -dy;  // to the right of the direction of travel, y pointing down
  const double ny = dx;
  const double shift = view.pitch * 0.15;
  const double begin = view.tile / 2;
  const double end = view.pitch - view.tile / 2;
  const double half = std::max(0.5, t * view.pitch * 0.11);
  const double head = std::max(1.6, half * 1.35);
  const double neck = end - std::min(end - begin, view.pitch * 0.2);
  const auto at = [&](double along, double across) {
    return std::pair(ax + dx * along + nx * (shift + across), ay + dy * along + ny * (shift + across));
  };
  svg.polygon(
      {at(begin, -half), at(neck, -half), at(neck, -head), at(end, 0), at(neck, head), at(neck, half), at(begin, half)},
      ramp_colour(Ramp::kOranges, t), tooltip);
}

std::string heat_map(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  const MeshView view = view_of(record, kDrawingWidth, kLeft, kTop);
  Svg svg("mesh", std::max(kLeft + view.width() + 10, 860.0), kTop + view.height() + 16, "Busy cores and loaded links",
          "Squares are cores, those of a router side by side, darker blue for more busy cycles. Arrows are directed "
          "links, darker and wider for more "
          "flits. "
          "Dashed lines are chip borders. The busiest cores and fullest links are in the tables below.");
  double most_busy = 0;
  double most_flits = 0;
  for (const sim::CoreResult& core : record.result.cores)
    most_busy = std::max(most_busy, static_cast<double>(core.busy.count()));
  for (const sim::LinkResult& link : record.result.links)
    most_flits = std::max(most_flits, static_cast<double>(link.flits));
  const double cycles = cycles_of_run(record);
  ramp_legend(svg, kLeft, 16, Ramp::kBlues, "core busy, its two units together, share of all cycles",
              share(most_busy, cycles) * 100, "%");
  ramp_legend(svg, kLeft + 420, 16, Ramp::kOranges, "link load, mean over the run", share(most_flits, cycles),
              "flits/cycle");
  draw_idle_cores(svg, view);
  for (const sim::CoreResult& core : record.result.cores) {
    const double t = std::sqrt(share(static_cast<double>(core.busy.count()), most_busy));
    svg.rect(
        view.core_x(board, core.core), view.core_y(board, core.core), view.core_side(), view.core_side(),
        ramp_colour(Ramp::kBlues, t),
        fmt::format("core {} (x {}, y {}), {}: busy {} cycles ({}), {}", core.core.value(), board.x(core.core),
                    board.y(core.core), core.stages, count_text(core.busy.count()),
                    percent_text(share(static_cast<double>(core.busy.count()), cycles)), energy_text(core.energy)));
  }
  draw_frame(svg, view, board);
  std::vector<const sim::LinkResult*> links;
  for (const sim::LinkResult& link : record.result.links) links.push_back(&link);
  std::stable_sort(links.begin(), links.end(), [](const auto* a, const auto* b) { return a->flits < b->flits; });
  for (const sim::LinkResult* link : links) {
    draw_link(svg, view, board, *link, std::sqrt(share(static_cast<double>(link->flits), most_flits)),
              fmt::format("link ({}, {}) to ({}, {}){}: {} flits, {:.4f} flits/cycle, at most {} flits in a step, {}",
                          board.x(link->from), board.y(link->from), board.x(link->to), board.y(link->to),
                          link->chip_edge ? ", chip edge" : "", count_text(link->flits),
                          share(static_cast<double>(link->flits), cycles), count_text(link->peak_flits_in_step),
                          energy_text(link->energy)));
  }
  return svg.str();
}

std::string placement_map(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  std::set<StageId> placed;
  for (std::size_t t = 0; t < record.problem->tiles.size(); ++t) {
    if (record.mapping->core_of[t].valid()) placed.insert(record.problem->tiles[t].stage);
  }
  std::map<std::string, std::size_t> block_number;  // in order of the program, those that hold cores
  std::vector<std::string> blocks;
  for (const sim::LayerResult& layer : record.result.layers) {
    if (!placed.contains(layer.stage)) continue;
    if (block_number.try_emplace(block_of(layer.name), blocks.size()).second) blocks.push_back(block_of(layer.name));
  }
  constexpr double kSwatch = 128;
  const auto per_row = static_cast<std::size_t>(kDrawingWidth / kSwatch);
  const double top = 62 + 20 * static_cast<double>((blocks.size() + per_row - 1) / per_row);
  const MeshView view = view_of(record, kDrawingWidth * 0.62, kLeft, top);
  Svg svg(
      "placement", kLeft + kDrawingWidth, top + view.height() + 16, "Which block of the network sits on which core",
      "Squares are cores in the colour of their block; a core that holds tiles of several blocks shows a band of each. "
      "Hover names the stages.");
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const double x = kLeft + kSwatch * static_cast<double>(b % per_row);
    const double y = 6 + 20 * static_cast<double>(b / per_row);
    svg.rect(x, y, 12, 12, category_colour(b));
    svg.text(x + 17, y + 10, blocks[b]);
  }
  std::map<CoreId, std::vector<std::size_t>> held;
  for (std::size_t t = 0; t < record.problem->tiles.size(); ++t) {
    const CoreId core = record.mapping->core_of[t];
    const StageId stage = record.problem->tiles[t].stage;
    if (!core.valid() || stage.value() >= record.result.layers.size()) continue;
    std::vector<std::size_t>& on_core = held[core];
    const std::size_t block = block_number.at(block_of(record.result.layers[stage.value()].name));
    if (std::find(on_core.begin(), on_core.end(), block) == on_core.end()) on_core.push_back(block);
  }
  draw_idle_cores(svg, view);
  for (const auto& [core, on_core] : held) {
    std::string names;
    for (const std::size_t b : on_core) names += (names.empty() ? "" : ", ") + blocks[b];
    // No links here: room for larger squares around the same middle.
    const double side = view.core_side() * kPlacementScale;
    const double left =
        view.centre_x(board.x(core)) + (view.core_x(board, core) - view.centre_x(board.x(core))) * kPlacementScale;
    const double upper =
        view.centre_y(board.y(core)) + (view.core_y(board, core) - view.centre_y(board.y(core))) * kPlacementScale;
    for (std::size_t i = 0; i < on_core.size(); ++i) {
      const double band = side / static_cast<double>(on_core.size());
      svg.rect(left, upper + band * static_cast<double>(i), side, band, category_colour(on_core[i]),
               fmt::format("core {} (x {}, y {}): {}", core.value(), board.x(core), board.y(core), names));
    }
  }
  draw_frame(svg, view, board);
  return svg.str();
}

std::string link_table(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  std::vector<const sim::LinkResult*> links;
  for (const sim::LinkResult& link : record.result.links) links.push_back(&link);
  std::stable_sort(links.begin(), links.end(), [](const auto* a, const auto* b) { return a->flits > b->flits; });
  const std::size_t shown = std::min(kTableRows, links.size());
  HtmlTable table(fmt::format("The {} fullest of {} links with traffic; all are in links.csv.", shown, links.size()),
                  {{"from (x, y)", false},
                   {"to (x, y)", false},
                   {"chip edge", false},
                   {"flits, run"},
                   {"mean load, flits/cycle"},
                   {"most in a step, flits"},
                   {"energy, run"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::LinkResult& l = *links[i];
    table.row({fmt::format("({}, {})", board.x(l.from), board.y(l.from)),
               fmt::format("({}, {})", board.x(l.to), board.y(l.to)), l.chip_edge ? "yes" : "no", count_text(l.flits),
               fmt::format("{:.4f}", share(static_cast<double>(l.flits), cycles_of_run(record))),
               count_text(l.peak_flits_in_step), energy_text(l.energy)});
  }
  return table.text();
}

}  // namespace

std::string mesh_section(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  return section("mesh", "Board",
                 figure(heat_map(record), fmt::format("{} x {} routers on {} x {} chips, cropped to the part in use. "
                                                      "Arrows point the way the flits go. Colour and "
                                                      "width follow the square root of the value, so that light "
                                                      "traffic stays visible; events of the host enter at (0, 0).",
                                                      board.width(), board.height(), board.columns, board.rows)) +
                     folded("Table: fullest links", link_table(record)) +
                     figure(placement_map(record), "Where the mapper put each block."));
}

}  // namespace ranvier::report
