// SPDX-License-Identifier: Apache-2.0
// Delivery: what events do to the accumulators of the stage that they reach.
#include <algorithm>
#include <cassert>

#include "workloads/executor_kernels.h"
#include "workloads/executor_parts.h"
#include "workloads/executor_stage.h"

namespace ranvier::workloads {
namespace {

/// Calls visit(channel, value) for each event.
template <class Visit>
void for_each_event(const RowEvents& events, const Visit& visit) {
  for (const std::int32_t channel : events.plus) visit(channel, 1);
  for (const std::int32_t channel : events.minus) visit(channel, -1);
  for (const WideEvent& event : events.wide) visit(event.channel, event.value);
}

}  // namespace

void StageEngine::deliver(Arrivals arrivals) {
  note(arrivals);
  for (std::size_t part = 0; part < deliver_parts_; ++part) deliver_part(arrivals, part);
}

/// Keys and values change something in every row.
bool StageEngine::reaches_all_tokens(std::size_t port) const {
  return port == 1 && (stage_.kind == StageKind::kScores || stage_.kind == StageKind::kMix);
}

std::int64_t StageEngine::outputs_of_an_event(std::size_t port) const {
  switch (stage_.kind) {
    case StageKind::kLinear:
      return stage_.channels;
    case StageKind::kScores:
    case StageKind::kMix:
      return port == 1 ? stage_.tokens : stage_.channels / stage_.heads;
    default:
      return 1;
  }
}

std::int64_t StageEngine::note(Arrivals arrivals) {
  const bool sums =
      stage_.kind == StageKind::kAdd || stage_.kind == StageKind::kLayerNorm || stage_.kind == StageKind::kGelu;
  const std::int64_t before = adds_ + multiply_adds_;
  for (std::size_t port = 0; port < arrivals.size(); ++port) {
    const bool all = reaches_all_tokens(port);
    const std::int64_t outputs = outputs_of_an_event(port);
    for (const EventBatch& batch : arrivals[port]) {
      if (all && batch.tokens() > 0) std::fill(touched_.begin(), touched_.end(), std::uint8_t{1});
      for (std::size_t i = 0; i < batch.tokens(); ++i) {
        if (!all && batch.token(i) >= stage_.tokens) break;
        if (!all) touched_[static_cast<std::size_t>(batch.token(i))] = 1;
        if (sums && !stale_.empty()) mark_stale(batch.token(i), 0);
        const RowEvents events = batch.events(i);
        const auto units = static_cast<std::int64_t>(events.plus.size() + events.minus.size());
        const auto wide = static_cast<std::int64_t>(events.wide.size());
        adds_ += (sums ? units + wide : graded_ ? 0 : units) * outputs;
        multiply_adds_ += (sums ? 0 : graded_ ? units + wide : wide) * outputs;
      }
    }
  }
  return adds_ + multiply_adds_ - before;
}

void StageEngine::deliver_part(Arrivals arrivals, std::size_t part) {
  const auto index = static_cast<std::int32_t>(part);
  for (std::size_t port = 0; port < arrivals.size(); ++port) {
    switch (stage_.kind) {
      case StageKind::kLinear: {
        const std::int32_t first = index * kOutputsPerPart;
        const std::int32_t count = std::min(kOutputsPerPart, stage_.channels - first);
        for (const EventBatch& batch : arrivals[port]) deliver_linear(batch, first, count);
        break;
      }
      case StageKind::kAdd:
      case StageKind::kLayerNorm:
      case StageKind::kGelu: {
        const std::int32_t gain = stage_.kind == StageKind::kGelu ? 1 : stage_.inputs[port].gain;
        const std::int32_t first = index * fire_tokens_;
        const std::int32_t end = std::min(first + fire_tokens_, stage_.tokens);
        for (const EventBatch& batch : arrivals[port]) deliver_sums(gain, batch, first, end);
        break;
      }
      case StageKind::kScores:
        port == 0 ? deliver_queries(arrivals[port], index) : deliver_keys(arrivals[port], index);
        break;
      case StageKind::kMix:
        port == 0 ? deliver_attention(arrivals[port], index) : deliver_values(arrivals[port], index);
        break;
      case StageKind::kInput:
      case StageKind::kLif:
        assert(!"the input stage has no inputs, and kLif stages are in temporal programs");
    }
  }
}

/// A block of outputs over all tokens: its weights are read from memory once.
void StageEngine::deliver_linear(const EventBatch& batch, std::int32_t first, std::int32_t count) {
  for (std::size_t i = 0; i < batch.tokens(); ++i) {
    if (batch.token(i) >= stage_.tokens) return;
    add_weight_rows(stage_.linear.weight.data() + first, stage_.channels, count, batch.events(i),
                    &potential_[at(batch.token(i), first)]);
  }
}

void StageEngine::deliver_sums(std::int32_t gain, const EventBatch& batch, std::int32_t first, std::int32_t end) {
  for (std::size_t i = 0; i < batch.tokens(); ++i) {
    const std::int32_t token = batch.token(i);
    if (token >= end) return;
    if (token < first) continue;
    std::int32_t* sum = &sum_[at(token, 0)];
    for_each_event(batch.events(i), [&](std::int32_t channel, std::int32_t value) { sum[channel] += gain * value; });
  }
}

/// P[query][key] += value SK[key] over the keys, then SQ[query] += value.
void StageEngine::deliver_queries(std::span<const EventBatch> batches, std::int32_t head) {
  const std::int32_t keys = stage_.channels / stage_.heads;
  const std::int32_t depth = stage_.in_channels / stage_.heads;
  for (const EventBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.tokens(); ++i) {
      const std::int32_t query = batch.token(i);
      if (query >= stage_.tokens) return;
      const RowEvents events = batch.events(i).between(head * depth, (head + 1) * depth);
      if (events.size() == 0) continue;
      mark_stale(query, head);
      add_code_rows(second_.data(), keys, 0, keys, events, &sum_[at(query, head * keys)]);
      for_each_event(events, [&](std::int32_t channel, std::int32_t value) {
        first_[static_cast<std::size_t>(channel) * touched_.size() + static_cast<std::size_t>(query)] += value;
      });
    }
  }
}

/// P[query][key] += value SQ[query] over the queries, then SK[key] += value. Summed by key first, where the queries
/// lie side by side.
void StageEngine::deliver_keys(std::span<const EventBatch> batches, std::int32_t head) {
  const std::int32_t keys = stage_.channels / stage_.heads;
  const std::int32_t depth = stage_.in_channels / stage_.heads;
  Row column(touched_.size());
  for (const EventBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.tokens(); ++i) {
      const std::int32_t key = batch.token(i);
      const RowEvents events = batch.events(i).between(head * depth, (head + 1) * depth);
      if (events.size() == 0) continue;
      std::fill(column.begin(), column.end(), 0);
      add_code_rows(first_.data(), stage_.tokens, 0, stage_.tokens, events, column.data());
      for (std::int32_t query = 0; query < stage_.tokens; ++query) {
        sum_[at(query, head * keys + key)] += column[static_cast<std::size_t>(query)];
        mark_stale(query, head);
      }
      for_each_event(events, [&](std::int32_t channel, std::int32_t value) {
        second_[static_cast<std::size_t>(channel) * static_cast<std::size_t>(keys) + static_cast<std::size_t>(key)] +=
            value;
      });
    }
  }
}

/// O[query] += value SV[key] over the head's channels, then SA[query][key] += value.
void StageEngine::deliver_attention(std::span<const EventBatch> batches, std::int32_t head) {
  const std::int32_t keys = stage_.in_channels / stage_.heads;
  const std::int32_t depth = stage_.channels / stage_.heads;
  for (const EventBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.tokens(); ++i) {
      const std::int32_t query = batch.token(i);
      if (query >= stage_.tokens) return;
      const RowEvents events = batch.events(i).between(head * keys, (head + 1) * keys);
      if (events.size() == 0) continue;
      add_code_rows(second_.data() + head * depth, stage_.channels, head * keys, depth, events,
                    &potential_[at(query, head * depth)]);
      for_each_event(events, [&](std::int32_t channel, std::int32_t value) {
        first_[static_cast<std::size_t>(channel) * touched_.size() + static_cast<std::size_t>(query)] += value;
      });
    }
  }
}

/// O[query] += value SA[query][key] over the queries, then SV[key] += value. Summed by channel first, where the queries
/// lie side by side.
void StageEngine::deliver_values(std::span<const EventBatch> batches, std::int32_t head) {
  const std::int32_t keys = stage_.in_channels / stage_.heads;
  const std::int32_t depth = stage_.channels / stage_.heads;
  const auto queries = touched_.size();
  Row by_channel(static_cast<std::size_t>(depth) * queries);
  bool any = false;
  for (const EventBatch& batch : batches) {
    for (std::size_t i = 0; i < batch.tokens(); ++i) {
      const std::int32_t key = batch.token(i);
      const RowEvents events = batch.events(i).between(head * depth, (head + 1) * depth);
      any = any || events.size() > 0;
      const std::int32_t* shares = &first_[static_cast<std::size_t>(head * keys + key) * queries];
      for_each_event(events, [&](std::int32_t channel, std::int32_t value) {
        add_code_row(shares, stage_.tokens, value,
                     &by_channel[static_cast<std::size_t>(channel - head * depth) * queries]);
        second_[at(key, channel)] += value;
      });
    }
  }
  if (!any) return;
  for (std::int32_t query = 0; query < stage_.tokens; ++query) {
    std::int32_t* output = &potential_[at(query, head * depth)];
    for (std::int32_t d = 0; d < depth; ++d)
      output[d] += by_channel[static_cast<std::size_t>(d) * queries + static_cast<std::size_t>(query)];
  }
}

}  // namespace ranvier::workloads
