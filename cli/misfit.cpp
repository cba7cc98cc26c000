// SPDX-License-Identifier: Apache-2.0
#include "cli/misfit.h"

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/schedules.h"
#include "cli/workload.h"
#include "mapper/bounds.h"
#include "mapper/mapper.h"
#include "mapper/relaxation.h"
#include "mapper/repeaters.h"

namespace ranvier::cli {
namespace {

constexpr std::int64_t kFewMoves = 1;  // the question is whether it fits, not how well

struct Answer {
  std::optional<mapper::WayOut> way;
  mapper::Bounds bounds;  // of the tiles that the way out has
};

Answer answer(const JobOptions& options) {
  Answer a;
  // Stages that the user sends elsewhere are a choice; a generated network has its own mapping.
  if (options.where.any() || is_layered_workload(options.workload) || is_graph_workload(options.workload)) return a;
  const workloads::Program loaded = load_program(options.workload, options.set, thread_count(options.common));
  const workloads::Schedule schedule =
      loaded.temporal() ? workloads::Schedule::kTimesteps : schedule_of(options.schedule);
  const mapper::TilingOptions tiling = tiling_of(options);
  mapper::MapOptions how;
  how.preset = tiling.preset;
  how.effort = mapper::Effort::kFast;
  how.place.moves = kFewMoves;
  a.way = mapper::find_way_out(chips::load_target(options.target), [&](const chips::Board& board) {
    const workloads::Program program = mapper::with_repeaters(loaded, board, schedule, tiling);
    const mapper::MappingProblem problem = mapper::make_problem(program, board, schedule, tiling);
    a.bounds = mapper::lower_bounds(problem);
    mapper::map_program(problem, how);
  });
  return a;
}

nlohmann::ordered_json to_json(const JobOptions& options, const mapper::DoesNotFit& misfit, const Answer& a) {
  using Json = nlohmann::ordered_json;
  Json j{{"workload", options.workload}, {"target", options.target}, {"fits", false}, {"verified", false}};
  j["shortfalls"] = Json::array();
  for (const mapper::Shortfall& s : misfit.shortfalls)
    j["shortfalls"].push_back({{"resource", s.resource},
                               {"stage", s.stage_name},
                               {"core", s.core.valid() ? Json(s.core.value()) : Json(nullptr)},
                               {"needed", s.needed},
                               {"available", s.available},
                               {"where", s.where}});
  j["nearest"] = misfit.nearest;
  j["resources"] = Json::array();
  for (const mapper::ResourceBound& r : a.bounds.resources)
    j["resources"].push_back({{"resource", r.resource},
                              {"needed_by_all_tiles", r.needed},
                              {"a_core_then_holds", r.available},
                              {"cores_at_least", r.cores}});
  j["relaxations"] = Json::array();
  if (a.way && a.way->fits) {
    for (const mapper::Relaxation& r : a.way->together)
      j["relaxations"].push_back(
          {{"resource", r.resource}, {"at_hand", r.at_hand}, {"enough", r.enough}, {"because", r.because}});
    j["board_columns"] = a.way->board.columns;
    j["board_rows"] = a.way->board.rows;
  }
  if (a.way && !a.way->fits) j["obstacle"] = a.way->obstacle;
  return j;
}

void print(const JobOptions& options, const mapper::DoesNotFit& misfit, const Answer& a) {
  fmt::print("{} does not fit {}. What is short:\n", options.workload, options.target);
  for (const mapper::Shortfall& s : misfit.shortfalls) fmt::print("  {}\n", s.text());
  if (!a.way) return;
  if (!a.way->fits) {
    fmt::print("no larger memory, table or grid helps: {}\n", a.way->obstacle);
    return;
  }
  fmt::print("\nIt fits with all of these (ranvier tried it):\n");
  for (const mapper::Relaxation& r : a.way->together) {
    if (r.resource == "cores")
      fmt::print("  {:<20} {:>10} -> {:<10} a grid of {}x{} chips\n", r.resource, r.at_hand, r.enough,
                 a.way->board.columns, a.way->board.rows);
    else
      fmt::print("  {:<20} {:>10} -> {:<10} for {}\n", r.resource, r.at_hand, r.enough, r.because);
  }
  fmt::print("\nWhat its tiles then take:\n  {:<20} {:>14} {:>14} {:>15}\n", "resource", "all tiles", "a core has",
             "cores, at least");
  for (const mapper::ResourceBound& r : a.bounds.resources)
    fmt::print("  {:<20} {:>14} {:>14} {:>15}\n", r.resource, r.needed, r.available, r.cores);
}

}  // namespace

ExitCode report_misfit(const JobOptions& options, const mapper::DoesNotFit& misfit) {
  fmt::print(stderr, "ranvier: {}\n", misfit.what());
  if (options.common.quiet && !options.common.json) return ExitCode::kDoesNotFit;
  log::info("trying what would be enough");
  const Answer a = answer(options);
  if (options.common.json)
    fmt::print("{}\n", to_json(options, misfit, a).dump(2));
  else
    print(options, misfit, a);
  return ExitCode::kDoesNotFit;
}

}  // namespace ranvier::cli
