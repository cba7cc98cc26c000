// SPDX-License-Identifier: Apache-2.0
// Where tests find the real data that are not part of the source tree: $RANVIER_DATA, else ../shared/data beside it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace ranvier {

/// Path of something below the data folder; it need not exist.
inline std::filesystem::path shared_data(const std::filesystem::path& relative) {
  const char* named = std::getenv("RANVIER_DATA");
  const std::filesystem::path root = named != nullptr
                                         ? std::filesystem::path(named)
                                         : std::filesystem::path(RANVIER_SOURCE_DIR).parent_path() / "shared" / "data";
  return root / relative;
}

}  // namespace ranvier

/// Skips the test where `relative` is not in the data folder.
#define RANVIER_NEEDS_SHARED_DATA(relative)                     \
  if (!std::filesystem::exists(ranvier::shared_data(relative))) \
  GTEST_SKIP() << "no ../shared/data/" << (relative) << ": set RANVIER_DATA to a folder that holds it"
