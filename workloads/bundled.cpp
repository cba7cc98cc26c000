// SPDX-License-Identifier: Apache-2.0
// Lists and finds shipped workloads and images.
#include "workloads/bundled.h"

#include <map>
#include <set>

#include "base/data_folder.h"
#include "workloads/errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

const fs::path kModels = fs::path("workloads") / "models";

/// Entries of a folder that may not be there or not be readable.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (auto it = fs::directory_iterator(folder, ignored); it != fs::directory_iterator(); it.increment(ignored))
    entries.push_back(it->path());
  return entries;
}

}  // namespace

std::vector<BundledWorkload> bundled_workloads() {
  std::map<std::string, fs::path> by_name;
  std::error_code ignored;
  for (const fs::path& folder : data_folders())
    for (const fs::path& entry : entries_of(folder / kModels))
      if (fs::exists(entry / "model.safetensors", ignored)) by_name.emplace(entry.filename().string(), entry);
  std::vector<BundledWorkload> all;
  for (const auto& [name, folder] : by_name) all.push_back({name, folder});
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

fs::path bundled_image_file(const std::string& name) {
  const fs::path found = find_data(kModels / (name + ".safetensors"));
  if (!found.empty()) return found;
  // Sets lie in folders of data sets, beside those of models.
  std::set<std::string> names;
  std::error_code ignored;
  for (const fs::path& folder : data_folders())
    for (const fs::path& entry : entries_of(folder / kModels))
      if (!fs::exists(entry / "model.safetensors", ignored))
        for (const fs::path& file : entries_of(entry))
          if (file.extension() == ".safetensors") names.insert(entry.filename().string() + "/" + file.stem().string());
  throw UnknownImageSet(name, std::vector<std::string>(names.begin(), names.end()));
}

}  // namespace ranvier::workloads
