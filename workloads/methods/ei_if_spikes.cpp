// SPDX-License-Identifier: Apache-2.0
// EiIfNetwork::rest_by_spikes: every neuron stepped, every spike delivered by itself, in any order.
#include <algorithm>
#include <utility>

#include "base/random.h"
#include "workloads/methods/ei_if_network.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

struct Spike {
  std::size_t port = 0;
  std::size_t token = 0;
  std::size_t channel = 0;
  std::int32_t sign = 0;
};

constexpr std::size_t kLooks = 4;  // at what has arrived, by the units that map it and emit differences

bool has_map(const Stage& stage) {
  return stage.kind == StageKind::kScores || stage.kind == StageKind::kLayerNorm || stage.kind == StageKind::kGelu;
}

/// Fisher-Yates with counter-based draws.
void shuffle(std::vector<Spike>& spikes, std::uint64_t seed, std::uint64_t entity) {
  for (std::size_t i = spikes.size(); i > 1; --i)
    std::swap(spikes[i - 1], spikes[random_below(static_cast<std::uint32_t>(i), seed, entity, i)]);
}

/// What a stage has been told so far: totals by port, and the products that they make.
class Receiver {
 public:
  Receiver(const Stage& stage, const std::vector<EiIfTensor>& tensors) : stage_(stage) {
    for (const StageInput& input : stage.inputs) totals_.emplace_back(tensors[input.stage.value()].codes.size());
    const bool has_products =
        stage.kind == StageKind::kLinear || stage.kind == StageKind::kScores || stage.kind == StageKind::kMix;
    if (has_products)
      products_.resize(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
  }

  void deliver(const Spike& spike) {
    if (stage_.kind == StageKind::kLinear) row(spike);
    if (stage_.kind == StageKind::kScores) score(spike);
    if (stage_.kind == StageKind::kMix) mix(spike);
    totals_[spike.port][spike.token * width(spike.port) + spike.channel] += spike.sign;
  }

  std::size_t width(std::size_t port) const {
    return static_cast<std::size_t>(stage_.kind == StageKind::kMix && port == 1 ? stage_.channels : stage_.in_channels);
  }
  const std::vector<std::vector<std::int32_t>>& totals() const { return totals_; }
  const std::vector<std::int64_t>& products() const { return products_; }

 private:
  std::size_t tokens() const { return static_cast<std::size_t>(stage_.tokens); }
  std::size_t heads() const { return static_cast<std::size_t>(stage_.heads); }
  std::size_t channels() const { return static_cast<std::size_t>(stage_.channels); }

  void row(const Spike& spike) {
    if (spike.token >= tokens()) return;
    for (std::size_t o = 0; o < channels(); ++o)
      products_[spike.token * channels() + o] += spike.sign * stage_.linear.weight[spike.channel * channels() + o];
  }

  /// q adds the keys' sums so far, k the queries': each pair of spikes is counted once, by the later of the two.
  void score(const Spike& spike) {
    const std::size_t keys = channels() / heads(), head = spike.channel / (width(0) / heads());
    for (std::size_t other = 0; other < (spike.port == 0 ? keys : tokens()); ++other) {
      const std::size_t query = spike.port == 0 ? spike.token : other, key = spike.port == 0 ? other : spike.token;
      if (query >= tokens()) continue;
      products_[(query * heads() + head) * keys + key] +=
          spike.sign * totals_[1 - spike.port][other * width(0) + spike.channel];
    }
  }

  void mix(const Spike& spike) {
    const std::size_t keys = width(0) / heads(), depth = channels() / heads();
    if (spike.port == 0) {
      const std::size_t head = spike.channel / keys, key = spike.channel % keys;
      for (std::size_t d = head * depth; spike.token < tokens() && d < (head + 1) * depth; ++d)
        products_[spike.token * channels() + d] += spike.sign * totals_[1][key * channels() + d];
      return;
    }
    const std::size_t head = spike.channel / depth;
    for (std::size_t query = 0; query < tokens(); ++query)
      products_[query * channels() + spike.channel] +=
          spike.sign * totals_[0][query * width(0) + head * keys + spike.token];
  }

  const Stage& stage_;
  std::vector<std::vector<std::int32_t>> totals_;
  std::vector<std::int64_t> products_;
};

}  // namespace

EiIfRest EiIfNetwork::rest_by_spikes(std::span<const std::int32_t> input_codes, std::uint64_t seed) const {
  check_input_codes(program_, input_codes);
  EiIfRest rest;
  rest.tensors.resize(program_.stages.size());
  rest.tensors[0] = form_->input({input_codes.begin(), input_codes.end()});
  for (std::size_t s = 1; s < program_.stages.size(); ++s) {
    const Stage& stage = program_.stages[s];
    Receiver receiver(stage, rest.tensors);
    std::vector<Spike> spikes;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const std::vector<std::int32_t>& codes = rest.tensors[stage.inputs[port].stage.value()].codes;
      for (std::size_t i = 0; i < codes.size(); ++i)
        for (std::int32_t left = std::abs(codes[i]); left > 0; --left)
          spikes.push_back({port, i / receiver.width(port), i % receiver.width(port), codes[i] < 0 ? -1 : 1});
    }
    shuffle(spikes, seed, s);
    std::vector<EiIfTensor> seen = rest.tensors;
    StageWork ignored;
    EiIfPotentials potentials;
    std::vector<std::int64_t> emitted;  // sum of the differences that the map has put out
    const std::size_t looks = has_map(stage) ? kLooks : 1;
    for (std::size_t look = 1, next = 0; look <= looks; ++look) {
      for (const std::size_t end = spikes.size() * look / looks; next < end; ++next) receiver.deliver(spikes[next]);
      for (std::size_t port = 0; port < stage.inputs.size(); ++port)
        seen[stage.inputs[port].stage.value()].codes = receiver.totals()[port];
      if (stage.kind == StageKind::kAdd) continue;
      const std::vector<std::int64_t> before = potentials.value;
      potentials = form_->potentials(s, receiver.products(), seen, ignored);
      emitted.resize(potentials.value.size());
      for (std::size_t i = 0; i < emitted.size(); ++i)
        emitted[i] += potentials.value[i] - (before.empty() ? 0 : before[i]);
    }
    if (stage.kind == StageKind::kAdd) {
      rest.tensors[s] = form_->residual_sum(s, seen, ignored);
      continue;
    }
    potentials.value = emitted;
    if (!stage.encoder.present) {
      rest.head = potentials;
      continue;
    }
    EiIfTensor& tensor = rest.tensors[s];
    tensor.scale = potentials.scale;
    tensor.codes.resize(potentials.value.size());
    for (std::size_t i = 0; i < tensor.codes.size(); ++i) {
      EiIfNeuron neuron(potentials.of(i % static_cast<std::size_t>(stage.channels)));
      for (std::int32_t t = 0; t < stage.encoder.hi; ++t)
        tensor.codes[i] += std::max(neuron.step(potentials.value[i]), stage.encoder.lo < 0 ? -1 : 0);
    }
  }
  return rest;
}

}  // namespace ranvier::workloads
