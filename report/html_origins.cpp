// SPDX-License-Identifier: Apache-2.0
// How sure the energy is: its share by provenance tag, and each chip-file line behind it.
#include <fmt/format.h>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/origins.h"
#include "report/palette.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr double kWidth = 1000;

std::string tag_bar(const Origins& origins, Energy total) {
  Svg svg("tags", kWidth, 66, "Share of energy by provenance tag",
          "One bar: published, derived, assumed, unverified. The shares are in the table below.");
  double x = 0;
  double label = 0;
  for (std::size_t t = 0; t < kTags; ++t) {
    const auto tag = static_cast<chips::Tag>(t);
    const double width = kWidth * share(origins.by_tag[t], total);
    const std::string text = fmt::format("{}: {}", tag_name(tag), percent_text(share(origins.by_tag[t], total)));
    if (width > 0) svg.rect(x, 4, width, 28, tag_colour(tag), text, "#ffffff", 1);
    x += width;
    svg.rect(label, 44, 12, 12, tag_colour(tag));
    svg.text(label + 17, 54, text);
    label += 190;
  }
  return svg.str();
}

}  // namespace

std::string origins_section(const RunRecord& record) {
  const Origins origins = energy_origins(record);
  const Energy total = record.result.total_energy;
  const chips::Board& board = record.problem->board;
  const std::string device_file = board.device ? board.device->file : "";
  HtmlTable table(fmt::format("Energy of the run by entry of {}{}.", board.chip.file,
                              device_file.empty() ? "" : fmt::format(" and, in group device, of {}", device_file)),
                  {{"entry", false},
                   {"line"},
                   {"value", false},
                   {"tag", false},
                   {"kind", false},
                   {"group", false},
                   {"occurrences"},
                   {"energy, run"},
                   {"share"},
                   {"source", false}});
  for (const OriginRow& row : origins.rows) {
    const bool is_static = row.component == sim::Component::kStatic || row.component == sim::Component::kDeviceStatic;
    table.row({row.origin.key.empty() ? std::string(component_name(row.component)) : row.origin.key,
               row.origin.line > 0 ? std::to_string(row.origin.line) : "", row.value,
               std::string(tag_name(row.origin.tag)), std::string(kind_name(row.origin.kind)),
               std::string(group_name(group_of(row.component))), is_static ? "" : count_text(row.count),
               energy_text(row.energy), percent_text(share(row.energy, total)), row.origin.source});
  }
  return section(
      "origins", "What the energy rests on",
      paragraph("Every joule is an occurrence counted by the simulator times one line of the chip file; what a device "
                "computes and stores is priced by several lines of its file, and has the tag of the least sure. The "
                "tag says where a line "
                "comes from; the kind says what it includes: marginal is the cost of one more, all_in carries "
                "overheads and static power, "
                "min is a lower bound.") +
          figure(tag_bar(origins, total), fmt::format("{} of the energy rests on entries tagged assumed or unverified.",
                                                      percent_text(origins.assumed_share))) +
          table.text());
}

}  // namespace ranvier::report
