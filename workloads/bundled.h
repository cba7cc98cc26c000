// SPDX-License-Identifier: Apache-2.0
// Shipped workloads: folders under workloads/models of the data folders (base/data_folder.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ranvier::workloads {

struct BundledWorkload {
  std::string name;
  std::filesystem::path folder;
};

/// All folders that hold a model, by name; of two with one name, that of the earlier data folder.
std::vector<BundledWorkload> bundled_workloads();
/// Folder of a bundled workload. Throws UnknownWorkload with the nearest spelling.
std::filesystem::path bundled_folder(const std::string& name);
/// File of bundled images, "fashion-mnist/test500". Throws UnknownImageSet.
std::filesystem::path bundled_image_file(const std::string& name);

}  // namespace ranvier::workloads
