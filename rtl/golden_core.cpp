// SPDX-License-Identifier: Apache-2.0
#include "rtl/golden_core.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace ranvier::rtl {

GoldenCore::GoldenCore(const CoreTile& tile) : tile_(tile), state_(initial_state(tile)) {}

void GoldenCore::add(NeuronState& neuron, std::int64_t amount) {
  const std::int64_t sum = neuron.potential + amount;
  if (sum < kPotentialMin || sum > kPotentialMax) overflow_ = true;
  // 24 bits wrap around; the flag says that the value means nothing.
  neuron.potential = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) << 8) >> 8;
}

void GoldenCore::apply(const CoreEvent& event) {
  NeuronState* row = state_.data() + std::ptrdiff_t{event.token} * tile_.neurons;
  if (event.direct) {
    add(row[event.channel], event.payload);
    return;
  }
  if (tile_.listed()) {
    add_list(tile_.lists[static_cast<std::size_t>(axon_of(tile_, event))], event.payload);
    return;
  }
  const std::int8_t* weight = tile_.weight.data() + std::ptrdiff_t{event.channel} * tile_.neurons;
  for (std::int32_t n = 0; n < tile_.neurons; ++n) add(row[n], std::int64_t{weight[n]} * event.payload);
}

void GoldenCore::add_list(const AxonList& list, std::int32_t payload) {
  const std::int32_t lanes = tile_.limits.lanes;
  for (std::int32_t e = list.first; e < list.first + list.count; ++e) {
    const ListEntry& entry = tile_.entries[static_cast<std::size_t>(e)];
    for (std::int32_t lane = 0; lane < lanes; ++lane) {
      const std::int32_t n = entry.group * lanes + lane;
      if (n >= tile_.neurons) break;
      const auto weight = tile_.word_weight[static_cast<std::size_t>((list.base + entry.word) * lanes + lane)];
      add(state_[static_cast<std::size_t>(entry.token * tile_.neurons + n)], std::int64_t{weight} * payload);
    }
  }
}

std::int32_t GoldenCore::fire_st_bif(NeuronState& s, std::int32_t threshold) {
  if (s.potential == threshold) ++cases_.at_threshold;
  if (s.potential == threshold - 1) ++cases_.below_threshold;
  if (s.potential == 0) ++cases_.at_zero;
  std::int32_t fires = 0;
  do {
    if (s.potential >= threshold && s.code < tile_.hi) {
      s.potential -= threshold;
      ++s.code;
      ++fires;
    } else if (s.potential < 0 && s.code > tile_.lo) {
      s.potential += threshold;
      --s.code;
      --fires;
    } else {
      break;
    }
  } while (tile_.graded);
  if (fires > 0) ++cases_.up;
  if (fires < 0) ++cases_.down;
  if (fires > 1) ++cases_.many_up;
  if (fires < -1) ++cases_.many_down;
  if (s.potential >= threshold && s.code == tile_.hi) ++cases_.held_at_hi;
  if (s.potential < 0 && s.code == tile_.lo) ++cases_.held_at_lo;
  return fires;
}

std::int32_t GoldenCore::bounded(std::int64_t value, std::int64_t& cases) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (std::abs(value) <= kMost) return static_cast<std::int32_t>(value);
  saturated_ = true;
  ++cases;
  return static_cast<std::int32_t>(value < 0 ? -kMost : kMost);
}

std::int32_t GoldenCore::fire_membrane(NeuronState& s, std::int32_t threshold, std::int64_t bias) {
  const NeuronRegisters& r = tile_.registers;
  std::int64_t input = s.potential;
  s.potential = 0;
  if (tile_.kind == CoreNeuron::kCuba) {
    const std::int64_t kept = std::int64_t{s.lower} * (4096 - r.current_decay) / 4096;
    if (kept != 0) ++cases_.current_kept;
    s.lower = bounded(kept + input * (std::int64_t{1} << r.shift), cases_.saturated_current);
    input = s.lower;
  }
  if (s.code > 0) {
    if (input != 0) ++cases_.lif_held;
    --s.code;
    return 0;
  }
  const std::int64_t kept = std::int64_t{s.upper} * (4096 - r.voltage_decay) / 4096;
  s.upper = bounded(kept + input + bias, cases_.saturated_membrane);
  if (s.upper == threshold) ++cases_.lif_at_threshold;
  if (s.upper <= threshold) return 0;
  ++cases_.lif_spikes;
  if (r.subtract) ++cases_.lif_subtract;
  s.upper = r.subtract ? s.upper - threshold : 0;
  s.code = r.refractory;
  return 1;
}

std::int32_t GoldenCore::emit_burst(std::int64_t v, std::int64_t memory, std::int64_t unit) {
  if (tile_.registers.classic) {
    if (v >= unit) ++cases_.classic_spikes;
    return v >= unit ? 1 : 0;
  }
  std::int64_t main = 0;
  if (v >= 2 * unit) main = 2;
  if (v <= -2 * unit && memory > 0) main = -2;
  if (v <= -2 * unit && memory <= 0) ++cases_.burst_forgets;
  const std::int64_t burst = tile_.registers.burst;
  // sgn(r) min(floor(|r| / unit), burst), r not below what all of the memory, or as much of it as a burst, can undo.
  const std::int64_t r = std::max(v - main * unit, -unit * std::min(memory + main, burst));
  const std::int64_t size = std::min(std::abs(r) / unit, burst);
  const std::int64_t emitted = main + (r < 0 ? -size : size);
  if (emitted == 2 + burst) ++cases_.burst_most;
  return static_cast<std::int32_t>(emitted);
}

std::int32_t GoldenCore::fire_burst(NeuronState& s, std::int64_t unit, std::int64_t bias) {
  const NeuronRegisters& r = tile_.registers;
  const std::int64_t w = s.potential + bias;
  const std::int64_t start = unit / 2 * r.halves;
  std::int32_t up = 0;
  std::int32_t down = 0;
  if (r.pair) {
    up = emit_burst(start + w - unit * s.upper, s.lower, unit);
    down = emit_burst(start - w - unit * s.lower, s.upper, unit);
    if (up != 0 && down != 0) ++cases_.pair_both;
  } else {
    up = emit_burst(start + w, s.lower, unit);
  }
  s.potential = 0;
  add(s, w - unit * (up - down));
  constexpr std::int32_t kMostMemory = 65535;
  s.lower += up;
  s.upper += down;
  for (std::int32_t* memory : {&s.lower, &s.upper}) {
    if (*memory > kMostMemory) saturated_ = true;
    *memory = std::min(*memory, kMostMemory);
  }
  if (up > down) ++cases_.burst_up;
  if (up < down) ++cases_.burst_down;
  return up - down;
}

std::int32_t GoldenCore::fire_neuron(NeuronState& s, std::int32_t n, std::int32_t& fires) {
  const auto i = static_cast<std::size_t>(n);
  const std::int32_t threshold = tile_.threshold[i];
  const std::int32_t bias = tile_.bias.empty() ? 0 : tile_.bias[i];
  fires = 0;
  switch (tile_.kind) {
    case CoreNeuron::kStBif: {
      const std::int32_t emitted = fire_st_bif(s, threshold);
      if (tile_.graded) fires = std::abs(emitted);
      return emitted;
    }
    case CoreNeuron::kBurst:
      return fire_burst(s, threshold, bias);
    case CoreNeuron::kLif:
    case CoreNeuron::kCuba:
      break;
  }
  return fire_membrane(s, threshold, bias);
}

std::vector<CoreSpike> GoldenCore::fire() {
  std::vector<CoreSpike> spikes;
  scan_cycles_ = 1;
  const std::int32_t lanes = tile_.limits.lanes;
  for (std::int32_t token = 0; token < tile_.tokens; ++token) {
    for (std::int32_t first = 0; first < tile_.neurons; first += lanes) {
      std::int32_t most = 0;
      std::int32_t emitted = 0;
      for (std::int32_t n = first; n < std::min(first + lanes, tile_.neurons); ++n) {
        NeuronState& s = state_[static_cast<std::size_t>(token) * static_cast<std::size_t>(tile_.neurons) +
                                static_cast<std::size_t>(n)];
        std::int32_t fires = 0;
        const std::int32_t payload = fire_neuron(s, n, fires);
        most = std::max(most, fires);
        if (payload == 0) continue;
        spikes.push_back({token, n, payload});
        ++emitted;
      }
      scan_cycles_ += 1 + most + emitted;
      if (emitted == lanes) ++cases_.whole_word;
    }
  }
  return spikes;
}

}  // namespace ranvier::rtl
