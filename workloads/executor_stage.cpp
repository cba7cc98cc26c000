// SPDX-License-Identifier: Apache-2.0
// Firing: AMD rows that changed are mapped again, then neurons are compared and fire.
#include "workloads/executor_stage.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/random.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kInputThreshold = 2;  // of the neurons that stand for the host's codes: V = 1 + 2 code

std::size_t cells(std::int32_t rows, std::int32_t columns) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

bool is_amd(StageKind kind) {
  return kind == StageKind::kLayerNorm || kind == StageKind::kScores || kind == StageKind::kGelu;
}

/// One fire a neuron over a row, without branches so that it vectorises. Returns whether any fired, and whether any is
/// still due.
struct RowFired {
  bool any = false;
  bool again = false;
};
RowFired fire_row_once(std::int32_t count, const std::int32_t* __restrict threshold, std::int32_t lo, std::int32_t hi,
                       std::int32_t* __restrict potential, std::int32_t* __restrict tracer,
                       std::int8_t* __restrict fires) {
  std::int32_t any = 0;
  std::int32_t again = 0;
  for (std::int32_t c = 0; c < count; ++c) {
    const std::int32_t v = potential[c];
    const std::int32_t s = tracer[c];
    const std::int32_t theta = threshold[c];
    const std::int32_t up = -static_cast<std::int32_t>((v >= theta) & (s < hi));
    const std::int32_t down = -static_cast<std::int32_t>((v < 0) & (s > lo));
    const std::int32_t v_after = v - (theta & up) + (theta & down);
    const std::int32_t s_after = s - up + down;
    potential[c] = v_after;
    tracer[c] = s_after;
    fires[c] = static_cast<std::int8_t>(down - up);
    any |= up | down;
    again |= static_cast<std::int32_t>((v_after >= theta) & (s_after < hi)) |
             static_cast<std::int32_t>((v_after < 0) & (s_after > lo));
  }
  return {any != 0, again != 0};
}

/// Calls visit(c) for each c with fires[c] != 0, eight at a look.
template <class Visit>
void for_each_fire(const std::vector<std::int8_t>& fires, const Visit& visit) {
  const std::size_t count = fires.size();
  for (std::size_t begin = 0; begin < count; begin += 8) {
    const std::size_t size = std::min<std::size_t>(8, count - begin);
    std::uint64_t eight = 0;
    std::memcpy(&eight, fires.data() + begin, size);
    if (eight == 0) continue;
    for (std::size_t c = begin; c < begin + size; ++c) {
      if (fires[c] != 0) visit(static_cast<std::int32_t>(c));
    }
  }
}

}  // namespace

StageEngine::StageEngine(const Program& program, StageId id, std::span<const std::int32_t> input_codes, bool graded,
                         const ExecutorOptions& options)
    : stage_(program.stage(id)), id_(id), graded_(graded), options_(options) {
  const std::size_t neurons = cells(stage_.tokens, stage_.channels);
  const auto channels = static_cast<std::size_t>(stage_.channels);
  const auto tokens = static_cast<std::size_t>(stage_.tokens);
  tracer_.assign(neurons, 0);
  touched_.assign(tokens, 1);
  restless_tokens_.assign(tokens, 0);
  fires_.assign(channels, 0);
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
  if (is_amd(stage_.kind)) {
    groups_ = stage_.kind == StageKind::kScores ? stage_.heads : 1;
    mapped_.assign(neurons, 0);
    fresh_.assign(channels, 0);
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

/// V += f(X) - what of it V already holds, over part of a row.
void StageEngine::take_difference(std::int32_t token, std::int32_t first, std::int32_t count) {
  for (std::int32_t c = first; c < first + count; ++c) {
    const std::int32_t now = fresh_[static_cast<std::size_t>(c)];
    potential_[at(token, c)] += now - mapped_[at(token, c)];
    mapped_[at(token, c)] = now;
  }
}

void StageEngine::map_touched(std::int32_t token) {
  const std::int32_t width = stage_.channels / groups_;
  for (std::int32_t g = 0; g < groups_; ++g) {
    std::uint8_t& stale = stale_[cells(token, groups_) + static_cast<std::size_t>(g)];
    if (stale == 0) continue;
    stale = 0;
    state_reads_ += width;
    const std::int32_t first = g * width;
    const std::int32_t* x = &sum_[at(token, first)];
    std::int32_t* y = &fresh_[static_cast<std::size_t>(first)];
    if (stage_.kind == StageKind::kLayerNorm) {
      layer_norm_row(x, width, stage_.layer_norm, y);
    } else if (stage_.kind == StageKind::kScores) {
      softmax_row(x, width, stage_.softmax, y);
    } else {
      std::transform(x, x + width, y, [&](std::int32_t code) { return gelu_value(code, stage_.gelu); });
    }
    take_difference(token, first, width);
  }
}

bool StageEngine::suppressed(std::int64_t step, std::int32_t token, std::int32_t channel) const {
  if (options_.suppress_probability <= 0) return false;
  const std::uint64_t entity = (std::uint64_t{id_.value()} << 48) | at(token, channel);
  return random_unit(options_.seed, entity, static_cast<std::uint64_t>(step)) < options_.suppress_probability;
}

void StageEngine::set_restless(std::int32_t token, bool restless) {
  std::uint8_t& row = restless_tokens_[static_cast<std::size_t>(token)];
  restless_rows_ += static_cast<int>(restless) - static_cast<int>(row);
  row = restless ? 1 : 0;
}

void StageEngine::fire(std::int64_t step, std::vector<StageEvent>& out) {
  for (std::int32_t t = 0; t < stage_.tokens; ++t) {
    const auto token = static_cast<std::size_t>(t);
    if (touched_[token] == 0 && restless_tokens_[token] == 0) continue;
    touched_[token] = 0;
    state_reads_ += 2 * std::int64_t{stage_.channels};
    if (stage_.kind == StageKind::kAdd) {
      fire_sums(step, t, out);
      continue;
    }
    if (!stale_.empty()) map_touched(t);
    if (!threshold_.empty()) fire_neurons(step, t, out);
  }
}

void StageEngine::fire_sums(std::int64_t step, std::int32_t token, std::vector<StageEvent>& out) {
  bool restless = false;
  for (std::int32_t c = 0; c < stage_.channels; ++c) {
    const std::int32_t difference = sum_[at(token, c)] - tracer_[at(token, c)];
    if (difference == 0) continue;
    if (suppressed(step, token, c)) {
      restless = true;
      continue;
    }
    tracer_[at(token, c)] += difference;
    out.push_back({token, c, difference});
  }
  set_restless(token, restless);
}

void StageEngine::fire_neurons(std::int64_t step, std::int32_t token, std::vector<StageEvent>& out) {
  std::int32_t* potential = &potential_[at(token, 0)];
  std::int32_t* tracer = &tracer_[at(token, 0)];
  if (!graded_ && options_.suppress_probability <= 0) {
    const RowFired row = fire_row_once(stage_.channels, threshold_.data(), lo_, hi_, potential, tracer, fires_.data());
    if (row.any) {
      for_each_fire(fires_, [&](std::int32_t c) { out.push_back({token, c, fires_[static_cast<std::size_t>(c)]}); });
    }
    set_restless(token, row.again);
    return;
  }
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
    out.push_back({token, c, value});
    restless = restless || st_bif_fire(v, s, theta, lo_, hi_) != 0;
  }
  set_restless(token, restless);
}

std::vector<std::int32_t> StageEngine::codes() const {
  if (stage_.kind == StageKind::kAdd) return sum_;
  return threshold_.empty() ? potential_ : tracer_;
}

}  // namespace ranvier::workloads
