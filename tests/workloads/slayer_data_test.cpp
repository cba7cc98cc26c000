// SPDX-License-Identifier: Apache-2.0
// The networks and recordings of SLAYER for Loihi, exact: a real chip's spikes, and every count of the reference runs.
#include <gtest/gtest.h>

#include "base/file.h"
#include "tests/shared_data.h"
#include "workloads/conv.h"
#include "workloads/number_text.h"
#include "workloads/slayer.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

/// Rows of a CSV file of whole numbers, without its head.
std::vector<std::vector<std::int64_t>> read_counts(const std::filesystem::path& path) {
  std::string text = read_file(path);
  text.erase(0, text.find('\n') + 1);
  std::replace(text.begin(), text.end(), ',', ' ');
  std::vector<std::vector<std::int64_t>> rows;
  for (const auto& row : text_rows(text)) {
    rows.emplace_back();
    for (const TextField& field : row) rows.back().push_back(whole_number(field, path.string(), 0, 1 << 30));
  }
  return rows;
}

TEST(SlayerData, RecordingOfARealChipSpikeForSpike) {
  RANVIER_NEEDS_SHARED_DATA("loihi-chip-recording");
  const auto folder = shared_data("loihi-chip-recording");
  ASSERT_TRUE(is_slayer_folder(folder));
  const TemporalModel model = load_temporal(folder);
  EXPECT_EQ(model.name, "loihi-chip-recording");
  EXPECT_EQ(model.program.timesteps, 500);
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.names, (std::vector<std::string>{"spikeIn"}));
  const TemporalRun run = run_temporal_reference(model.program, load_sample(model, samples.files[0]));

  // The chip recorded 499 steps; what it shows in step t + 1 the model does in step t.
  const auto recorded_like = [](const std::vector<Spike>& spikes) {
    std::vector<Spike> shown;
    for (const Spike& spike : spikes) {
      if (spike.step + 1 < 500) shown.push_back({spike.step + 1, spike.unit});
    }
    return shown;
  };
  const auto input = read_spike_list(folder / "loihiInputSpikes.txt");
  const auto hidden = read_spike_list(folder / "loihiHiddenSpikes.txt");
  ASSERT_EQ(input.size(), 674U);
  ASSERT_EQ(hidden.size(), 639U);
  EXPECT_EQ(recorded_like(run.spikes[0]), input);
  EXPECT_EQ(recorded_like(run.spikes[1]), hidden);
  EXPECT_EQ(run.delivered[1], 639);
}

TEST(SlayerData, NmnistCountsOfFiftySamples) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/nmnist-mlp");
  RANVIER_NEEDS_SHARED_DATA("nmnist");
  const auto folder = shared_data("loihi-nets/nmnist-mlp");
  const TemporalModel model = load_temporal(folder);
  EXPECT_EQ(model.program.timesteps, 300);
  ASSERT_EQ(model.program.stages.size(), 3U);
  EXPECT_EQ(synapse_count(model.program.stages[1]), 2312 * 512);
  const auto expected = read_counts(folder / "reference_counts_test_60001_60050.csv");
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.count(), 50U);
  ASSERT_EQ(expected.size(), 50U);
  for (std::size_t i = 0; i < samples.count(); ++i) {
    const TemporalRun run = run_temporal_reference(model.program, load_sample(model, samples.files[i]));
    std::vector<std::int64_t> got{std::stoll(samples.names[i]), samples.labels[i], run.prediction};
    got.insert(got.end(), run.output_counts.begin(), run.output_counts.end());
    got.insert(got.end(), {run.spike_count[0], run.spike_count[1]});
    EXPECT_EQ(got, expected[i]);
    EXPECT_EQ(run.prediction, samples.labels[i]);
  }
}

TEST(SlayerData, GestureCountsOfFiveRecordings) {
  RANVIER_NEEDS_SHARED_DATA("loihi-nets/dvs-gesture-cnn");
  RANVIER_NEEDS_SHARED_DATA("dvs-gesture");
  const TemporalModel model = load_temporal(shared_data("loihi-nets/dvs-gesture-cnn"));
  const Program& program = model.program;
  ASSERT_EQ(program.stages.size(), 8U);
  std::vector<std::int32_t> neurons;
  for (const Stage& stage : program.stages) neurons.push_back(stage.tokens * stage.channels);
  EXPECT_EQ(neurons, (std::vector<std::int32_t>{32768, 2048, 16384, 4096, 8192, 2048, 512, 11}));
  EXPECT_EQ(program.stages[6].conv.kernel_height, 8);
  const auto expected = read_counts(shared_data("dvs-gesture") / "reference_counts.csv");
  const SampleSet samples = find_samples(model);
  ASSERT_EQ(samples.names, (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  ASSERT_EQ(expected.size(), 5U);
  for (std::size_t i = 0; i < samples.count(); ++i) {
    const TemporalRun run = run_temporal_reference(program, load_sample(model, samples.files[i]));
    std::vector<std::int64_t> got{std::stoll(samples.names[i]), samples.labels[i]};
    for (const std::size_t s : {0, 1, 2, 4, 6}) got.push_back(run.delivered[s]);  // input, pool1, conv1, conv2, fc1
    got.insert(got.end(), run.delivered_output_counts.begin(), run.delivered_output_counts.end());
    EXPECT_EQ(run.prediction, samples.labels[i]);
    EXPECT_EQ(got, expected[i]);
  }
}

}  // namespace
}  // namespace ranvier::workloads
