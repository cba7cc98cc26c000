// SPDX-License-Identifier: Apache-2.0
// Names of schedules and fidelities on the command line and in files.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "mapper/mapping.h"
#include "sim/run_result.h"

namespace ranvier::cli {

inline CLI::IsMember schedule_names() {
  return CLI::IsMember({"staged-graded", "staged-unary", "async-unary", "asynchronous-unary", "timesteps"});
}
inline CLI::IsMember fidelity_names() { return CLI::IsMember({"analytic", "fast", "cycle"}); }

inline workloads::Schedule schedule_of(const std::string& name) {
  if (name == "staged-unary") return workloads::Schedule::kStagedUnary;
  if (name == "async-unary" || name == "asynchronous-unary") return workloads::Schedule::kAsynchronousUnary;
  if (name == "timesteps") return workloads::Schedule::kTimesteps;
  return workloads::Schedule::kStagedGraded;
}

inline sim::Fidelity fidelity_of(const std::string& name) {
  if (name == "analytic") return sim::Fidelity::kAnalytic;
  if (name == "fast") return sim::Fidelity::kFast;
  return sim::Fidelity::kCycle;
}

}  // namespace ranvier::cli
