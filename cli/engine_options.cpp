// SPDX-License-Identifier: Apache-2.0
#include "cli/engine_options.h"

namespace ranvier::cli {

void add_engine_options(CLI::App& verb, EngineOptions& o) {
  verb.add_option("--place", o.place, "stages (a glob) on an engine, e.g. 'block0.*=offload'; spiking, dense, offload");
  verb.add_option("--objective", o.objective, "choose the engines of all other stages for it")
      ->check(CLI::IsMember({"latency", "energy", "edp"}));
  verb.add_option("--engines", o.engines,
                  "of stages without --place; auto chooses (for the latency without --objective)")
      ->check(CLI::IsMember({"auto", "spiking", "dense", "offload"}));
}

mapper::EngineChoice map_with_engines(const workloads::Program& program, const chips::Board& board,
                                      workloads::Schedule schedule, mapper::TilingOptions tiling,
                                      const mapper::MapOptions& how, const EngineOptions& options,
                                      const mapper::Judge& judge) {
  const bool choose = options.engines == "auto" || (options.engines.empty() && !options.objective.empty());
  if (!choose && !options.objective.empty())
    throw UsageError("--objective", "there is nothing to choose with --engines " + options.engines + "; use auto");
  mapper::Objective objective = mapper::Objective::kLatency;
  for (const auto o : {mapper::Objective::kEnergy, mapper::Objective::kEdp})
    if (options.objective == mapper::name_of(o)) objective = o;
  if (!choose)
    tiling.place.push_back(mapper::parse_place_rule("*=" + (options.engines.empty() ? "spiking" : options.engines)));
  for (const std::string& rule : options.place) tiling.place.push_back(mapper::parse_place_rule(rule));
  return mapper::choose_engines(program, board, schedule, tiling, how, objective,
                                options.judge ? judge : mapper::Judge());
}

}  // namespace ranvier::cli
