// SPDX-License-Identifier: Apache-2.0
// Tests of vectorised code run once for each instruction set of this machine.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ranvier::workloads {

inline std::vector<std::int64_t> highway_targets() { return hwy::SupportedAndGeneratedTargets(); }

inline std::string highway_target_name(const testing::TestParamInfo<std::int64_t>& target) {
  return hwy::TargetName(target.param);
}

/// Kernels take this instruction set as long as it lives.
class HighwayTarget {
 public:
  explicit HighwayTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~HighwayTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  HighwayTarget(const HighwayTarget&) = delete;
  HighwayTarget& operator=(const HighwayTarget&) = delete;
};

}  // namespace ranvier::workloads
