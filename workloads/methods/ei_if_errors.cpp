// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_errors.h"

namespace ranvier::workloads {

EiIfUnsupported::EiIfUnsupported(const std::string& network_, const std::string& missing_)
    : Error(ExitCode::kBadInput,
            network_ + ": method ei-if has no " + missing_ + "; convert this network with --method spikezip"),
      network(network_),
      missing(missing_) {}

EiIfStepsOutOfRange::EiIfStepsOutOfRange(int steps_, int most_)
    : Error(ExitCode::kUsage,
            "ei-if: a window of " + std::to_string(steps_) + " steps; T has to be 1.." + std::to_string(most_)),
      steps(steps_),
      most(most_) {}

ApproximatorFileError::ApproximatorFileError(const std::string& file_, const std::string& place_,
                                             const std::string& expected)
    : Error(ExitCode::kBadInput, file_ + ": " + (place_.empty() ? "the whole file" : place_) + ": expected " +
                                     expected + "; write the file anew with workloads/train/ei_if.py"),
      file(file_),
      place(place_) {}

}  // namespace ranvier::workloads
