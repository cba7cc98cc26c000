// SPDX-License-Identifier: Apache-2.0
// State of one stage of a rate network in one run: running sums, products, residuals, and what its neurons have put
// out so far (docs/explanation/methods.md 1 and 3).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workloads/methods/converted_network.h"
#include "workloads/methods/neuron_rows.h"
#include "workloads/methods/rate_kernels.h"
#include "workloads/methods/rate_unit.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// What a stage emits in one step, and how many events of each token a consumer multiplies with by a shift (payloads
/// +-2^i) or by a multiplication.
struct RateEmission {
  std::vector<std::int32_t> value;               // [tokens][channels]
  std::vector<std::int64_t> shifts, multiplies;  // [tokens]
  std::int64_t events(std::int32_t tokens) const;
};

class RateStage {
 public:
  /// `paired` is paired_weights() of a linear stage, `unit` what a stage that has one maps its sums with; both outlive
  /// no run.
  RateStage(const Program& program, StageId id, std::span<const std::int16_t> paired, std::unique_ptr<RateUnit> unit,
            std::span<const std::int32_t> input_codes);

  /// Step 1, 2, ...: takes what the stages before it emitted in this step, then fires.
  void step(std::int64_t step, std::span<const std::unique_ptr<RateStage>> stages);

  const RateEmission& emission() const { return emission_; }
  const StageWork& work() const { return work_; }
  /// E [tokens][channels]: sum of all that has been emitted.
  std::vector<std::int64_t> emitted_total() const;
  /// W [tokens][channels]; of the head, G itself.
  std::span<const std::int32_t> residual() const { return residual_; }
  /// kLayerNorm, kGelu: S_t. kScores: P_t = Q_t K_t^T. kMix: O_t = A_t V_t. Empty otherwise.
  std::span<const std::int64_t> total() const { return total_; }

 private:
  void take_linear(const RateEmission& in);
  void take_sums(std::size_t port, const RateEmission& in);
  void take_scores(const RateEmission& q, const RateEmission& k);
  void take_mix(const RateEmission& attention, const RateEmission& v);
  void join_products();
  void count(const RateEmission& in, std::int32_t tokens, std::int64_t outputs);
  void goals(std::int64_t step);
  void residuals_of_goals();
  NeuronRow neurons(std::size_t first);
  void fire();
  void tally_emission();
  std::span<std::int64_t> row(std::vector<std::int64_t>& of, std::int32_t index, std::int32_t width, std::int32_t first,
                              std::int32_t n);

  const Program& program_;
  const Stage& stage_;
  std::span<const std::int16_t> paired_;
  std::unique_ptr<RateUnit> unit_;
  std::vector<std::int32_t> residual_, plus_, minus_;  // [tokens][channels]; minus_ where sites are pairs
  std::vector<std::int64_t> total_, goal_;
  std::vector<std::int64_t> added_;  // kAdd: E
  // Products: the events of one operand meet the running sum of the other, laid out so that what they touch is one row.
  // kScores: Q [channel][query], K [channel][key]; kMix: A [head * keys + key][query], V [key][channel].
  std::vector<std::int32_t> first_sum_, second_sum_;
  std::vector<std::int64_t> by_first_;   // kScores: [query][head * keys + key]; kMix: [query][channel]
  std::vector<std::int64_t> by_second_;  // kScores: [key][head * queries + query]; kMix: [channel][query]
  std::vector<RowPair> pairs_;
  RateEmission emission_;
  StageWork work_;
};

}  // namespace ranvier::workloads
