// SPDX-License-Identifier: Apache-2.0
// Finds shipped data; the two compile-time folders come from CMakeLists.txt.
#include "workloads/bundled.h"

#include <algorithm>
#include <cstdlib>

#include "workloads/errors.h"

namespace ranvier::workloads {

namespace fs = std::filesystem;

fs::path data_folder() {
  // A folder that the user names is the only one tried: falling back would hide a misspelt path.
  std::vector<std::string> places;
  if (const char* named = std::getenv("RANVIER_DATA_DIR"); named != nullptr && *named != '\0')
    places = {named};
  else
    places = {RANVIER_SOURCE_DATA_DIR, RANVIER_INSTALL_DATA_DIR};
  for (const std::string& place : places) {
    std::error_code ignored;
    if (fs::is_directory(fs::path(place) / "workloads" / "models", ignored)) return place;
  }
  throw DataFolderMissing(places);
}

std::vector<BundledWorkload> bundled_workloads() {
  std::vector<BundledWorkload> all;
  for (const auto& entry : fs::directory_iterator(data_folder() / "workloads" / "models"))
    if (fs::exists(entry.path() / "model.safetensors")) all.push_back({entry.path().filename().string(), entry.path()});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

fs::path bundled_folder(const std::string& name) {
  std::vector<std::string> names;
  for (const BundledWorkload& workload : bundled_workloads()) {
    if (workload.name == name) return workload.folder;
    names.push_back(workload.name);
  }
  throw UnknownWorkload(name, names);
}

}  // namespace ranvier::workloads
