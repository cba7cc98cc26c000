// SPDX-License-Identifier: Apache-2.0
// All recordings of the data folder through the simulator.
#include <gtest/gtest.h>

#include "tests/sim/loihi_networks.h"

namespace ranvier::sim {
namespace {

TEST(LoihiSlow, AllNmnistSamples) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const auto n = testing::map_network("loihi-nets/nmnist-mlp", "loihi-fitted");
  const auto file = shared_data("loihi-nets/nmnist-mlp/reference_counts_test_60001_60050.csv");
  ASSERT_EQ(n->samples.count(), 50U);
  for (std::size_t sample = 0; sample < 50; ++sample) {
    const RunResult r = testing::run_samples(*n, {sample}, Fidelity::kFast);
    const auto row = testing::csv_row(file, n->samples.names[sample]);
    ASSERT_EQ(row.size(), 14U);
    EXPECT_EQ(r.images[0].predicted, row[1]);
    EXPECT_EQ(r.layers[0].events, row[12]);
    EXPECT_EQ(r.layers[1].events, row[13]);
  }
}

TEST(LoihiSlow, AllGesturesAtFastFidelity) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/dvs-gesture-cnn");
  RANVIER_NEEDS_SHARED_DATA("dvs-gesture");
  for (const char* target : {"loihi-table2", "loihi-fitted"}) {
    const auto n = testing::map_network("loihi-nets/dvs-gesture-cnn", target);
    for (std::size_t sample = 0; sample < 5; ++sample)
      testing::expect_dvs_counts(*n, testing::run_samples(*n, {sample}, Fidelity::kFast), sample);
  }
}

}  // namespace
}  // namespace ranvier::sim
