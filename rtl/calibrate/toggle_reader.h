// SPDX-License-Identifier: Apache-2.0
// How many bits of a check build have changed since it was made, by the counters that its coverage file holds.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace ranvier::rtl {

/// Toggles of signals that say nothing of the work are left out: clock, configuration port, and the counters of cycles.
bool counts_as_work(const std::string& signal);

class ToggleReader {
 public:
  /// `write` writes the coverage file; it passes through `folder`, or where it is empty through the system's.
  ToggleReader(const std::filesystem::path& folder, std::function<void(const std::filesystem::path&)> write);
  ~ToggleReader();
  ToggleReader(const ToggleReader&) = delete;
  ToggleReader& operator=(const ToggleReader&) = delete;

  /// The sum over all bits: windows are differences.
  double sum();

 private:
  std::filesystem::path file_;
  std::function<void(const std::filesystem::path&)> write_;
};

}  // namespace ranvier::rtl
