// SPDX-License-Identifier: Apache-2.0
// Tables as comma-separated values.
#include "report/csv.h"

#include <fmt/format.h>

#include "report/names.h"
#include "report/rollup.h"

namespace ranvier::report {
namespace {

void append(std::string& out, const CostRow& row, const std::string& block, const sim::LayerResult* layer) {
  out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", row.stage, csv_field(row.name), csv_field(block),
                     row.kind, layer != nullptr ? layer->tiles : 0, row.cores, row.events, row.synops,
                     layer != nullptr ? layer->adds : 0, layer != nullptr ? layer->multiply_adds : 0,
                     layer != nullptr ? layer->packets : 0, row.flit_hops, row.busy_cycles,
                     row.latency ? row.latency->count() : 0, row.total.count());
  for (const Energy e : row.energy) out += fmt::format(",{}", e.count());
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
  std::string out = "from_core,from_x,from_y,to_core,to_x,to_y,chip_edge,flits,peak_flits_in_step\n";
  for (const sim::LinkResult& link : record.result.links) {
    out += fmt::format("{},{},{},{},{},{},{},{},{}\n", link.from.value(), board.x(link.from), board.y(link.from),
                       link.to.value(), board.x(link.to), board.y(link.to), link.chip_edge ? 1 : 0, link.flits,
                       link.peak_flits_in_step);
  }
  return out;
}

}  // namespace ranvier::report
