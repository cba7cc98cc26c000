// SPDX-License-Identifier: Apache-2.0
// The energy of a run as JSON: parts, components with the entries behind them, kinds, and the literature's figure.
#pragma once

#include <nlohmann/json.hpp>

#include "report/origins.h"

namespace ranvier::report {

/// An integer; beyond 63 bits the nearest double.
nlohmann::ordered_json exact_json(Energy energy);

/// Adds the keys energy_aj_text, energy_by_part_aj, energy_by_component, energy_by_kind_aj, energy_kinds_mixed,
/// energy_kinds_remark and arithmetic_only.
void add_energy(nlohmann::ordered_json& run, const RunRecord& record);

/// By kind, static power as "static".
nlohmann::ordered_json kinds_json(const std::array<Energy, kKinds>& by_kind);

}  // namespace ranvier::report
