// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_ladder.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "workloads/dataset.h"

namespace ranvier::workloads {

AccuracyLadder accuracy_ladder(const ConvertedNetwork& network, std::span<const std::vector<std::int32_t>> inputs,
                               std::span<const std::uint8_t> labels, int steps, int threads) {
  struct Outcome {
    std::vector<std::uint8_t> right;  // [step]
    std::vector<StageWork> work;
  };
  std::vector<Outcome> outcomes(std::min(inputs.size(), labels.size()));
  MethodRunOptions options;
  options.steps = steps;
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, outcomes.size(), [&](std::size_t i) {
      MethodRun run = network.run(inputs[i], options);
      for (const auto& logits : run.logits_by_step)
        outcomes[i].right.push_back(argmax(logits.data(), logits.size()) == labels[i]);
      outcomes[i].work = std::move(run.work);
    });
  });
  AccuracyLadder ladder;
  ladder.images = outcomes.size();
  for (const Outcome& outcome : outcomes) {
    // A network that comes to rest early answers the same from then on.
    ladder.correct.resize(std::max(ladder.correct.size(), outcome.right.size()));
    ladder.work.resize(std::max(ladder.work.size(), outcome.work.size()));
  }
  for (const Outcome& outcome : outcomes) {
    for (std::size_t t = 0; t < ladder.correct.size(); ++t)
      ladder.correct[t] += outcome.right[std::min(t, outcome.right.size() - 1)];
    for (std::size_t s = 0; s < outcome.work.size(); ++s) {
      ladder.work[s] += outcome.work[s];
      ladder.work[s].neurons = outcome.work[s].neurons;  // of the network, not of the images
    }
  }
  return ladder;
}

}  // namespace ranvier::workloads
