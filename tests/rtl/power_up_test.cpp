// SPDX-License-Identifier: Apache-2.0
// Registers may start with any values: until the first reset has ended nothing that an assertion sees means anything.
#include <gtest/gtest.h>

#include "rtl/hybrid/hybrid_port.h"
#include "rtl/noc/mesh_models.h"
#include "rtl/plastic/plastic_core_port.h"
#include "rtl/spike_core_port.h"

namespace ranvier::rtl {
namespace {

/// Seeds whose registers fail an assertion that is on during the reset.
template <class Make>
std::string seeds_that_fail(Make make) {
  std::string failed;
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    const auto port = make(seed);
    const auto reset = [&](bool on) {
      if constexpr (requires { port->reset; })
        port->reset = on;
      else
        port->in.reset = on;
    };
    reset(true);
    for (int cycle = 0; cycle < 3; ++cycle) port->cycle();
    reset(false);
    for (int cycle = 0; cycle < 3; ++cycle) port->cycle();
    if (port->take_assertion_failure()) failed += std::to_string(seed) + " ";
  }
  return failed;
}

TEST(PowerUp, NoAssertionOfTheHybridCoreFails) { EXPECT_EQ(seeds_that_fail(make_check_hybrid_port), ""); }

TEST(PowerUp, NoAssertionOfTheOtherModelsFails) {
  EXPECT_EQ(seeds_that_fail(make_check_port), "");
  EXPECT_EQ(seeds_that_fail(make_check_plastic_port), "");
  EXPECT_EQ(seeds_that_fail(make_covered_mesh), "");
}

}  // namespace
}  // namespace ranvier::rtl
