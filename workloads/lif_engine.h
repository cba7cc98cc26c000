// SPDX-License-Identifier: Apache-2.0
// Functional engine for networks over time: what spikes when, as fast as this machine can tell. It shares no loop with
// temporal_reference.h; both must end in the same spikes. docs/explanation/conformance.md has its kernels and speed.
#pragma once

#include <tbb/task_arena.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "workloads/program.h"
#include "workloads/reference.h"
#include "workloads/spike_train.h"

namespace ranvier::workloads {

class LifLayer;  // lif_layer.h

/// How synapses are walked: from each spike, or from each position of the output. kMeasured: by how many units fired.
enum class SynapseWalk : std::uint8_t { kMeasured, kEvents, kDense };

struct LifEngineOptions {
  int threads = 1;  // the spikes do not depend on it
  SynapseWalk walk = SynapseWalk::kMeasured;
};

class LifEngine {
 public:
  /// Temporal programs only; the program must outlive this.
  explicit LifEngine(const Program& program, const LifEngineOptions& options = {});
  ~LifEngine();
  LifEngine(const LifEngine&) = delete;
  LifEngine& operator=(const LifEngine&) = delete;

  /// Back to before step 0; `packed_spikes` as in spike_train.h. Throws BadSpikeTrain.
  void begin(std::span<const std::int32_t> packed_spikes = {});
  /// All stages advance by one model step; their spikes are on their way to arrive axon_delay_steps later.
  void step();
  std::int32_t steps_done() const { return now_; }

  /// Units of the stage that fired in the last step, ascending.
  std::span<const std::int32_t> fired(StageId stage) const;
  /// Spikes of the stage so far, and synapses that spikes sent into it passed, those still on their way included.
  std::int64_t spikes(StageId stage) const;
  std::int64_t synaptic_events(StageId stage) const;
  std::int64_t synaptic_events() const;
  /// Steps in which the stage's synapses were walked from the outputs.
  std::int64_t dense_steps(StageId stage) const;
  /// Spike counts as run_reference() gives them.
  Activations activations() const;
  /// Synapses, state and working memory.
  std::int64_t bytes() const;

  /// begin() and all steps; on_step(step) after each.
  void run(std::span<const std::int32_t> packed_spikes, const std::function<void(std::int32_t)>& on_step = {});

 private:
  /// One input of a layer.
  struct Link {
    std::size_t layer;
    StageId from;
    std::int32_t delay;
    std::int32_t first_source;
  };
  void deliver(const std::vector<Link>& links);
  void update();
  template <class Work>
  void in_arena(bool worth_it, Work&& work);

  const Program& program_;
  LifEngineOptions options_;
  std::unique_ptr<tbb::task_arena> arena_;             // null: one thread, without tasks
  std::vector<std::unique_ptr<LifLayer>> layers_;      // of stage 1 and on
  std::vector<Link> from_input_;
  std::vector<std::vector<Link>> from_layers_;  // each layer once in a list: its inputs add to the same sums
  std::vector<Spike> input_;
  std::size_t next_input_ = 0;
  std::vector<std::int32_t> input_fired_;
  std::vector<std::int32_t> input_counts_;
  std::int64_t input_spikes_ = 0;
  std::int32_t now_ = 0;
};

}  // namespace ranvier::workloads
