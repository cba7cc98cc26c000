// SPDX-License-Identifier: Apache-2.0
#include "sim/checkpoint_errors.h"

#include <fmt/format.h>

namespace ranvier::sim {

CheckpointDamaged::CheckpointDamaged(const std::string& path, const std::string& problem)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}; run again from the start", path, problem)), file(path) {}

CheckpointVersion::CheckpointVersion(const std::string& path, std::uint32_t is, std::uint32_t wanted)
    : Error(ExitCode::kBadInput, fmt::format("{}: a checkpoint of format {}, this program reads {}; resume with the "
                                             "version that wrote it, or run again from the start",
                                             path, is, wanted)),
      file(path),
      got(is),
      expected(wanted) {}

CheckpointOfAnotherJob::CheckpointOfAnotherJob(const std::string& path, const std::string& is,
                                               const std::string& wanted)
    : Error(
          ExitCode::kBadInput,
          fmt::format("{}: of another job ({}..., this one is {}...): program, mapping, chip file, inputs and options "
                      "must be what they were; put them back, or run again from the start",
                      path, is.substr(0, 12), wanted.substr(0, 12))),
      file(path),
      got_digest(is),
      job_digest(wanted) {}

}  // namespace ranvier::sim
