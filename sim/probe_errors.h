// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a probe before the run begins.
#pragma once

#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace ranvier::sim {

/// A probe that cannot be read, or that names what the program or board does not have.
struct BadProbe : Error {
  BadProbe(const std::string& probe_, const std::string& problem)
      : Error(ExitCode::kUsage, fmt::format("--probe '{}': {}", probe_, problem)), probe(probe_) {}
  std::string probe;
};

/// What the chosen fidelity does not simulate.
struct ProbeNotSimulated : Error {
  ProbeNotSimulated(const std::string& probe_, const std::string& what)
      : Error(ExitCode::kUsage, fmt::format("--probe '{}': {} exist at --fidelity cycle only", probe_, what)),
        probe(probe_) {}
  std::string probe;
};

/// A core whose state cannot be read from outside.
struct PotentialsNotReadable : Error {
  PotentialsNotReadable(const std::string& probe_, const std::string& tile_)
      : Error(ExitCode::kUsage,
              fmt::format("--probe '{}': the core of {} does not show its potentials; leave it out of --rtl", probe_,
                          tile_)),
        tile(tile_) {}
  std::string tile;
};

}  // namespace ranvier::sim
