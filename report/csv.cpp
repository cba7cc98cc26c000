// SPDX-License-Identifier: Apache-2.0
// Tables as comma-separated values.
#include "report/csv.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "report/format.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/rollup.h"

namespace ranvier::report {
namespace {

void append(std::string& out, const CostRow& row, const std::string& block, const sim::LayerResult* layer) {
  out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", row.stage, csv_field(row.name), csv_field(block),
                     row.kind, layer != nullptr ? layer->tiles : 0, row.cores, row.events, row.synops,
                     layer != nullptr ? layer->adds : 0, layer != nullptr ? layer->multiply_adds : 0,
                     layer != nullptr ? layer->packets : 0, row.flit_hops, row.busy_cycles,
                     row.latency ? row.latency->count() : 0, attojoule_text(row.total));
  for (const Energy e : row.energy) out += fmt::format(",{}", attojoule_text(e));
  out += "\n";
}

}  // namespace

std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string layers_csv(const RunRecord& record) {
  std::string out =
      "stage,layer,block,kind,tiles,cores,events,synops,adds,multiply_adds,packets,flit_hops,busy_cycles,latency_fs,"
      "energy_aj";
  for (const sim::Component c : all_components()) out += fmt::format(",{}_aj", component_name(c));
  out += "\n";
  const Rollup rollup = roll_up(record);
  std::size_t at = 0;
  for (const Block& block : rollup.blocks) {
    for (const CostRow& row : block.layers) append(out, row, block.sum.name, &record.result.layers[at++]);
  }
  append(out, rollup.board, "", nullptr);
  return out;
}

std::string links_csv(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  std::string out =
      "from_core,from_x,from_y,to_core,to_x,to_y,chip_edge,flits,peak_flits_in_step,direction,energy_aj\n";
  for (const sim::LinkResult& link : record.result.links) {
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", link.from.value(), board.x(link.from), board.y(link.from),
                       link.to.value(), board.x(link.to), board.y(link.to), link.chip_edge ? 1 : 0, link.flits,
                       link.peak_flits_in_step, direction_name(link.direction), attojoule_text(link.energy));
  }
  return out;
}

std::string ledger_csv(const RunRecord& record) {
  std::map<std::pair<sim::Component, StageId>, std::pair<std::int64_t, Energy>> sums;
  for (const sim::LedgerEntry& e : record.result.ledger) {
    auto& [count, energy] = sums[{e.component, e.stage}];
    count += e.count;
    energy += e.energy;
  }
  const Origins origins = energy_origins(record);
  std::string out = "component,part,group,stage,layer,count,energy_aj,file,line,entry,value,tag,kind,source\n";
  for (const auto& [key, sum] : sums) {
    const auto& [component, stage] = key;
    const OriginRow& origin = origins.rows[static_cast<std::size_t>(component)];
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", component_name(component),
                       part_name(sim::part_of(component)), group_name(group_of(component)),
                       stage.valid() ? static_cast<std::int64_t>(stage.value()) : -1,
                       stage.valid() ? csv_field(record.result.layers[stage.value()].name) : kBoardRow, sum.first,
                       attojoule_text(sum.second), csv_field(origin.file), origin.origin.line,
                       csv_field(origin.origin.key), csv_field(origin.value), tag_name(origin.origin.tag),
                       kind_name(origin.origin.kind), csv_field(origin.origin.source));
  }
  return out;
}

}  // namespace ranvier::report
