// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/toggle_reader.h"

#include <unistd.h>

#include <utility>

#include "rtl/coverage_data.h"

namespace ranvier::rtl {

bool counts_as_work(const std::string& signal) {
  for (const char* other : {"clk_i", "rst_ni", "cfg_", "busy_cycles", "stall_cycles"})
    if (signal.find(other) != std::string::npos) return false;
  return true;
}

ToggleReader::ToggleReader(const std::filesystem::path& folder, std::function<void(const std::filesystem::path&)> write)
    : file_((folder.empty() ? std::filesystem::temp_directory_path() : folder) /
            ("toggles_" + std::to_string(::getpid()) + ".dat")),
      write_(std::move(write)) {}

ToggleReader::~ToggleReader() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

double ToggleReader::sum() {
  write_(file_);
  double sum = 0;
  for (const TogglePoint& point : read_coverage(file_).toggles)
    if (counts_as_work(point.signal)) sum += static_cast<double>(point.hits);
  return sum;
}

}  // namespace ranvier::rtl
