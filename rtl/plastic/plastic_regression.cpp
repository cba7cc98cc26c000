// SPDX-License-Identifier: Apache-2.0
// rv_plastic_core in the regression: its random bench on the fast and the check build.
#include "rtl/plastic/plastic_bench.h"
#include "rtl/two_builds.h"

namespace ranvier::rtl {

std::unique_ptr<RegressionCore> make_plastic_regression(std::uint32_t init) {
  return std::make_unique<TwoBuilds<PlasticCorePort>>(init, make_check_plastic_port, make_fast_plastic_port(),
                                                      run_plastic_seed, empty_plastic_bins());
}

}  // namespace ranvier::rtl
