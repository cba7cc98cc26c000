// SPDX-License-Identifier: Apache-2.0
// How large the pieces of a stage are that threads take.
#pragma once

#include <cstdint>

namespace ranvier::workloads {

/// Of a linear stage: rows of so many weights, of a few hundred to a few thousand inputs, stay in a core's own cache.
inline constexpr std::int32_t kOutputsPerPart = 256;
/// Of firing, and of sums: tokens for about so many neurons.
inline constexpr std::int32_t kNeuronsPerPart = 8192;
/// Below it one thread is faster: adds, multiply-adds or neurons of a step.
inline constexpr std::int64_t kWorthThreads = 200'000;

}  // namespace ranvier::workloads
