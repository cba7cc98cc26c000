// SPDX-License-Identifier: Apache-2.0
// --probe and what belongs to it: docs/reference/probes.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/job.h"
#include "report/probe_files.h"

namespace ranvier::cli {

struct ProbeOptions {
  std::vector<std::string> probes;
  std::string format = "csv";
  bool any() const { return !probes.empty(); }
};

void add_probe_options(CLI::App& verb, ProbeOptions& options);

/// Reads the probes, without a program: to refuse a wrong one before anything is loaded. Throws BadProbe.
std::vector<sim::ProbeSpec> parse_probes(const ProbeOptions& options);

/// The files of the probes of this job, in the run folder `out` once it is written; null where there is no probe.
std::unique_ptr<report::ProbeFiles> open_probes(const ProbeOptions& options, const Job& job, const std::string& out);

}  // namespace ranvier::cli
