// SPDX-License-Identifier: Apache-2.0
// The parts of report.html, one function each; report_html() strings them together.
#pragma once

#include <string>

#include "report/run_record.h"

namespace ranvier::report {

std::string health_section(const RunRecord& record);
std::string headline_section(const RunRecord& record);
std::string engines_section(const RunRecord& record);  // empty where all stages spiked by default
std::string timing_section(const RunRecord& record);   // empty without ticks and pipeline
std::string layers_section(const RunRecord& record);
std::string energy_section(const RunRecord& record);
std::string mesh_section(const RunRecord& record);
std::string spikes_section(const RunRecord& record);
std::string origins_section(const RunRecord& record);
std::string remap_section(const RunRecord& record);
std::string images_section(const RunRecord& record);
std::string cores_section(const RunRecord& record);
std::string limits_section(const RunRecord& record);
std::string provenance_section(const RunRecord& record);

}  // namespace ranvier::report
