// SPDX-License-Identifier: Apache-2.0
#include "rtl/plastic/golden_plastic.h"

#include <algorithm>
#include <cstdlib>

namespace ranvier::rtl {

std::int32_t decayed(std::int32_t z, std::int32_t shift) {
  return static_cast<std::int32_t>(z * ((std::int64_t{1} << shift) - 1) / (std::int64_t{1} << shift));
}

GoldenPlastic::GoldenPlastic(const PlasticTile& tile)
    : tile_(tile), state_(initial_state(tile)), came_(static_cast<std::size_t>(tile.axons)) {}

std::int16_t& GoldenPlastic::weight(std::int32_t axon, std::int32_t neuron) {
  return state_.weight[static_cast<std::size_t>(axon) * static_cast<std::size_t>(tile_.neurons) +
                       static_cast<std::size_t>(neuron)];
}

void GoldenPlastic::add(std::int32_t neuron, std::int32_t amount) {
  std::int32_t& v = state_.potential[static_cast<std::size_t>(neuron)];
  const std::int32_t sum = v + amount;
  v = std::clamp(sum, kPlasticPotentialMin, kPlasticPotentialMax);
  cases_.saturated += v != sum;
}

std::int32_t GoldenPlastic::bumped(std::int32_t trace, std::int32_t bump, std::int64_t& full) const {
  if (tile_.rule.nearest) return bump;
  full += trace + bump > kTraceMax;
  return std::min(trace + bump, kTraceMax);
}

void GoldenPlastic::depress(std::int32_t axon, std::int32_t neuron) {
  const StdpRule& rule = tile_.rule;
  std::int16_t& w = weight(axon, neuron);
  const std::int32_t change = (rule.depress_gain * state_.post[static_cast<std::size_t>(neuron)]) >> rule.depress_shift;
  cases_.depressed += change != 0;
  cases_.held_at_min += w - change < rule.weight_min;
  w = static_cast<std::int16_t>(std::max(w - change, rule.weight_min));
}

void GoldenPlastic::potentiate(std::int32_t neuron) {
  const StdpRule& rule = tile_.rule;
  for (std::int32_t axon = 0; axon < tile_.axons; ++axon) {
    std::int16_t& w = weight(axon, neuron);
    const std::int32_t change =
        (rule.potentiate_gain * state_.pre[static_cast<std::size_t>(axon)]) >> rule.potentiate_shift;
    cases_.potentiated += change != 0;
    cases_.causal_pair += change != 0 && came_[static_cast<std::size_t>(axon)];
    cases_.held_at_max += w + change > rule.weight_max;
    w = static_cast<std::int16_t>(std::min(w + change, rule.weight_max));
  }
}

void GoldenPlastic::apply(const PlasticEvent& event) {
  if (event.direct) {
    add(event.channel, event.payload);
    return;
  }
  for (std::int32_t n = 0; n < tile_.neurons; ++n) {
    const std::int32_t w = weight(event.channel, n);
    cases_.negative_weight += w < 0;
    add(n, w >> 8);
    if (tile_.rule.learn) depress(event.channel, n);
  }
  std::int32_t& trace = state_.pre[static_cast<std::size_t>(event.channel)];
  trace = bumped(trace, tile_.rule.pre_bump, cases_.pre_full);
  came_[static_cast<std::size_t>(event.channel)] = true;
}

bool GoldenPlastic::fire_neuron(std::int32_t neuron) {
  std::int32_t& v = state_.potential[static_cast<std::size_t>(neuron)];
  std::int32_t& trace = state_.post[static_cast<std::size_t>(neuron)];
  const std::int32_t threshold = tile_.threshold[static_cast<std::size_t>(neuron)];
  cases_.at_threshold += v == threshold;
  const bool spikes = v > threshold;
  if (spikes) {
    ++cases_.spikes;
    v = tile_.subtract ? v - threshold : 0;
    trace = bumped(trace, tile_.rule.post_bump, cases_.post_full);
    if (tile_.rule.learn) potentiate(neuron);
  }
  if (tile_.leaky) {
    cases_.negative_leak += v < 0;
    v = decayed(v, tile_.leak);
  }
  cases_.trace_gone += trace > 0 && decayed(trace, tile_.rule.post_decay) == 0;
  trace = decayed(trace, tile_.rule.post_decay);
  return spikes;
}

std::vector<std::int32_t> GoldenPlastic::fire() {
  std::vector<std::int32_t> spikes;
  scan_cycles_ = tile_.axons + 1;
  for (std::int32_t first = 0; first < tile_.neurons; first += kPlasticLanes) {
    const std::size_t before = spikes.size();
    for (std::int32_t n = first; n < std::min(first + kPlasticLanes, tile_.neurons); ++n) {
      if (fire_neuron(n)) spikes.push_back(n);
    }
    const auto count = static_cast<std::int64_t>(spikes.size() - before);
    scan_cycles_ += 2 + count + (count > 0 && tile_.rule.learn ? tile_.axons + 1 : 0);
    cases_.whole_word += count == kPlasticLanes;
  }
  for (std::int32_t& trace : state_.pre) trace = decayed(trace, tile_.rule.pre_decay);
  came_.assign(came_.size(), false);
  return spikes;
}

}  // namespace ranvier::rtl
