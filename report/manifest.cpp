// SPDX-License-Identifier: Apache-2.0
// The manifest as JSON.
#include "report/manifest.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "report/names.h"

namespace ranvier::report {

bool marked_interrupted(const std::filesystem::path& run_folder) {
  std::ifstream in(run_folder / "manifest.json");
  const auto j = nlohmann::json::parse(in, nullptr, false);
  return j.is_object() && j.value("interrupted", nlohmann::json(false)) == true;
}

std::string manifest_json(const RunRecord& record) {
  using Json = nlohmann::ordered_json;
  Json j;
  j["format"] = kRunFolderFormat;
  j["tool"] = {{"name", "ranvier"},
               {"version", record.build.version},
               {"commit", record.build.commit},
               {"compiler", record.build.compiler},
               {"build_type", record.build.build_type},
               {"libraries", record.build.libraries}};
  j["argv"] = record.argv;
  if (!record.started_utc.empty()) j["started_utc"] = record.started_utc;
  j["seed"] = record.seed;
  j["threads"] = record.threads;
  j["workload"] = {{"name", record.workload}, {"description", record.workload_description}};
  j["target"] = record.target;
  j["board"] = {{"name", record.problem->board.name},
                {"columns", record.problem->board.columns},
                {"rows", record.problem->board.rows},
                {"chip", record.problem->board.chip.name},
                {"chip_file", record.problem->board.chip.file}};
  j["fidelity"] = fidelity_name(record.result.fidelity);
  j["schedule"] = schedule_name(record.result.schedule);
  j["mapping_preset"] = record.mapping_preset;
  j["verilated_tiles"] = record.result.verilated_tiles;
  j["host"] = {{"name", record.host.name},
               {"system", record.host.system},
               {"processor", record.host.processor},
               {"logical_cores", record.host.logical_cores},
               {"memory_mib", record.host.memory_mib}};
  j["interrupted"] = record.result.interrupted;
  j["resumed_at"] = Json::array();
  for (const ResumedAt& at : record.resumed_at) j["resumed_at"].push_back({{"image", at.image}, {"step", at.step}});
  j["inputs"] = Json::array();
  for (const InputDigest& input : record.inputs) {
    j["inputs"].push_back({{"role", input.role}, {"path", input.path}, {"sha256", input.sha256}});
  }
  j["wall_s_by_stage"] = Json::array();
  for (const WallTime& stage : record.wall_times) {
    j["wall_s_by_stage"].push_back({{"stage", stage.stage}, {"wall_s", stage.seconds}});
  }
  j["wall_s"] = record.wall_s;
  j["peak_rss_mib"] = record.peak_rss_mib;
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ranvier::report
