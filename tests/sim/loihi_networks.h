// SPDX-License-Identifier: Apache-2.0
// The three Loihi networks of the data folder through mapper and simulator, and what their tests hold them against.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "sim/simulate.h"
#include "tests/shared_data.h"
#include "workloads/slayer.h"
#include "workloads/temporal_reference.h"

namespace ranvier::sim::testing {

/// A network of the data folder on a bundled chip, mapped by the usual pipeline; the problem points to the program.
struct MappedNetwork {
  workloads::TemporalModel model;
  workloads::SampleSet samples;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

inline std::unique_ptr<MappedNetwork> map_network(const std::string& folder, const std::string& target,
                                                  int threads = 1) {
  auto n = std::make_unique<MappedNetwork>();
  n->model = workloads::load_temporal(shared_data(folder));
  n->samples = workloads::find_samples(n->model);
  n->problem = mapper::make_problem(n->model.program, chips::load_target(target), mapper::Schedule::kTimesteps);
  mapper::MapOptions options;
  options.threads = threads;
  n->mapping = mapper::map_program(n->problem, options);
  const auto findings = mapper::verify(n->problem, n->mapping);
  EXPECT_TRUE(findings.empty()) << findings[0].text;
  return n;
}

/// Runs some samples; every neuron's spike count and every layer's spikes by step must be those of the reference.
inline RunResult run_samples(const MappedNetwork& n, const std::vector<std::size_t>& which, Fidelity fidelity) {
  std::vector<std::vector<std::int32_t>> spikes;
  for (const std::size_t i : which) spikes.push_back(workloads::load_sample(n.model, n.samples.files[i]));
  SimOptions options;
  options.fidelity = fidelity;
  options.record_activities = false;
  RunResult r = simulate(n.problem, n.mapping, spikes, options);
  std::vector<std::vector<std::int64_t>> by_step(n.model.program.stages.size());
  for (auto& steps : by_step) steps.resize(static_cast<std::size_t>(n.model.program.timesteps) + 1);
  EXPECT_EQ(r.images.size(), which.size());
  for (std::size_t i = 0; i < r.images.size(); ++i) {
    EXPECT_TRUE(r.images[i].exact) << n.samples.names[which[i]];
    const auto reference = workloads::run_temporal_reference(n.model.program, spikes[i]);
    EXPECT_EQ(r.images[i].logits, reference.output_counts);
    for (std::size_t s = 0; s < by_step.size(); ++s)
      for (const workloads::Spike& spike : reference.spikes[s])
        ++by_step[s][static_cast<std::size_t>(spike.step + (s > 0 ? 1 : 0))];
  }
  for (std::size_t s = 0; s < by_step.size(); ++s)
    EXPECT_EQ(r.layers[s].events_by_step, by_step[s]) << r.layers[s].name;
  return r;
}

/// Events of a layer but those of the last step, as reference_counts.csv has them (of one sample).
inline std::int64_t delivered(const RunResult& r, std::size_t stage) {
  return r.layers[stage].events - (stage > 0 ? r.layers[stage].events_by_step.back() : 0);
}

/// Numbers of the row of a CSV file that begins with `name`, the name left out.
inline std::vector<std::int64_t> csv_row(const std::filesystem::path& file, const std::string& name) {
  const std::string text = read_file(file);
  std::vector<std::int64_t> row;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    if (line.rfind(name + ",", 0) == 0)
      for (std::size_t comma = line.find(','); comma != std::string::npos; comma = line.find(',', comma + 1))
        row.push_back(std::stoll(line.substr(comma + 1)));
    if (end == text.size()) break;
  }
  return row;
}

/// Columns of the row after the class: input, pool1, conv1, conv2 and fc1 spikes, those of the last step left out; then
/// those of the outputs.
inline void expect_dvs_counts(const MappedNetwork& n, const RunResult& r, std::size_t sample) {
  const auto row = csv_row(shared_data("dvs-gesture/reference_counts.csv"), n.samples.names[sample]);
  ASSERT_EQ(row.size(), 17U);
  EXPECT_EQ(r.images[0].predicted, row[0]);
  const std::size_t stages[] = {0, 1, 2, 4, 6};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(delivered(r, stages[i]), row[i + 1]) << stages[i];
  std::int64_t outputs = 0;
  for (std::size_t i = 6; i < row.size(); ++i) outputs += row[i];
  EXPECT_EQ(delivered(r, 7), outputs);
}

}  // namespace ranvier::sim::testing
