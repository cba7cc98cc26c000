// SPDX-License-Identifier: Apache-2.0
// What makes two simulations the same job.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/simulate.h"

namespace ranvier::sim {

/// SHA-256 over program, board, tiles, flows, mapping, input codes, and those options that change a result.
std::string job_digest(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                       std::span<const std::vector<std::int32_t>> images, const SimOptions& options);

}  // namespace ranvier::sim
