// SPDX-License-Identifier: Apache-2.0
// Search path of data_folder.h; the two fixed folders are compiled in by base/CMakeLists.txt.
#include "base/data_folder.h"

#include <cstdlib>

namespace ranvier {

std::vector<std::filesystem::path> data_folders() {
  std::vector<std::filesystem::path> folders;
  const auto add = [&folders](const std::filesystem::path& folder) {
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) folders.push_back(folder);
  };
  if (const char* chosen = std::getenv("RANVIER_DATA_DIR"); chosen != nullptr && *chosen != '\0') add(chosen);
  add(RANVIER_SOURCE_DIR);
  add(RANVIER_INSTALLED_DATA_DIR);
  return folders;
}

std::filesystem::path find_data(const std::filesystem::path& relative) {
  for (const auto& folder : data_folders()) {
    std::error_code ignored;
    if (std::filesystem::exists(folder / relative, ignored)) return folder / relative;
  }
  return {};
}

}  // namespace ranvier
