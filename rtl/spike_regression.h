// SPDX-License-Identifier: Apache-2.0
// rv_spike_core in the regression: its random bench on the fast and the check build.
#pragma once

#include <cstdint>
#include <memory>

#include "rtl/regression.h"

namespace ranvier::rtl {

std::unique_ptr<RegressionCore> make_spike_regression(std::uint32_t init);

}  // namespace ranvier::rtl
