// SPDX-License-Identifier: Apache-2.0
#include "report/probe_csv.h"

#include <fmt/format.h>

#include <iterator>

#include "report/csv.h"

namespace ranvier::report {

void CsvTable::begin(const sim::TableInfo& table) {
  std::string& out = file_.buffer();
  for (const sim::Column& column : table.columns) {
    if (&column != &table.columns.front()) out += ',';
    out += csv_field(column.name);
    labels_.emplace_back();
    for (const std::string& label : column.labels) labels_.back().push_back(csv_field(label));
  }
  out += '\n';
}

void CsvTable::put(std::span<const std::int64_t> rows) {
  std::string& out = file_.buffer();
  for (std::size_t at = 0; at < rows.size();) {
    for (std::size_t c = 0; c < labels_.size(); ++c, ++at) {
      if (c > 0) out += ',';
      if (labels_[c].empty()) {
        fmt::format_to(std::back_inserter(out), FMT_STRING("{}"), rows[at]);
      } else {
        out += labels_[c][static_cast<std::size_t>(rows[at])];
      }
    }
    out += '\n';
    file_.write_if_full();
  }
}

}  // namespace ranvier::report
