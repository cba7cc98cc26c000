// SPDX-License-Identifier: Apache-2.0
// Rates from few measurements: counts drawn towards what their layer does, link loads towards what they were.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Events a flow carries per image, (n0 m + n x) / (n0 + n): x as measured over n images, m what the flow would carry
/// if all values of its stage fired alike. `prior_images` is n0. Flows of silent stages stay silent.
std::vector<double> shrunk_flow_events(const MappingProblem& problem, const Profile& measured, std::int64_t images,
                                       double prior_images);

/// `share` of the new loads and the rest of the old ones; the new ones where there are no old ones. Against mappings
/// that chase the congestion that they cause.
std::vector<double> damped(const std::vector<double>& old_loads, const std::vector<double>& new_loads, double share);

}  // namespace ranvier::mapper
