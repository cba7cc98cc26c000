// SPDX-License-Identifier: Apache-2.0
// Options of the mapper that all verbs which map have in common.
#pragma once

#include <string>

#include "cli/common.h"
#include "mapper/mapper.h"

namespace ranvier::cli {

struct JobOptions;

/// compact|latency (how finely stages are cut) and fast|default|best (how long to search), one or both: "latency,best".
/// What is left out is latency, and default.
struct PresetChoice {
  mapper::Preset cut = mapper::Preset::kLatency;
  mapper::Effort effort = mapper::Effort::kDefault;
};
PresetChoice parse_preset(const std::string& text);  // throws UsageError
CLI::Validator preset_names();

void add_map_options(CLI::App& verb, JobOptions& options);

/// Preset, seed, threads, constraints and progress on standard error. `progress` is kept by the options.
mapper::MapOptions map_options_of(const JobOptions& options, const chips::Board& board);

}  // namespace ranvier::cli
