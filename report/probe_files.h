// SPDX-License-Identifier: Apache-2.0
// The files of a run's probes: a folder beside the run folder that is to be, which takes it in when it is written, and
// is gone when the run fails.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/probe.h"
#include "sim/probe_spec.h"

namespace ranvier::report {

enum class ProbeFormat : std::uint8_t { kCsv, kHdf5 };

struct ProbeFilesOptions {
  std::filesystem::path run_folder;  // of which "probes" becomes a part
  ProbeFormat format = ProbeFormat::kCsv;
  std::vector<std::pair<std::string, std::string>> facts;  // put into every file
};

class ProbeFiles {
 public:
  /// Opens a file for each of `specs`; names that are taken get a number. Throws BadProbe (sim/probe_errors.h) for a
  /// name that no format has or that two probes want, RunFolderUnwritable, FileWriteFailed.
  ProbeFiles(const std::vector<sim::ProbeSpec>& specs, const ProbeFilesOptions& options);
  ProbeFiles(const ProbeFiles&) = delete;
  ProbeFiles& operator=(const ProbeFiles&) = delete;
  ~ProbeFiles();

  const std::vector<sim::Probe*>& probes() const { return probes_; }
  /// After the run: writes index.json, which describes every file. Returns the folder. Throws FileWriteFailed.
  const std::filesystem::path& finish();
  /// Names in the folder, by probe.
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Table;
  struct Waves;
  void add(const sim::ProbeSpec& spec, const ProbeFilesOptions& options);
  std::string name_for(const sim::ProbeSpec& spec, const std::string& extension) const;

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Table>> tables_;  // by probe; null: it writes waves
  std::vector<std::unique_ptr<Waves>> waves_;   // by probe; null: it writes a table
  std::vector<std::unique_ptr<sim::Probe>> owned_;
  std::vector<sim::Probe*> probes_;
  std::vector<std::string> names_;
};

}  // namespace ranvier::report
