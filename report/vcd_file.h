// SPDX-License-Identifier: Apache-2.0
// Value change dump (IEEE 1364-2005, clause 18), written while the run goes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/pending_file.h"
#include "sim/wave_probe.h"

namespace ranvier::report {

/// Time is in the largest unit of 10^n fs that the clock period is a whole number of. Throws FileWriteFailed.
class VcdFile final : public sim::WaveSink {
 public:
  VcdFile(const std::filesystem::path& path, const std::filesystem::path& shown) : file_(path, shown) {}
  std::size_t declare(const std::string& scope, const std::string& name, int bits) override;
  void start(const sim::ProbeSpec& spec, Duration period) override;
  void set(std::int64_t cycle, std::size_t signal, std::int64_t value) override;
  void set_all_unknown(std::int64_t cycle) override;
  void finish(std::int64_t cycle) override;

  std::size_t signals() const { return signals_.size(); }
  std::size_t changes() const { return changes_; }

 private:
  struct Signal {
    std::string scope, name;
    int bits;
  };
  void write_header(const sim::ProbeSpec& spec, Duration period);
  void at(std::int64_t cycle);

  StreamedFile file_;
  std::vector<Signal> signals_;
  std::vector<std::string> codes_;  // by signal: its identifier in the file
  std::int64_t units_per_cycle_ = 1;
  std::int64_t cycle_ = -1;  // of the last time written
  std::size_t changes_ = 0;
  bool unknown_ = false;  // since set_all_unknown()
};

}  // namespace ranvier::report
