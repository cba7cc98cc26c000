// SPDX-License-Identifier: Apache-2.0
// --place, --objective and --engines: where the stages of a job run.
#pragma once

#include <string>
#include <vector>

#include "cli/common.h"
#include "mapper/hybrid.h"

namespace ranvier::cli {

struct EngineOptions {
  std::vector<std::string> place;  // PATTERN=ENGINE; of several that match the last holds
  std::string objective;           // latency, energy or edp; empty: none asked for
  std::string engines;             // auto, spiking, dense or offload; empty: auto with an objective, else spiking
  bool judge = false;  // decide between the best by the estimate and the pure choices by simulating one image
  bool any() const { return !place.empty() || !objective.empty() || !engines.empty(); }
};

void add_engine_options(CLI::App& verb, EngineOptions& options);

/// Makes the mapping that the options ask for, with what the pure choices would cost. Throws UsageError where an
/// objective is given for engines that are all fixed.
mapper::EngineChoice map_with_engines(const workloads::Program& program, const chips::Board& board,
                                      workloads::Schedule schedule, mapper::TilingOptions tiling,
                                      const mapper::MapOptions& how, const EngineOptions& options,
                                      const mapper::Judge& judge = {});

}  // namespace ranvier::cli
