// SPDX-License-Identifier: Apache-2.0
// Why a run cannot go on from a checkpoint.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace ranvier::sim {

/// No checkpoint, one cut short, or one whose bytes changed.
struct CheckpointDamaged : Error {
  CheckpointDamaged(const std::string& file, const std::string& problem);
  std::string file;
};

/// Of a version of the format that this program does not read.
struct CheckpointVersion : Error {
  CheckpointVersion(const std::string& file, std::uint32_t got, std::uint32_t expected);
  std::string file;
  std::uint32_t got;
  std::uint32_t expected;
};

/// Of another program, mapping, board, input or set of options.
struct CheckpointOfAnotherJob : Error {
  CheckpointOfAnotherJob(const std::string& file, const std::string& got_digest, const std::string& job_digest);
  std::string file;
  std::string got_digest;
  std::string job_digest;
};

}  // namespace ranvier::sim
