// SPDX-License-Identifier: Apache-2.0
#include "rtl/regression_cores.h"

#include <array>

#include "rtl/hybrid/hybrid_regression.h"
#include "rtl/noc/mesh_regression.h"
#include "rtl/plastic/plastic_bench.h"
#include "rtl/spike_regression.h"

namespace ranvier::rtl {

std::span<const RegressionEntry> regression_cores() {
  static constexpr std::array kCores{
      RegressionEntry{"rv_spike_core", make_spike_regression},
      RegressionEntry{"rv_hybrid_core", make_hybrid_regression},
      RegressionEntry{"rv_plastic_core", make_plastic_regression},
      RegressionEntry{"rv_mesh", make_mesh_regression},
  };
  return kCores;
}

}  // namespace ranvier::rtl
