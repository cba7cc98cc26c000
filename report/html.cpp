// SPDX-License-Identifier: Apache-2.0
// The order of the sections.
#include "report/html.h"

#include <fmt/format.h>

#include "report/html_sections.h"
#include "report/markup.h"

namespace ranvier::report {

std::string report_html(const RunRecord& record) {
  std::string page;
  page += health_section(record);
  page += headline_section(record);
  page += engines_section(record);
  page += timing_section(record);
  page += layers_section(record);
  page += energy_section(record);
  page += mesh_section(record);
  page += spikes_section(record);
  page += origins_section(record);
  page += remap_section(record);
  page += images_section(record);
  page += cores_section(record);
  page += limits_section(record);
  page += provenance_section(record);
  return whole_page("run report", fmt::format("{} on {}", record.workload, record.target), record.workload_description,
                    page);
}

}  // namespace ranvier::report
