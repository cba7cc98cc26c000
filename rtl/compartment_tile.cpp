// SPDX-License-Identifier: Apache-2.0
// Channels of one input position share a list and differ in their base, so that a kernel is stored once for all
// positions.
#include "rtl/compartment_tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "workloads/compartment.h"
#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::rtl {
namespace {

using workloads::Stage;

class Builder {
 public:
  Builder(const sim::TileSpec& spec, const CoreLimits& limits)
      : spec_(spec),
        stage_(spec.program->stage(spec.tile.stage)),
        tokens_{spec.tile.tokens.begin, spec.tile.tokens.end},
        channels_{spec.tile.outputs.begin, spec.tile.outputs.end} {
    CoreTile& core = tile_.core;
    core.limits = limits;
    core.neurons = channels_.size();
    core.tokens = tokens_.size();
    core.graded = false;
    core.lists.emplace_back();
    tile_.synapses.push_back(0);
  }

  CompartmentTile build() {
    for (std::size_t port = 0; port < stage_.inputs.size(); ++port)
      tile_.first_source.push_back(workloads::first_source(*spec_.program, stage_, port));
    const CoreLimits& c = tile_.core.limits;
    if (tile_.core.neurons > c.neurons || tile_.core.tokens > c.tokens) {
      tile_.why_not = fmt::format("a tile of {} neurons and {} tokens exceeds its {} and {}", tile_.core.neurons,
                                  tile_.core.tokens, c.neurons, c.tokens);
      return std::move(tile_);
    }
    set_neurons();
    if (stage_.sparse) {
      add_sparse();
    } else if (stage_.conv.depthwise) {
      add_pooling();
    } else {
      add_convolution();
    }
    check_sizes();
    return std::move(tile_);
  }

 private:
  std::int32_t lanes() const { return tile_.core.limits.lanes; }

  void refuse(const std::string& why) {
    if (tile_.why_not.empty()) tile_.why_not = why;
  }

  void set_neurons() {
    CoreTile& core = tile_.core;
    NeuronRegisters& r = core.registers;
    std::int64_t threshold = 0;
    std::int64_t bias = 0;
    if (stage_.integrate) {
      core.kind = CoreNeuron::kLif;
      r.subtract = true;
      threshold = stage_.integrate->threshold;
      bias = stage_.integrate->bias;
    } else {
      const workloads::CubaParams& p = stage_.cuba;
      core.kind = CoreNeuron::kCuba;
      r.current_decay = p.current_decay;
      r.voltage_decay = p.voltage_decay;
      r.refractory = p.refractory_steps;
      r.shift = workloads::kWeightShift + p.weight_exponent;
      threshold = workloads::kThresholdUnit * p.threshold_mantissa;
      if (r.shift < 0 || r.shift > 31) return refuse(fmt::format("weight exponent {}", p.weight_exponent));
      if (r.refractory < 0 || r.refractory > 255) return refuse(fmt::format("{} refractory steps", r.refractory));
      if (p.bias_exponent < -31 || p.bias_exponent > 31)
        return refuse(fmt::format("bias exponent {}", p.bias_exponent));
      bias = workloads::cuba_detail::scaled(p.bias_mantissa, p.bias_exponent);
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (threshold < 0 || threshold > kMost || std::abs(bias) > kMost)
      return refuse(fmt::format("threshold {} or bias {} does not fit 32 bits", threshold, bias));
    const auto neurons = static_cast<std::size_t>(core.neurons);
    core.threshold.assign(neurons, static_cast<std::int32_t>(threshold));
    core.bias.assign(neurons, static_cast<std::int32_t>(bias));
    core.potential.assign(neurons * static_cast<std::size_t>(core.tokens), 0);
    for (std::int32_t t = tokens_.first; t < tokens_.end; ++t)
      for (std::int32_t n = channels_.first; n < channels_.end; ++n)
        core.membrane.push_back(
            workloads::compartment_before(stage_, static_cast<std::size_t>(t * stage_.channels + n)).v);
  }

  /// A new word of weights, all 0.
  std::int32_t new_word() {
    tile_.core.word_weight.resize(tile_.core.word_weight.size() + static_cast<std::size_t>(lanes()));
    return static_cast<std::int32_t>(tile_.core.word_weight.size()) / lanes() - 1;
  }
  void put(std::int32_t word, std::int32_t lane, std::int32_t weight) {
    const std::int32_t half = 1 << (tile_.core.limits.weight_bits - 1);
    if (weight < -half || weight >= half)
      refuse(fmt::format("weight {} does not fit {} bits", weight, tile_.core.limits.weight_bits));
    tile_.core.word_weight[static_cast<std::size_t>(word * lanes() + lane)] = static_cast<std::int16_t>(weight);
  }
  /// The list of the entries since `first`.
  AxonList list_since(std::size_t first, std::int32_t base) const {
    return {base, static_cast<std::int32_t>(first), static_cast<std::int32_t>(tile_.core.entries.size() - first)};
  }
  std::int32_t new_axon(const AxonList& list, std::int64_t synapses) {
    tile_.core.lists.push_back(list);
    tile_.synapses.push_back(synapses);
    return static_cast<std::int32_t>(tile_.core.lists.size()) - 1;
  }

  void add_convolution() {
    const workloads::ConvParams& conv = stage_.conv;
    const std::int32_t taps = workloads::kernel_taps(conv);
    const std::int32_t groups = tile_.core.groups();
    const std::int64_t words = std::int64_t{stage_.in_channels} * taps * groups;
    if (!words_fit(words)) return;
    for (std::int32_t in = 0; in < stage_.in_channels; ++in)
      for (std::int32_t tap = 0; tap < taps; ++tap)
        for (std::int32_t g = 0; g < groups; ++g) {
          const std::int32_t word = new_word();
          for (std::int32_t lane = 0; lane < lanes() && g * lanes() + lane < channels_.size(); ++lane) {
            const std::int32_t out = channels_.first + g * lanes() + lane;
            put(word, lane, conv.weight[workloads::weight_index(conv, stage_.in_channels, out, in, tap)]);
          }
        }
    tile_.channels_in = stage_.in_channels;
    for (std::int32_t at = 0; at < workloads::in_tokens(conv); ++at) {
      const std::size_t first = tile_.core.entries.size();
      std::int64_t reached = 0;
      workloads::for_each_tap(conv, at, tokens_, [&](std::int32_t token, std::int32_t tap) {
        ++reached;
        for (std::int32_t g = 0; g < groups; ++g)
          tile_.core.entries.push_back({token - tokens_.first, g, tap * groups + g});
      });
      for (std::int32_t in = 0; in < stage_.in_channels; ++in)
        tile_.axon_of.push_back(
            reached == 0 ? 0 : new_axon(list_since(first, in * taps * groups), reached * channels_.size()));
    }
  }

  void add_pooling() {
    const workloads::ConvParams& conv = stage_.conv;
    const std::int32_t taps = workloads::kernel_taps(conv);
    if (!words_fit(std::int64_t{channels_.size()} * taps)) return;
    for (std::int32_t c = 0; c < channels_.size(); ++c)
      for (std::int32_t tap = 0; tap < taps; ++tap)
        put(new_word(), c % lanes(),
            conv.weight[workloads::weight_index(conv, stage_.in_channels, channels_.first + c, 0, tap)]);
    tile_.channels_in = stage_.in_channels;
    for (std::int32_t at = 0; at < workloads::in_tokens(conv); ++at) {
      std::vector<AxonList> of_group;
      for (std::int32_t g = 0; g < tile_.core.groups(); ++g) {
        const std::size_t first = tile_.core.entries.size();
        workloads::for_each_tap(conv, at, tokens_, [&](std::int32_t token, std::int32_t tap) {
          tile_.core.entries.push_back({token - tokens_.first, g, tap});
        });
        of_group.push_back(list_since(first, 0));
      }
      for (std::int32_t in = 0; in < stage_.in_channels; ++in) {
        const std::int32_t c = in - channels_.first;
        AxonList list = channels_.contains(in) ? of_group[static_cast<std::size_t>(c / lanes())] : AxonList{};
        list.base = c * taps;
        tile_.axon_of.push_back(list.count == 0 ? 0 : new_axon(list, list.count));
      }
    }
  }

  void add_sparse() {
    for (std::int32_t source = 0; source < stage_.sparse->sources(); ++source) {
      const std::size_t first = tile_.core.entries.size();
      std::int64_t synapses = 0;
      std::int32_t group = -1;
      std::int32_t word = 0;
      if (!words_fit(static_cast<std::int64_t>(tile_.core.word_weight.size()) / lanes())) return;
      stage_.sparse->for_each(source, channels_, [&](std::int32_t target, std::int32_t weight) {
        const std::int32_t n = target - channels_.first;
        if (n / lanes() != group) {
          group = n / lanes();
          word = new_word();
          tile_.core.entries.push_back({0, group, word});
        }
        put(word, n % lanes(), weight);
        ++synapses;
      });
      tile_.axon_of.push_back(synapses == 0 ? 0 : new_axon(list_since(first, 0), synapses));
    }
  }

  bool words_fit(std::int64_t words) {
    const CoreLimits& c = tile_.core.limits;
    const std::int32_t most = c.axons * (c.neurons / c.lanes);
    if (words > most)
      refuse(fmt::format("its weights need {} words of {} synapses, there are {}", words, c.lanes, most));
    return words <= most;
  }

  void check_sizes() {
    const CoreLimits& c = tile_.core.limits;
    words_fit(static_cast<std::int64_t>(tile_.core.word_weight.size()) / c.lanes);
    if (tile_.core.lists.size() > static_cast<std::size_t>(c.sources))
      refuse(fmt::format("{} axons, one without synapses included, exceed its {}", tile_.core.lists.size(), c.sources));
    if (tile_.core.entries.size() > static_cast<std::size_t>(c.list_entries))
      refuse(fmt::format("its lists need {} entries, there are {}", tile_.core.entries.size(), c.list_entries));
  }

  const sim::TileSpec& spec_;
  const Stage& stage_;
  workloads::IndexRange tokens_, channels_;
  CompartmentTile tile_;
};

}  // namespace

CompartmentTile compartment_tile(const sim::TileSpec& spec, const CoreLimits& limits) {
  return Builder(spec, limits).build();
}

}  // namespace ranvier::rtl
