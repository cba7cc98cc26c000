// SPDX-License-Identifier: Apache-2.0
// Where shipped data lie: $RANVIER_DATA_DIR, else the source tree that this was built from, else share/ranvier of the
// install.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ranvier::workloads {

struct BundledWorkload {
  std::string name;
  std::filesystem::path folder;
};

/// Folder with `workloads/models/`. Throws DataFolderMissing.
std::filesystem::path data_folder();
/// Folders under workloads/models that hold a model, by name.
std::vector<BundledWorkload> bundled_workloads();
/// Folder of a bundled workload. Throws UnknownWorkload with the nearest spelling.
std::filesystem::path bundled_folder(const std::string& name);

}  // namespace ranvier::workloads
