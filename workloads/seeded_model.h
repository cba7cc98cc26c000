// SPDX-License-Identifier: Apache-2.0
// Shapes of published networks whose weights are not at hand, with seeded weights in their place: for cost, not for
// accuracy. Every output of such a workload says so (Program::weights_note).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

inline constexpr std::uint64_t kSeededWeightSeed = 32;
inline constexpr std::uint64_t kSeededImageSeed = 33;
inline constexpr const char* kSeededWeightsNote = "seeded weights, not trained: shapes of CLIP ViT-B/32";
inline constexpr const char* kSeededImages = "seeded images";
inline constexpr std::size_t kSeededTestImages = 10;  // numbers 0 and on; calibration images come after
inline constexpr std::size_t kSeededCalibrationImages = 2;

std::vector<std::string> seeded_models();
bool is_seeded_model(const std::string& name);
/// Sizes alone, at no cost. Throws UnknownWorkload.
VitConfig seeded_config(const std::string& name);
/// With weights. Throws UnknownWorkload.
VitModel seeded_model(const std::string& name);

}  // namespace ranvier::workloads
