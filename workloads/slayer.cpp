// SPDX-License-Identifier: Apache-2.0
// Which description belongs to a folder: its own, or the shipped one whose files it holds.
#include "workloads/slayer.h"

#include <algorithm>

#include "base/data_folder.h"
#include "base/file.h"
#include "workloads/spiking_description.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

const fs::path kShipped = fs::path("workloads") / "models" / "loihi-nets";
const char* const kOwnDescription = "spiking.yaml";

/// Shipped descriptions by file name; of two with one name, that of the earlier data folder.
std::map<std::string, fs::path> shipped_descriptions() {
  std::map<std::string, fs::path> all;
  std::error_code ignored;
  for (const fs::path& folder : data_folders()) {
    for (auto it = fs::directory_iterator(folder / kShipped, ignored); it != fs::directory_iterator();
         it.increment(ignored)) {
      if (it->path().extension() == ".yaml") all.emplace(it->path().stem().string(), it->path());
    }
  }
  return all;
}

bool holds_all(const fs::path& folder, const std::vector<std::string>& files) {
  std::error_code ignored;
  return std::all_of(files.begin(), files.end(),
                     [&](const std::string& file) { return fs::exists(folder / file, ignored); });
}

/// Of the folder: its own, else the shipped one whose files it holds; of several, the one with the most files.
fs::path description_of(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / kOwnDescription, ignored)) return folder / kOwnDescription;
  fs::path best;
  std::size_t most = 0;
  for (const auto& [name, path] : shipped_descriptions()) {
    const auto files = files_of_description(read_file(path), path.string());
    if (files.size() <= most || !holds_all(folder, files)) continue;
    best = path;
    most = files.size();
  }
  return best;
}

/// The description of a NIR file: net.yaml beside net.nir, then spiking.yaml or a shipped one that names the file.
fs::path description_of_nir(const fs::path& network) {
  const fs::path own = fs::path(network).replace_extension(".yaml");
  std::error_code ignored;
  std::vector<fs::path> candidates{own, network.parent_path() / kOwnDescription};
  for (const auto& [name, path] : shipped_descriptions()) candidates.push_back(path);
  for (const fs::path& path : candidates) {
    if (!fs::exists(path, ignored)) continue;
    const auto files = files_of_description(read_file(path), path.string());
    if (files.size() == 1 && files.front() == network.filename().string()) return path;
  }
  throw UndescribedNir(network.string(), own.filename().string());
}

}  // namespace

bool is_slayer_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && !description_of(path).empty();
}

TemporalModel load_temporal(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw FileMissing(path.string());
  const bool whole_folder = fs::is_directory(path, ignored);
  const fs::path folder = whole_folder ? path : path.parent_path();
  const fs::path file = whole_folder                 ? description_of(folder)
                        : path.extension() == ".nir" ? description_of_nir(path)
                                                     : path;
  if (file.empty()) {
    std::vector<std::string> shipped;
    for (const auto& [name, unused] : shipped_descriptions()) shipped.push_back(name);
    throw UnknownTemporalModel(path.string(), shipped);
  }
  const SpikingDescription d = load_description(read_file(file), file.string(), folder);
  return {d.name,        folder.string(),
          file.string(), make_spiking_program(d, folder),
          d.input,       d.nir ? d.nir->path : std::string()};
}

}  // namespace ranvier::workloads
