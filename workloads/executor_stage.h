// SPDX-License-Identifier: Apache-2.0
// State of one stage in the event-driven executor: accumulators, ST-BIF neurons, and which rows have to be looked at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/executor.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// One event between two stages; token and channel number the sender's outputs.
struct StageEvent {
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t value = 0;
};

class StageEngine {
 public:
  /// `stages` of the program give the shapes of the inputs. `input_codes` is used by the input stage only.
  StageEngine(const Program& program, StageId id, std::span<const std::int32_t> input_codes, bool graded,
              const ExecutorOptions& options);

  /// Applies events that arrive on inputs[port], one after another; they are sorted by token.
  void deliver(std::size_t port, std::span<const StageEvent> events);

  /// Fires every neuron that is due, as sorted events: graded to rest, unary at most once.
  void fire(std::int64_t step, std::vector<StageEvent>& out);

  /// True when a further fire() without deliveries would emit.
  bool restless() const { return restless_rows_ > 0; }

  /// What Activations::codes holds for this stage.
  std::vector<std::int32_t> codes() const;

  std::int64_t adds() const { return adds_; }
  std::int64_t multiply_adds() const { return multiply_adds_; }
  /// Words of V and S of every neuron that was looked at for a fire, of X of every unit that was mapped or summed.
  std::int64_t state_reads() const { return state_reads_; }

 private:
  using Row = std::vector<std::int32_t>;

  void deliver_linear(std::span<const StageEvent> events);
  void deliver_sums(std::int32_t gain, std::span<const StageEvent> events);
  void deliver_query(const StageEvent& event);
  void deliver_key(const StageEvent& event);
  void deliver_attention(const StageEvent& event);
  void deliver_value(const StageEvent& event);
  void count_products(std::int64_t outputs, std::int32_t value);
  void touch(std::int32_t token) { touched_[static_cast<std::size_t>(token)] = 1; }

  void map_touched(std::int32_t token);
  void take_difference(std::int32_t token, std::int32_t first, std::int32_t count);
  void fire_sums(std::int64_t step, std::int32_t token, std::vector<StageEvent>& out);
  void fire_neurons(std::int64_t step, std::int32_t token, std::vector<StageEvent>& out);
  bool suppressed(std::int64_t step, std::int32_t token, std::int32_t channel) const;
  void set_restless(std::int32_t token, bool restless);
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
  Row threshold_;  // [channels]
  Row potential_;  // [tokens][channels]; V, and for stages without encoder the plain total
  Row tracer_;     // [tokens][channels]; S, or for `add` what has been emitted so far
  Row sum_;        // [tokens][channels]; X of AMD units and of `add`
  Row mapped_;     // [tokens][channels]; f(X) when the row was last mapped
  Row fresh_;      // one row of f(X)
  // Two-stream products keep the codes of both operands, each laid out for the other one's events.
  Row first_;                          // kScores: SQ [channel][query];       kMix: SA [head * keys + key][query]
  Row second_;                         // kScores: SK [channel][key];         kMix: SV [key][channel]
  std::vector<std::uint8_t> touched_;  // [tokens]; something arrived since the last fire, or nothing fired yet
  std::vector<std::uint8_t> restless_tokens_;  // [tokens]
  std::vector<std::uint8_t> stale_;            // [tokens][groups]; f(X) has to be taken again
  std::int64_t restless_rows_ = 0;
  std::int64_t adds_ = 0;
  std::int64_t multiply_adds_ = 0;
  std::int64_t state_reads_ = 0;
  std::vector<std::int32_t> plus_rows_;
  std::vector<std::int32_t> minus_rows_;
  std::vector<std::int8_t> fires_;  // [channels]
};

}  // namespace ranvier::workloads
