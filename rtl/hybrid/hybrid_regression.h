// SPDX-License-Identifier: Apache-2.0
// rv_hybrid_core in the regression: random tiles of all kinds on the fast and the check build.
#pragma once

#include <cstdint>
#include <memory>

#include "rtl/regression.h"

namespace ranvier::rtl {

std::unique_ptr<RegressionCore> make_hybrid_regression(std::uint32_t init);

}  // namespace ranvier::rtl
