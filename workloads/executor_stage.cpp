// SPDX-License-Identifier: Apache-2.0
// Firing: AMD rows that changed are mapped again, then neurons are compared and fire.
#include "workloads/executor_stage.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "base/random.h"
#include "workloads/executor_parts.h"
#include "workloads/fire_kernels.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kInputThreshold = 2;  // of the neurons that stand for the host's codes: V = 1 + 2 code

std::size_t cells(std::int32_t rows, std::int32_t columns) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

std::int32_t parts_of(std::int32_t count, std::int32_t part) { return (count + part - 1) / part; }

bool is_amd(StageKind kind) {
  return kind == StageKind::kLayerNorm || kind == StageKind::kScores || kind == StageKind::kGelu;
}

}  // namespace

StageEngine::StageEngine(const Program& program, StageId id, std::span<const std::int32_t> input_codes, bool graded,
                         const ExecutorOptions& options)
    : stage_(program.stage(id)), id_(id), graded_(graded), options_(options) {
  const std::size_t neurons = cells(stage_.tokens, stage_.channels);
  const auto channels = static_cast<std::size_t>(stage_.channels);
  const auto tokens = static_cast<std::size_t>(stage_.tokens);
  fire_tokens_ = std::max(1, kNeuronsPerPart / std::max(1, stage_.channels));
  emitted_.resize(static_cast<std::size_t>(parts_of(stage_.tokens, fire_tokens_)));
  deliver_parts_ = emitted_.size();
  state_reads_.assign(emitted_.size(), 0);
  tracer_.assign(neurons, 0);
  touched_.assign(tokens, 1);
  restless_tokens_.assign(tokens, 0);
  if (stage_.encoder.present) {
    threshold_ = stage_.encoder.threshold;
    lo_ = stage_.encoder.lo;
    hi_ = stage_.encoder.hi;
  } else if (stage_.kind == StageKind::kInput) {
    threshold_.assign(channels, kInputThreshold);
    hi_ = program.input_code_max;
  }
  if (stage_.kind == StageKind::kAdd || is_amd(stage_.kind)) sum_.assign(neurons, 0);
  if (stage_.kind == StageKind::kAdd) return;

  potential_.assign(neurons, 0);
  for (std::int32_t t = 0; t < stage_.tokens; ++t) {
    for (std::int32_t c = 0; c < stage_.channels; ++c) {
      if (!threshold_.empty()) potential_[at(t, c)] = threshold_[static_cast<std::size_t>(c)] / 2;
      if (stage_.kind == StageKind::kInput) potential_[at(t, c)] += kInputThreshold * input_codes[at(t, c)];
      if (stage_.kind == StageKind::kLinear) {
        potential_[at(t, c)] += stage_.linear.bias[at(stage_.linear.bias_per_token ? t : 0, c)];
      }
    }
  }
  if (stage_.kind == StageKind::kLinear)
    deliver_parts_ = static_cast<std::size_t>(parts_of(stage_.channels, kOutputsPerPart));
  if (stage_.kind == StageKind::kScores || stage_.kind == StageKind::kMix)
    deliver_parts_ = static_cast<std::size_t>(stage_.heads);
  if (is_amd(stage_.kind)) {
    groups_ = stage_.kind == StageKind::kScores ? stage_.heads : 1;
    stale_.assign(cells(stage_.tokens, groups_), 1);
  }
  if (stage_.kind == StageKind::kScores) {
    first_.assign(cells(stage_.in_channels, stage_.tokens), 0);
    second_.assign(cells(stage_.in_channels, stage_.channels / stage_.heads), 0);
  }
  if (stage_.kind == StageKind::kMix) {
    first_.assign(cells(stage_.in_channels, stage_.tokens), 0);
    second_.assign(cells(stage_.in_channels / stage_.heads, stage_.channels), 0);
  }
}

/// V = theta / 2 + f(X) - theta S (integer-units.md, equation 2) where X changed. Returns the words of X read.
std::int64_t StageEngine::map_row(std::int32_t token, Row& mapped) {
  const std::int32_t width = stage_.channels / groups_;
  std::int64_t reads = 0;
  for (std::int32_t g = 0; g < groups_; ++g) {
    std::uint8_t& stale = stale_[cells(token, groups_) + static_cast<std::size_t>(g)];
    if (stale == 0) continue;
    stale = 0;
    reads += width;
    const std::int32_t* x = &sum_[at(token, g * width)];
    if (stage_.kind == StageKind::kLayerNorm) {
      layer_norm_row(x, width, stage_.layer_norm, mapped.data());
    } else if (stage_.kind == StageKind::kScores) {
      softmax_row(x, width, stage_.softmax, mapped.data());
    } else {
      std::transform(x, x + width, mapped.begin(), [&](std::int32_t code) { return gelu_value(code, stage_.gelu); });
    }
    const std::int32_t* tracer = &tracer_[at(token, g * width)];
    const std::int32_t* threshold = &threshold_[static_cast<std::size_t>(g * width)];
    std::int32_t* potential = &potential_[at(token, g * width)];
    for (std::int32_t c = 0; c < width; ++c)
      potential[c] = threshold[c] / 2 + mapped[static_cast<std::size_t>(c)] - threshold[c] * tracer[c];
  }
  return reads;
}

bool StageEngine::suppressed(std::int64_t step, std::int32_t token, std::int32_t channel) const {
  if (options_.suppress_probability <= 0) return false;
  const std::uint64_t entity = (std::uint64_t{id_.value()} << 48) | at(token, channel);
  return random_unit(options_.seed, entity, static_cast<std::uint64_t>(step)) < options_.suppress_probability;
}

void StageEngine::fire(std::int64_t step) {
  for (std::size_t part = 0; part < fire_parts(); ++part) fire_part(step, part);
}

void StageEngine::fire_part(std::int64_t step, std::size_t part) {
  EventBatch& batch = emitted_[part];
  batch.clear();
  const std::int32_t first = static_cast<std::int32_t>(part) * fire_tokens_;
  const std::int32_t end = std::min(first + fire_tokens_, stage_.tokens);
  Scratch scratch(static_cast<std::size_t>(stage_.channels) + kFireSlack);
  for (std::int32_t t = first; t < end; ++t) {
    const auto token = static_cast<std::size_t>(t);
    const bool touched = touched_[token] != 0;
    if (!touched && restless_tokens_[token] == 0) continue;
    touched_[token] = 0;
    state_reads_[part] += 2 * std::int64_t{stage_.channels};
    scratch.fired = {};
    scratch.wide_fired = 0;
    bool restless = false;
    if (stage_.kind == StageKind::kAdd) {
      restless = fire_sums(step, t, scratch);
    } else {
      if (touched && is_amd(stage_.kind)) state_reads_[part] += map_row(t, scratch.mapped);
      if (!threshold_.empty()) restless = fire_neurons(step, t, scratch);
    }
    restless_tokens_[token] = restless ? 1 : 0;
    batch.append(t, scratch.events());
  }
}

void StageEngine::list(std::int32_t channel, std::int32_t value, Scratch& scratch) const {
  if (!graded_ && value == 1) {
    scratch.plus[scratch.fired.plus++] = channel;
  } else if (!graded_ && value == -1) {
    scratch.minus[scratch.fired.minus++] = channel;
  } else {
    scratch.wide[scratch.wide_fired++] = {channel, value};
  }
}

bool StageEngine::fire_sums(std::int64_t step, std::int32_t token, Scratch& scratch) {
  bool restless = false;
  for (std::int32_t c = 0; c < stage_.channels; ++c) {
    const std::int32_t difference = sum_[at(token, c)] - tracer_[at(token, c)];
    if (difference == 0) continue;
    if (suppressed(step, token, c)) {
      restless = true;
      continue;
    }
    tracer_[at(token, c)] += difference;
    list(c, difference, scratch);
  }
  return restless;
}

bool StageEngine::fire_neurons(std::int64_t step, std::int32_t token, Scratch& scratch) {
  if (options_.suppress_probability > 0) return fire_suppressed(step, token, scratch);
  const NeuronRow row{stage_.channels, threshold_.data(), lo_, hi_, &potential_[at(token, 0)], &tracer_[at(token, 0)]};
  if (graded_) {
    scratch.wide_fired = fire_row_to_rest(row, scratch.wide.data());
    return false;
  }
  scratch.fired = fire_row_once(row, scratch.plus.data(), scratch.minus.data());
  return scratch.fired.again;
}

bool StageEngine::fire_suppressed(std::int64_t step, std::int32_t token, Scratch& scratch) {
  std::int32_t* potential = &potential_[at(token, 0)];
  std::int32_t* tracer = &tracer_[at(token, 0)];
  bool restless = false;
  for (std::int32_t c = 0; c < stage_.channels; ++c) {
    std::int32_t v = potential[c];
    std::int32_t s = tracer[c];
    const std::int32_t theta = threshold_[static_cast<std::size_t>(c)];
    const std::int32_t value = graded_ ? st_bif_to_rest(v, s, theta, lo_, hi_) : st_bif_fire(v, s, theta, lo_, hi_);
    if (value == 0) continue;
    if (suppressed(step, token, c)) {
      restless = true;
      continue;
    }
    potential[c] = v;
    tracer[c] = s;
    list(c, value, scratch);
    restless = restless || st_bif_fire(v, s, theta, lo_, hi_) != 0;
  }
  return restless;
}

bool StageEngine::restless() const {
  return std::any_of(restless_tokens_.begin(), restless_tokens_.end(), [](std::uint8_t r) { return r != 0; });
}

std::int64_t StageEngine::state_reads() const {
  return std::accumulate(state_reads_.begin(), state_reads_.end(), std::int64_t{0});
}

std::int64_t StageEngine::events_emitted() const {
  std::int64_t events = 0;
  for (const EventBatch& batch : emitted_) events += static_cast<std::int64_t>(batch.size());
  return events;
}

void StageEngine::clear_emitted() {
  for (EventBatch& batch : emitted_) batch.clear();
}

std::vector<std::int32_t> StageEngine::codes() const {
  if (stage_.kind == StageKind::kAdd) return sum_;
  return threshold_.empty() ? potential_ : tracer_;
}

}  // namespace ranvier::workloads
