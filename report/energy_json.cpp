// SPDX-License-Identifier: Apache-2.0
#include "report/energy_json.h"

#include "report/arithmetic.h"
#include "report/format.h"

namespace ranvier::report {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json components(const Origins& origins) {
  Json list = Json::array();
  for (const OriginRow& row : origins.rows) {
    if (row.count == 0 && row.energy == Energy()) continue;
    Json j;
    j["component"] = component_name(row.component);
    j["part"] = part_name(sim::part_of(row.component));
    j["group"] = group_name(group_of(row.component));
    j["count"] = row.count;
    j["energy_aj"] = exact_json(row.energy);
    j["file"] = row.file;
    j["line"] = row.origin.line;
    j["entry"] = row.origin.key;
    j["value"] = row.value;
    j["tag"] = tag_name(row.origin.tag);
    j["kind"] = kind_name(row.origin.kind);
    j["source"] = row.origin.source;
    list.push_back(std::move(j));
  }
  return list;
}

Json arithmetic(const RunRecord& record) {
  const Arithmetic a = arithmetic_only(record);
  Json j;
  j["label"] = kArithmeticLabel;
  j["source"] = kArithmeticSource;
  j["e_ac_pj"] = kLiteratureAccumulatePj;
  j["e_mac_pj"] = kLiteratureMultiplyAccumulatePj;
  j["snn_per_inference_nj"] = a.snn_per_image_nj;
  j["ann_per_inference_nj"] = or_null(a.ann_per_image_nj);
  j["ann_over_snn"] = or_null(a.ann_over_snn);
  j["layers"] = Json::array();
  for (const ArithmeticRow& row : a.rows) {
    j["layers"].push_back({{"layer", row.layer},
                           {"adds", row.adds},
                           {"multiply_adds", row.multiply_adds},
                           {"snn_per_inference_nj", row.snn_per_image_nj},
                           {"ann_per_inference_nj", or_null(row.ann_per_image_nj)}});
  }
  return j;
}

}  // namespace

Json exact_json(Energy energy) {
  const Wide n = energy.exact();
  if (n > INT64_MAX || n < INT64_MIN) return static_cast<double>(n);
  return static_cast<std::int64_t>(n);
}

Json kinds_json(const std::array<Energy, kKinds>& by_kind) {
  Json j = Json::object();
  for (std::size_t k = 0; k < kKinds; ++k) {
    const auto kind = static_cast<chips::EnergyKind>(k);
    j[std::string(kind == chips::EnergyKind::kNone ? "static" : kind_name(kind))] = exact_json(by_kind[k]);
  }
  return j;
}

void add_energy(Json& run, const RunRecord& record) {
  const Origins origins = energy_origins(record);
  sim::PartEnergies parts{};
  for (const OriginRow& row : origins.rows) parts[static_cast<std::size_t>(sim::part_of(row.component))] += row.energy;
  run["energy_aj_text"] = attojoule_text(record.result.total_energy);
  Json by_part = Json::object();
  for (const sim::EnergyPart part : all_parts())
    by_part[std::string(part_name(part))] = exact_json(parts[static_cast<std::size_t>(part)]);
  run["energy_by_part_aj"] = std::move(by_part);
  run["energy_by_component"] = components(origins);
  run["energy_by_kind_aj"] = kinds_json(origins.by_kind);
  run["energy_kinds_mixed"] = mixes_kinds(origins.by_kind);
  run["energy_kinds_remark"] = kinds_remark(origins.by_kind);
  run["arithmetic_only"] = arithmetic(record);
}

}  // namespace ranvier::report
