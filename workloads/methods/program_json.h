// SPDX-License-Identifier: Apache-2.0
// The scalars of a program as JSON, and its arrays as tensors: what a network file holds.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "workloads/program.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {

nlohmann::ordered_json program_to_json(const Program& program);
/// Arrays of every stage, named "3.weight": stage 3, array "weight".
std::vector<NamedTensor> program_tensors(const Program& program);

/// Throws BadNetworkFile, SafetensorsError's kinds. The caller checks what it got (check_program.h).
Program program_from(const nlohmann::json& json, const SafetensorsFile& file);

}  // namespace ranvier::workloads
