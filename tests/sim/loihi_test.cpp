// SPDX-License-Identifier: Apache-2.0
// Recordings through tiling, placement, verification and the SystemC chip: spikes of a real Loihi chip, counts of the
// networks' own folders.
#include <gtest/gtest.h>

#include "tests/sim/loihi_networks.h"
#include "workloads/spike_train.h"

namespace ranvier::sim {
namespace {

TEST(Loihi, TheChipRecordingSpikeForSpike) {
  RANVIER_NEEDS_SHARED_DATA("loihi-chip-recording");
  const auto recorded = workloads::read_spike_list(shared_data("loihi-chip-recording/loihiHiddenSpikes.txt"));
  for (const char* target : {"loihi-table2", "loihi-fitted"}) {
    const auto n = testing::map_network("loihi-chip-recording", target);
    const RunResult r = testing::run_samples(*n, {0}, Fidelity::kCycle);
    // The recording shows model step t as t + 1, which is the simulator's count too, and leaves out the last.
    std::vector<std::int64_t> chip(r.layers[1].events_by_step.size());
    for (const auto& spike : recorded) ++chip[static_cast<std::size_t>(spike.step)];
    EXPECT_EQ(recorded.size(), 639U);
    std::vector<std::int64_t> simulated = r.layers[1].events_by_step;
    simulated.back() = 0;
    EXPECT_EQ(simulated, chip);
    EXPECT_GT(r.total_energy.count(), 0);
  }
}

void expect_nmnist_counts(const testing::MappedNetwork& n, const RunResult& r, std::size_t sample) {
  const auto row = testing::csv_row(shared_data("loihi-nets/nmnist-mlp/reference_counts_test_60001_60050.csv"),
                                    n.samples.names[sample]);
  ASSERT_EQ(row.size(), 14U) << n.samples.names[sample];
  EXPECT_EQ(n.samples.labels[sample], row[0]);
  EXPECT_EQ(r.images[0].predicted, row[1]);
  EXPECT_EQ(r.layers[0].events, row[12]);
  EXPECT_EQ(r.layers[1].events, row[13]);
  for (std::size_t o = 0; o < 10; ++o) EXPECT_EQ(r.images[0].logits[o], row[2 + o]);
}

TEST(Loihi, NmnistSamplesHaveTheCountsOfTheirFolder) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const auto n = testing::map_network("loihi-nets/nmnist-mlp", "loihi-table2");
  for (std::size_t sample = 0; sample < 5; ++sample)
    expect_nmnist_counts(*n, testing::run_samples(*n, {sample}, sample < 1 ? Fidelity::kCycle : Fidelity::kFast),
                         sample);
}

TEST(Loihi, AGestureHasTheCountsOfItsFolder) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/dvs-gesture-cnn");
  RANVIER_NEEDS_SHARED_DATA("dvs-gesture");
  const auto n = testing::map_network("loihi-nets/dvs-gesture-cnn", "loihi-fitted");
  testing::expect_dvs_counts(*n, testing::run_samples(*n, {0}, Fidelity::kAnalytic), 0);
}

TEST(Loihi, AMappingDoesNotDependOnThreads) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  const auto one = testing::map_network("loihi-nets/nmnist-mlp", "loihi-fitted", 1);
  const auto two = testing::map_network("loihi-nets/nmnist-mlp", "loihi-fitted", 2);
  EXPECT_EQ(one->mapping.core_of, two->mapping.core_of);
}

}  // namespace
}  // namespace ranvier::sim
