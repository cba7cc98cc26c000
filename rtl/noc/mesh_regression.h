// SPDX-License-Identifier: Apache-2.0
// Random regression of routers and network interfaces, as meshes of 2x2: that of the tianjic-like chip, fast, and a
// small one with assertions and coverage. Golden model: the network of fidelity `cycle`.
#pragma once

#include <cstdint>
#include <memory>

#include "rtl/regression.h"

namespace ranvier::rtl {

/// A step is a cycle in which packets are made. Registers of the small mesh start with values drawn from `init`.
std::unique_ptr<RegressionCore> make_mesh_regression(std::uint32_t init);

}  // namespace ranvier::rtl
