// SPDX-License-Identifier: Apache-2.0
// The page's frame: head, style, order of the sections.
#include "report/html.h"

#include <fmt/format.h>

#include "report/html_sections.h"
#include "report/html_style.h"
#include "report/markup.h"

namespace ranvier::report {

std::string report_html(const RunRecord& record) {
  const std::string title = fmt::format("{} on {}", record.workload, record.target);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Nothing may be fetched and no script may run: the page cannot depend on either.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  page +=
      fmt::format("<title>{} - Ranvier run</title>\n<style>\n{}</style>\n</head>\n<body>\n", escaped(title), kStyle);
  page +=
      fmt::format("<header>\n<p class=\"kicker\">Ranvier run report</p>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n<main>\n",
                  escaped(title), escaped(record.workload_description));
  page += health_section(record);
  page += headline_section(record);
  page += engines_section(record);
  page += layers_section(record);
  page += mesh_section(record);
  page += spikes_section(record);
  page += origins_section(record);
  page += remap_section(record);
  page += images_section(record);
  page += cores_section(record);
  page += limits_section(record);
  page += provenance_section(record);
  page += "</main>\n</body>\n</html>\n";
  return page;
}

}  // namespace ranvier::report
