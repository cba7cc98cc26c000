// SPDX-License-Identifier: Apache-2.0
#include "report/energy_text.h"

#include <fmt/format.h>

#include "report/arithmetic.h"
#include "report/format.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/text_table.h"

namespace ranvier::report {
namespace {

/// A device's component has several.
std::string first_entry(const std::string& keys) {
  const std::size_t comma = keys.find(',');
  return comma == std::string::npos ? keys : keys.substr(0, comma) + " and more";
}

std::string arithmetic_text(const RunRecord& record) {
  const Arithmetic a = arithmetic_only(record);
  std::string out =
      fmt::format("Beside it, {}:\n  {} per inference", kArithmeticLabel, energy_text(a.snn_per_image_nj * 1e-9));
  if (a.ann_per_image_nj) {
    out += fmt::format(
        "; the same network dense, E_MAC x {} multiply-adds: {}",
        count_text(static_cast<std::int64_t>(*a.ann_per_image_nj * 1e3 / kLiteratureMultiplyAccumulatePj + 0.5)),
        energy_text(*a.ann_per_image_nj * 1e-9));
  }
  if (a.ann_over_snn) out += fmt::format(" ({:.2f} times)", *a.ann_over_snn);
  return out + "\n";
}

}  // namespace

std::string energy_table_text(const RunRecord& record, bool colour) {
  const Origins origins = energy_origins(record);
  const auto images = static_cast<std::int64_t>(record.result.images.size());
  const Energy total = record.result.total_energy;
  TextTable table({"energy", "per inference", "share", "times", "entry", "kind", "tag"}, {0, 4, 5, 6});
  for (std::size_t g = 0; g < kGroups; ++g) {
    const auto group = static_cast<Group>(g);
    Energy sum;
    for (const OriginRow& row : origins.rows) sum += group_of(row.component) == group ? row.energy : Energy();
    if (sum == Energy()) continue;
    table.row({std::string(group_name(group)), energy_text(mean(sum, images)), percent_text(share(sum, total)), "", "",
               "", ""});
    table.emphasise();
    for (const OriginRow& row : origins.rows) {
      if (group_of(row.component) != group || row.energy == Energy()) continue;
      table.row({"  " + std::string(component_name(row.component)), energy_text(mean(row.energy, images)),
                 percent_text(share(row.energy, total)), row.count == 0 ? "" : count_text(row.count),
                 first_entry(row.origin.key), std::string(kind_name(row.origin.kind)),
                 std::string(tag_name(row.origin.tag))});
    }
  }
  std::string out =
      "Energy by group and component: counts of the run times entries of the chip file\n" + table.text(colour);
  if (const std::string remark = kinds_remark(origins.by_kind); !remark.empty()) out += wrapped(remark, 0) + "\n";
  return out + arithmetic_text(record);
}

}  // namespace ranvier::report
