// SPDX-License-Identifier: Apache-2.0
// Delivery: what one event does to the accumulators of the stage that it reaches.
#include <algorithm>
#include <cassert>
#include <cstdlib>

#include "workloads/executor_kernels.h"
#include "workloads/executor_stage.h"

namespace ranvier::workloads {

void StageEngine::deliver(std::size_t port, std::span<const StageEvent> events) {
  switch (stage_.kind) {
    case StageKind::kLinear:
      return deliver_linear(events);
    case StageKind::kAdd:
    case StageKind::kLayerNorm:
      return deliver_sums(stage_.inputs[port].gain, events);
    case StageKind::kGelu:
      return deliver_sums(1, events);
    case StageKind::kScores:
      for (const StageEvent& event : events) port == 0 ? deliver_query(event) : deliver_key(event);
      return;
    case StageKind::kMix:
      for (const StageEvent& event : events) port == 0 ? deliver_attention(event) : deliver_value(event);
      return;
    case StageKind::kInput:
    case StageKind::kLif:
      break;
  }
  assert(!"the input stage has no inputs, and kLif stages are in temporal programs");
}

void StageEngine::count_products(std::int64_t outputs, std::int32_t value) {
  (graded_ || std::abs(value) != 1 ? multiply_adds_ : adds_) += outputs;
}

void StageEngine::deliver_linear(std::span<const StageEvent> events) {
  const std::int8_t* weight = stage_.linear.weight.data();
  for (std::size_t i = 0; i < events.size();) {
    const std::int32_t token = events[i].token;
    if (token >= stage_.tokens) return;
    std::int32_t* potential = &potential_[at(token, 0)];
    plus_rows_.clear();
    minus_rows_.clear();
    for (; i < events.size() && events[i].token == token; ++i) {
      const StageEvent& event = events[i];
      count_products(stage_.channels, event.value);
      if (event.value == 1) {
        plus_rows_.push_back(event.channel);
      } else if (event.value == -1) {
        minus_rows_.push_back(event.channel);
      } else {
        accumulate_scaled_row(weight, stage_.channels, event.channel, event.value, potential);
      }
    }
    accumulate_unit_rows(weight, stage_.channels, plus_rows_, RowSign::kAdd, potential);
    accumulate_unit_rows(weight, stage_.channels, minus_rows_, RowSign::kSubtract, potential);
    touch(token);
  }
}

void StageEngine::deliver_sums(std::int32_t gain, std::span<const StageEvent> events) {
  for (const StageEvent& event : events) {
    if (event.token >= stage_.tokens) return;
    sum_[at(event.token, event.channel)] += gain * event.value;
    touch(event.token);
    if (!stale_.empty()) stale_[static_cast<std::size_t>(event.token)] = 1;
    ++adds_;
  }
}

/// P[query][key] += value SK[key] over the keys, then SQ[query] += value.
void StageEngine::deliver_query(const StageEvent& event) {
  if (event.token >= stage_.tokens) return;
  const std::int32_t keys = stage_.channels / stage_.heads;
  const std::int32_t head = event.channel / (stage_.in_channels / stage_.heads);
  std::int32_t* score = &sum_[at(event.token, head * keys)];
  const std::int32_t* key_codes = &second_[static_cast<std::size_t>(event.channel) * static_cast<std::size_t>(keys)];
  for (std::int32_t j = 0; j < keys; ++j) score[j] += event.value * key_codes[j];
  first_[static_cast<std::size_t>(event.channel) * touched_.size() + static_cast<std::size_t>(event.token)] +=
      event.value;
  stale_[static_cast<std::size_t>(event.token * groups_ + head)] = 1;
  touch(event.token);
  count_products(keys, event.value);
}

/// P[query][key] += value SQ[query] over the queries, then SK[key] += value.
void StageEngine::deliver_key(const StageEvent& event) {
  const std::int32_t keys = stage_.channels / stage_.heads;
  const std::int32_t head = event.channel / (stage_.in_channels / stage_.heads);
  const std::int32_t* query_codes = &first_[static_cast<std::size_t>(event.channel) * touched_.size()];
  for (std::int32_t query = 0; query < stage_.tokens; ++query) {
    sum_[at(query, head * keys + event.token)] += event.value * query_codes[query];
    stale_[static_cast<std::size_t>(query * groups_ + head)] = 1;
  }
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{1});
  second_[static_cast<std::size_t>(event.channel) * static_cast<std::size_t>(keys) +
          static_cast<std::size_t>(event.token)] += event.value;
  count_products(stage_.tokens, event.value);
}

/// O[query] += value SV[key] over the head's channels, then SA[query][key] += value.
void StageEngine::deliver_attention(const StageEvent& event) {
  if (event.token >= stage_.tokens) return;
  const std::int32_t keys = stage_.in_channels / stage_.heads;
  const std::int32_t depth = stage_.channels / stage_.heads;
  const std::int32_t head = event.channel / keys;
  std::int32_t* output = &potential_[at(event.token, head * depth)];
  const std::int32_t* value_codes = &second_[at(event.channel % keys, head * depth)];
  for (std::int32_t d = 0; d < depth; ++d) output[d] += event.value * value_codes[d];
  first_[static_cast<std::size_t>(event.channel) * touched_.size() + static_cast<std::size_t>(event.token)] +=
      event.value;
  touch(event.token);
  count_products(depth, event.value);
}

/// O[query] += value SA[query][key] over the queries, then SV[key] += value.
void StageEngine::deliver_value(const StageEvent& event) {
  const std::int32_t keys = stage_.in_channels / stage_.heads;
  const std::int32_t head = event.channel / (stage_.channels / stage_.heads);
  const std::int32_t* shares = &first_[static_cast<std::size_t>(head * keys + event.token) * touched_.size()];
  for (std::int32_t query = 0; query < stage_.tokens; ++query) {
    potential_[at(query, event.channel)] += event.value * shares[query];
  }
  std::fill(touched_.begin(), touched_.end(), std::uint8_t{1});
  second_[at(event.token, event.channel)] += event.value;
  count_products(stage_.tokens, event.value);
}

}  // namespace ranvier::workloads
