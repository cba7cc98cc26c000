// SPDX-License-Identifier: Apache-2.0
// One step of one stage: arrivals, goals, firing, and the count of what that took.
#include "workloads/methods/rate_stage.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/methods/neuron_rows.h"
#include "workloads/methods/rate_limits.h"
#include "workloads/methods/rate_mean.h"

namespace ranvier::workloads {
namespace {

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
std::size_t cells(std::int32_t rows, std::int32_t columns) { return size(rows) * size(columns); }

bool has_unit(StageKind kind) {
  return kind == StageKind::kLayerNorm || kind == StageKind::kGelu || kind == StageKind::kScores;
}

std::int64_t sum_of_first(const std::vector<std::int64_t>& values, std::int32_t n) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < size(n); ++i) sum += values[i];
  return sum;
}

}  // namespace

std::int64_t RateEmission::events(std::int32_t tokens) const {
  return sum_of_first(shifts, tokens) + sum_of_first(multiplies, tokens);
}

RateStage::RateStage(const Program& program, StageId id, std::span<const std::int16_t> paired,
                     std::unique_ptr<RateUnit> unit, std::span<const std::int32_t> input_codes)
    : program_(program), stage_(program.stage(id)), paired_(paired), unit_(std::move(unit)) {
  const std::size_t sites = cells(stage_.tokens, stage_.channels);
  emission_.value.assign(sites, 0);
  emission_.shifts.assign(size(stage_.tokens), 0);
  emission_.multiplies.assign(size(stage_.tokens), 0);
  if (stage_.kind == StageKind::kInput) {
    std::copy(input_codes.begin(), input_codes.end(), emission_.value.begin());
    tally_emission();
    return;
  }
  if (stage_.kind == StageKind::kAdd) {
    added_.assign(sites, 0);
    return;
  }
  residual_.assign(sites, 0);
  if (stage_.encoder.present) {
    plus_.assign(sites, 0);
    const bool pair = is_pair(stage_.encoder);
    if (pair) minus_.assign(sites, 0);
    work_.neurons = static_cast<std::int64_t>(sites) * (pair ? 2 : 1) + (unit_ ? unit_->neurons() : 0);
  }
  if (stage_.kind != StageKind::kLinear) total_.assign(sites, 0), goal_.assign(sites, 0);
  if (stage_.kind == StageKind::kScores || stage_.kind == StageKind::kMix) {
    const Stage& second = program.stage(stage_.inputs[1].stage);
    by_first_.assign(sites, 0);
    if (stage_.kind == StageKind::kScores) {
      const std::int32_t keys = stage_.channels / stage_.heads;
      first_sum_.assign(cells(stage_.in_channels, stage_.tokens), 0);
      second_sum_.assign(cells(stage_.in_channels, keys), 0);
      by_second_.assign(cells(keys, stage_.heads * stage_.tokens), 0);
    } else {
      first_sum_.assign(cells(stage_.in_channels, stage_.tokens), 0);
      second_sum_.assign(cells(second.tokens, second.channels), 0);
      by_second_.assign(sites, 0);
    }
  }
}

void RateStage::step(std::int64_t step, std::span<const std::unique_ptr<RateStage>> stages) {
  const auto input = [&](std::size_t port) -> const RateEmission& {
    return stages[stage_.inputs[port].stage.value()]->emission();
  };
  switch (stage_.kind) {
    case StageKind::kInput:
      break;  // the same codes in every step
    case StageKind::kLinear:
      take_linear(input(0));
      break;
    case StageKind::kLayerNorm:
    case StageKind::kGelu:
    case StageKind::kAdd:
      if (stage_.kind == StageKind::kAdd) std::fill(emission_.value.begin(), emission_.value.end(), 0);
      for (std::size_t port = 0; port < stage_.inputs.size(); ++port) take_sums(port, input(port));
      break;
    case StageKind::kScores:
      take_scores(input(0), input(1));
      break;
    case StageKind::kMix:
      take_mix(input(0), input(1));
      break;
    case StageKind::kLif:
      throw std::logic_error("RateStage: compartments have no rate semantics");
  }
  goals(step);
  if (stage_.encoder.present) fire();
  if (stage_.encoder.present || stage_.kind == StageKind::kAdd) tally_emission();
  work_.events += emission_.events(stage_.tokens);
}

void RateStage::count(const RateEmission& in, std::int32_t tokens, std::int64_t outputs) {
  work_.adds += outputs * sum_of_first(in.shifts, tokens);
  work_.multiply_adds += outputs * sum_of_first(in.multiplies, tokens);
}

void RateStage::take_linear(const RateEmission& in) {
  const std::size_t inputs = size(stage_.in_channels), outputs = size(stage_.channels);
  const LinearParams& linear = stage_.linear;
  for (std::size_t t = 0; t < size(stage_.tokens); ++t) {
    const auto potential = std::span(residual_).subspan(t * outputs, outputs);
    const std::int32_t* bias = linear.bias.data() + (linear.bias_per_token ? t * outputs : 0);
    for (std::size_t o = 0; o < outputs; ++o) potential[o] += bias[o];
    collect_pairs(std::span(in.value).subspan(t * inputs, inputs), pairs_);
    accumulate_pairs(paired_, pairs_, potential);
  }
  count(in, stage_.tokens, stage_.channels);
  work_.adds += static_cast<std::int64_t>(residual_.size());  // biases
}

void RateStage::take_sums(std::size_t port, const RateEmission& in) {
  const std::int32_t gain = stage_.inputs[port].gain;
  const std::size_t sites = cells(stage_.tokens, stage_.channels);  // a sum has the width of what it sums
  if (stage_.kind == StageKind::kAdd) {
    for (std::size_t i = 0; i < sites; ++i) emission_.value[i] += gain * in.value[i];
  } else {
    add_scaled(total_, std::span(in.value).first(sites), gain);
  }
  count(in, stage_.tokens, 1);
}

/// Delta P_t = q_t K_{t-1}^T + Q_t k_t^T (STA 3.3, released code).
void RateStage::take_scores(const RateEmission& q, const RateEmission& k) {
  const std::int32_t channels = stage_.in_channels, head_width = channels / stage_.heads;
  const std::int32_t queries = stage_.tokens, keys = stage_.channels / stage_.heads;
  const auto meet = [&](const RateEmission& events, std::int32_t tokens, const std::vector<std::int32_t>& other,
                        std::int32_t others, std::vector<std::int64_t>& product, std::vector<std::int32_t>& own) {
    for (std::int32_t t = 0; t < tokens; ++t)
      for (std::int32_t c = 0; c < channels; ++c) {
        const std::int32_t payload = events.value[cells(t, channels) + size(c)];
        if (payload == 0) continue;
        add_scaled(row(product, t, stage_.heads * others, c / head_width * others, others),
                   std::span(other).subspan(cells(c, others), size(others)), payload);
        own[cells(c, tokens) + size(t)] += payload;
      }
    count(events, tokens, others);
  };
  meet(q, queries, second_sum_, keys, by_first_, first_sum_);
  meet(k, keys, first_sum_, queries, by_second_, second_sum_);
  join_products();
}

/// Delta O_t = a_t V_{t-1} + A_t v_t.
void RateStage::take_mix(const RateEmission& attention, const RateEmission& v) {
  const std::int32_t channels = stage_.channels, head_width = channels / stage_.heads;
  const std::int32_t queries = stage_.tokens, keys = stage_.in_channels / stage_.heads;
  for (std::int32_t query = 0; query < queries; ++query)
    for (std::int32_t cell = 0; cell < stage_.in_channels; ++cell) {
      const std::int32_t payload = attention.value[cells(query, stage_.in_channels) + size(cell)];
      if (payload == 0) continue;
      const std::int32_t first = cell / keys * head_width;
      add_scaled(row(by_first_, query, channels, first, head_width),
                 std::span(second_sum_).subspan(cells(cell % keys, channels) + size(first), size(head_width)), payload);
      first_sum_[cells(cell, queries) + size(query)] += payload;
    }
  count(attention, queries, head_width);
  for (std::int32_t key = 0; key < keys; ++key)
    for (std::int32_t c = 0; c < channels; ++c) {
      const std::int32_t payload = v.value[cells(key, channels) + size(c)];
      if (payload == 0) continue;
      add_scaled(row(by_second_, c, queries, 0, queries),
                 std::span(first_sum_).subspan(cells(c / head_width * keys + key, queries), size(queries)), payload);
      second_sum_[cells(key, channels) + size(c)] += payload;
    }
  count(v, keys, queries);
  join_products();
}

std::span<std::int64_t> RateStage::row(std::vector<std::int64_t>& of, std::int32_t index, std::int32_t width,
                                       std::int32_t first, std::int32_t n) {
  return std::span(of).subspan(cells(index, width) + size(first), size(n));
}

/// The product is what the events of either operand have added to it; the second part lies transposed.
void RateStage::join_products() {
  if (stage_.kind == StageKind::kMix) {
    for (std::size_t query = 0; query < size(stage_.tokens); ++query)
      for (std::size_t c = 0; c < size(stage_.channels); ++c)
        total_[query * size(stage_.channels) + c] =
            by_first_[query * size(stage_.channels) + c] + by_second_[c * size(stage_.tokens) + query];
    return;
  }
  const std::size_t queries = size(stage_.tokens), heads = size(stage_.heads), keys = size(stage_.channels) / heads;
  for (std::size_t query = 0; query < queries; ++query)
    for (std::size_t head = 0; head < heads; ++head)
      for (std::size_t key = 0; key < keys; ++key) {
        const std::size_t at = query * heads * keys + head * keys + key;
        total_[at] = by_first_[at] + by_second_[(key * heads + head) * queries + query];
      }
}

void RateStage::goals(std::int64_t step) {
  if (has_unit(stage_.kind)) {
    unit_->map(step, total_, goal_, work_);
  } else if (stage_.kind == StageKind::kMix) {
    mean_row(total_, step, kMixFraction, std::span(goal_));
    work_.multiply_adds += static_cast<std::int64_t>(total_.size());
    work_.state_reads += static_cast<std::int64_t>(total_.size());
  } else {
    return;
  }
  residuals_of_goals();
}

/// W = G - unit E, held within its width: nothing is lost by that, W is taken anew in the next step.
void RateStage::residuals_of_goals() {
  const std::size_t channels = size(stage_.channels);
  for (std::size_t first = 0; first < residual_.size(); first += channels)
    take_goals(stage_.encoder, std::span(goal_).subspan(first, channels), kResidualMost, neurons(first));
}

NeuronRow RateStage::neurons(std::size_t first) {
  const auto part = [&](std::vector<std::int32_t>& of) {
    return of.empty() ? std::span<std::int32_t>() : std::span(of).subspan(first, size(stage_.channels));
  };
  return {part(residual_), part(plus_), part(minus_), part(emission_.value)};
}

void RateStage::fire() {
  const std::size_t channels = size(stage_.channels);
  for (std::size_t first = 0; first < residual_.size(); first += channels) fire_row(stage_.encoder, neurons(first));
  work_.state_reads += static_cast<std::int64_t>(residual_.size()) * words_read_to_fire(stage_.encoder);
}

void RateStage::tally_emission() {
  const std::size_t channels = size(stage_.channels);
  for (std::size_t t = 0; t < size(stage_.tokens); ++t) {
    const RowTally tally = tally_row(std::span(emission_.value).subspan(t * channels, channels));
    emission_.shifts[t] = tally.shifts;
    emission_.multiplies[t] = tally.events - tally.shifts;
  }
  if (stage_.kind == StageKind::kAdd)
    for (std::size_t i = 0; i < added_.size(); ++i) added_[i] += emission_.value[i];
}

std::vector<std::int64_t> RateStage::emitted_total() const {
  if (stage_.kind == StageKind::kAdd) return added_;
  std::vector<std::int64_t> total(plus_.begin(), plus_.end());
  for (std::size_t i = 0; i < minus_.size(); ++i) total[i] -= minus_[i];
  return total;
}

}  // namespace ranvier::workloads
