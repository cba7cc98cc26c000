// SPDX-License-Identifier: Apache-2.0
// State of one stage in the event-driven executor: accumulators, ST-BIF neurons, and which rows have to be looked at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/event_batch.h"
#include "workloads/executor.h"
#include "workloads/fire_kernels.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// What arrives at a stage in one step: by port, the batches of that input, tokens ascending over all of them.
using Arrivals = std::span<const std::span<const EventBatch>>;

/// Firing and delivery are cut into parts that share nothing, so that several threads may work on one stage: firing by
/// token, delivery by what the accumulators fall into (outputs, heads, tokens).
class StageEngine {
 public:
  /// `stages` of the program give the shapes of the inputs. `input_codes` is used by the input stage only.
  StageEngine(const Program& program, StageId id, std::span<const std::int32_t> input_codes, bool graded,
              const ExecutorOptions& options);

  /// Applies the events of a step: note(), then every part.
  void deliver(Arrivals arrivals);
  /// Counts what arrives and marks its rows; returns the multiply-adds and adds that it takes.
  std::int64_t note(Arrivals arrivals);
  std::size_t deliver_parts() const { return deliver_parts_; }
  void deliver_part(Arrivals arrivals, std::size_t part);

  /// Fires every neuron that is due: graded to rest, unary at most once. emitted() has the events, by part.
  void fire(std::int64_t step);
  std::size_t fire_parts() const { return emitted_.size(); }
  void fire_part(std::int64_t step, std::size_t part);
  std::span<const EventBatch> emitted() const { return emitted_; }
  std::int64_t events_emitted() const;
  void clear_emitted();

  /// True when a further fire() without deliveries would emit.
  bool restless() const;
  std::int64_t neurons() const { return static_cast<std::int64_t>(tracer_.size()); }

  /// What Activations::codes holds for this stage.
  std::vector<std::int32_t> codes() const;

  std::int64_t adds() const { return adds_; }
  std::int64_t multiply_adds() const { return multiply_adds_; }
  /// Words of V and S of every neuron that was looked at for a fire, of X of every unit that was mapped or summed.
  std::int64_t state_reads() const;

 private:
  using Row = std::vector<std::int32_t>;
  /// What a thread needs while it fires rows.
  struct Scratch {
    explicit Scratch(std::size_t room) : plus(room), minus(room), mapped(room), wide(room) {}
    RowEvents events() const {
      return {std::span(plus).first(fired.plus), std::span(minus).first(fired.minus),
              std::span(wide).first(wide_fired)};
    }
    Row plus, minus;  // channels that fired, the first of them
    Row mapped;       // f(X)
    std::vector<WideEvent> wide;
    FiredRow fired;
    std::size_t wide_fired = 0;
  };

  void deliver_linear(const EventBatch& batch, std::int32_t first, std::int32_t count);
  void deliver_sums(std::int32_t gain, const EventBatch& batch, std::int32_t first, std::int32_t end);
  void deliver_queries(std::span<const EventBatch> batches, std::int32_t head);
  void deliver_keys(std::span<const EventBatch> batches, std::int32_t head);
  void deliver_attention(std::span<const EventBatch> batches, std::int32_t head);
  void deliver_values(std::span<const EventBatch> batches, std::int32_t head);
  bool reaches_all_tokens(std::size_t port) const;
  std::int64_t outputs_of_an_event(std::size_t port) const;

  std::int64_t map_row(std::int32_t token, Row& mapped);
  void mark_stale(std::int32_t token, std::int32_t group) {
    stale_[static_cast<std::size_t>(token * groups_ + group)] = 1;
  }
  bool fire_sums(std::int64_t step, std::int32_t token, Scratch& scratch);
  bool fire_neurons(std::int64_t step, std::int32_t token, Scratch& scratch);
  bool fire_suppressed(std::int64_t step, std::int32_t token, Scratch& scratch);
  bool suppressed(std::int64_t step, std::int32_t token, std::int32_t channel) const;
  void list(std::int32_t channel, std::int32_t value, Scratch& scratch) const;
  std::size_t at(std::int32_t token, std::int32_t channel) const {
    return static_cast<std::size_t>(token) * static_cast<std::size_t>(stage_.channels) +
           static_cast<std::size_t>(channel);
  }

  const Stage& stage_;
  StageId id_;
  bool graded_;
  ExecutorOptions options_;
  std::int32_t groups_ = 1;  // parts of a token's row that are mapped on their own: heads of kScores
  std::int32_t lo_ = 0;
  std::int32_t hi_ = 0;
  std::int32_t fire_tokens_ = 1;  // of a part
  std::size_t deliver_parts_ = 1;
  Row threshold_;  // [channels]
  Row potential_;  // [tokens][channels]; V, and for stages without encoder the plain total
  Row tracer_;     // [tokens][channels]; S, or for `add` what has been emitted so far
  Row sum_;        // [tokens][channels]; X of AMD units and of `add`
  // Two-stream products keep the codes of both operands, each laid out for the other one's events.
  Row first_;                                  // kScores: SQ [channel][query];  kMix: SA [head * keys + key][query]
  Row second_;                                 // kScores: SK [channel][key];    kMix: SV [key][channel]
  std::vector<std::uint8_t> touched_;          // [tokens]; something arrived since the last fire, or nothing fired yet
  std::vector<std::uint8_t> restless_tokens_;  // [tokens]
  std::vector<std::uint8_t> stale_;            // [tokens][groups]; f(X) has to be taken again
  std::vector<EventBatch> emitted_;            // by part of firing
  std::int64_t adds_ = 0;
  std::int64_t multiply_adds_ = 0;
  std::vector<std::int64_t> state_reads_;  // by part of firing
};

}  // namespace ranvier::workloads
