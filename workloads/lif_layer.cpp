// SPDX-License-Identifier: Apache-2.0
// Walking from events costs a load and a store of each sum that a synapse reaches; walking from outputs keeps the sums
// in registers but looks at every input position under every kernel. Which is less is decided by who fired.
#include "workloads/lif_layer.h"

#include <algorithm>
#include <bit>

#include "hwy/cache_control.h"
#include "workloads/compartment.h"
#include "workloads/lif_kernels.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kTokensOfPart = 64;  // of a convolution's output
constexpr std::size_t kWordBits = 64;
constexpr std::size_t kRowsAhead = 2;              // asked for before they are needed: rows lie apart, each read once
constexpr std::int64_t kCachedSynapses = 700'000;  // about 2 MiB: up to so many, asking ahead costs more than it gains

void prefetch(const SparseSynapses::Row& row) {
  constexpr std::uint32_t kLine = 64;
  for (std::uint32_t k = 0; k < row.count; k += kLine / sizeof(std::uint16_t)) hwy::Prefetch(row.target + k);
  for (std::uint32_t k = 0; k < row.count; k += kLine) hwy::Prefetch(row.weight + k);
}

}  // namespace

LifLayer::LifLayer(const Stage& stage, std::int32_t longest_delay, SynapseWalk walk)
    : stage_(&stage),
      slots_(std::max(1, longest_delay)),
      walk_(walk),
      synapses_(synapse_count(stage)),
      sources_(stage.sparse ? stage.in_channels : std::int64_t{in_tokens(stage.conv)} * stage.in_channels),
      counts_(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels)) {
  sums_.resize(static_cast<std::size_t>(slots_) * neurons());
  (stage.integrate ? v_.resize(neurons()) : cuba_.resize(neurons()));
  fired_.resize(update_parts() * (kNeuronsOfPart + kFiredSlack));
  fired_in_part_.resize(update_parts());
  delivery_parts_ = stage.sparse ? stage.sparse->blocks().size()
                                 : static_cast<std::size_t>((stage.tokens + kTokensOfPart - 1) / kTokensOfPart);
  events_in_part_.resize(delivery_parts_);
  if (!stage.sparse) lay_out_weights();
}

void LifLayer::lay_out_weights() {
  const ConvParams& conv = stage_->conv;
  if (conv.depthwise) {
    weight_ = conv.weight;
    return;
  }
  const std::int32_t taps = kernel_taps(conv);
  weight_.reserve(conv.weight.size());
  for (std::int32_t in = 0; in < stage_->in_channels; ++in)
    for (std::int32_t tap = 0; tap < taps; ++tap)
      for (std::int32_t out = 0; out < stage_->channels; ++out)
        weight_.push_back(conv.weight[weight_index(conv, stage_->in_channels, out, in, tap)]);
  const std::size_t words = (static_cast<std::size_t>(stage_->in_channels) + kWordBits - 1) / kWordBits;
  spike_bits_.resize(words * static_cast<std::size_t>(in_tokens(conv)));
}

void LifLayer::begin() {
  std::fill(sums_.begin(), sums_.end(), 0);
  std::fill(counts_.begin(), counts_.end(), 0);
  for (std::size_t i = 0; i < neurons(); ++i) {
    const CubaState before = compartment_before(*stage_, i);
    if (stage_->integrate) {
      v_[i] = before.v;
    } else {
      cuba_[i] = before;
    }
  }
  fired_count_ = 0;
  spikes_ = synaptic_events_ = dense_steps_ = 0;
}

void LifLayer::open_delivery(std::int32_t arrival, std::int32_t first_source, std::span<const std::int32_t> fired) {
  arriving_ = fired;
  first_source_ = first_source;
  target_sums_ = sums_at(arrival);
  dense_walk_ = false;
  if (stage_->sparse || stage_->conv.depthwise) return;
  // A dense layer has one output position: its events are its rows, and nothing is gained by looking at the others.
  const std::size_t inputs =
      static_cast<std::size_t>(in_tokens(stage_->conv)) * static_cast<std::size_t>(stage_->in_channels);
  dense_walk_ = walk_ == SynapseWalk::kDense ||
                (walk_ == SynapseWalk::kMeasured && stage_->tokens > 1 && fired.size() * kDenseWalkShare > inputs);
  if (!dense_walk_) return;
  ++dense_steps_;
  const std::size_t words = spike_bits_.size() / static_cast<std::size_t>(in_tokens(stage_->conv));
  std::fill(spike_bits_.begin(), spike_bits_.end(), 0);
  for (const std::int32_t unit : fired) {
    const auto channel = static_cast<std::size_t>(unit % stage_->in_channels);
    const auto token = static_cast<std::size_t>(unit / stage_->in_channels);
    spike_bits_[token * words + channel / kWordBits] |= std::uint64_t{1} << (channel % kWordBits);
  }
}

std::int64_t LifLayer::expected_events() const {
  return static_cast<std::int64_t>(arriving_.size()) * (synapses_ / std::max<std::int64_t>(1, sources_));
}

IndexRange LifLayer::tokens_of(std::size_t part) const {
  const auto first = static_cast<std::int32_t>(part) * kTokensOfPart;
  return {first, std::min(first + kTokensOfPart, stage_->tokens)};
}

void LifLayer::deliver_part(std::size_t part) {
  events_in_part_[part] = 0;
  if (stage_->sparse) {
    deliver_sparse(part);
  } else if (dense_walk_) {
    events_in_part_[part] = deliver_conv_dense(tokens_of(part));
  } else {
    events_in_part_[part] = deliver_conv_events(tokens_of(part));
  }
}

void LifLayer::deliver_sparse(std::size_t part) {
  const SparseSynapses& synapses = *stage_->sparse;
  const SparseSynapses::Block& block = synapses.blocks()[part];
  std::int32_t* sums = target_sums_ + block.first;
  if (synapses.dense()) {
    const auto width = static_cast<std::size_t>(block.width);
    add_dense_rows(block.weight.data() + static_cast<std::size_t>(first_source_) * width, width, arriving_, sums);
    events_in_part_[part] = static_cast<std::int64_t>(arriving_.size()) * block.width;
    return;
  }
  std::int64_t events = 0;
  const bool far = synapses.synapses() > kCachedSynapses;
  for (std::size_t i = 0; i < arriving_.size(); ++i) {
    if (far && i + kRowsAhead < arriving_.size()) prefetch(synapses.row(block, first_source_ + arriving_[i + kRowsAhead]));
    const SparseSynapses::Row row = synapses.row(block, first_source_ + arriving_[i]);
    add_sparse_row(row.target, row.weight, row.count, sums);
    events += row.count;
  }
  events_in_part_[part] = events;
}

std::int64_t LifLayer::deliver_conv_events(IndexRange tokens) {
  const ConvParams& conv = stage_->conv;
  const auto outputs = static_cast<std::size_t>(stage_->channels);
  const auto taps = static_cast<std::size_t>(kernel_taps(conv));
  std::int64_t events = 0;
  for (const std::int32_t unit : arriving_) {
    const auto channel = static_cast<std::size_t>(unit % stage_->in_channels);
    const std::int16_t* weight = weight_.data() + channel * taps * (conv.depthwise ? 1 : outputs);
    for_each_tap(conv, unit / stage_->in_channels, tokens, [&](std::int32_t token, std::int32_t tap) {
      std::int32_t* sums = target_sums_ + static_cast<std::size_t>(token) * outputs;
      if (conv.depthwise) {
        sums[channel] += weight[tap];
        ++events;
        return;
      }
      add_wide_row(weight + static_cast<std::size_t>(tap) * outputs, outputs, sums);
      events += stage_->channels;
    });
  }
  return events;
}

std::int64_t LifLayer::deliver_conv_dense(IndexRange tokens) {
  const ConvParams& conv = stage_->conv;
  const auto outputs = static_cast<std::size_t>(stage_->channels);
  const auto taps = static_cast<std::size_t>(kernel_taps(conv));
  const std::size_t words = spike_bits_.size() / static_cast<std::size_t>(in_tokens(conv));
  std::vector<const std::int16_t*> rows;
  std::int64_t events = 0;
  for (std::int32_t token = tokens.first; token < tokens.end; ++token) {
    const std::int32_t top = token / conv.out_width * conv.stride - conv.padding;
    const std::int32_t left = token % conv.out_width * conv.stride - conv.padding;
    rows.clear();
    for (std::int32_t ky = std::max(0, -top); ky < std::min(conv.kernel_height, conv.in_height - top); ++ky) {
      for (std::int32_t kx = std::max(0, -left); kx < std::min(conv.kernel_width, conv.in_width - left); ++kx) {
        const auto position = static_cast<std::size_t>((top + ky) * conv.in_width + left + kx);
        const auto tap = static_cast<std::size_t>(ky * conv.kernel_width + kx);
        for (std::size_t word = 0; word < words; ++word) {
          for (std::uint64_t bits = spike_bits_[position * words + word]; bits != 0; bits &= bits - 1) {
            const std::size_t channel = word * kWordBits + static_cast<std::size_t>(std::countr_zero(bits));
            rows.push_back(weight_.data() + (channel * taps + tap) * outputs);
          }
        }
      }
    }
    add_wide_rows(rows, outputs, target_sums_ + static_cast<std::size_t>(token) * outputs);
    events += static_cast<std::int64_t>(rows.size()) * stage_->channels;
  }
  return events;
}

void LifLayer::close_delivery() {
  for (const std::int64_t events : events_in_part_) synaptic_events_ += events;
}

std::size_t LifLayer::update_cuba(std::int32_t* sums, std::size_t first, std::size_t end, std::int32_t* fired) {
  std::size_t n = 0;
  for (std::size_t i = first; i < end; ++i) {
    if (sums[i] == 0 && at_rest(cuba_[i], stage_->cuba)) continue;
    if (cuba_step(cuba_[i], sums[i], stage_->cuba)) fired[n++] = static_cast<std::int32_t>(i);
    sums[i] = 0;
  }
  return n;
}

void LifLayer::update_part(std::int32_t now, std::size_t part) {
  const std::size_t first = part * kNeuronsOfPart;
  const std::size_t end = std::min(first + kNeuronsOfPart, neurons());
  std::int32_t* fired = fired_.data() + part * (kNeuronsOfPart + kFiredSlack);
  std::int32_t* sums = sums_at(now);
  std::size_t n = 0;
  if (stage_->integrate) {
    n = integrate_step({v_.data() + first, end - first}, sums + first, stage_->integrate->bias,
                       stage_->integrate->threshold, static_cast<std::int32_t>(first), fired);
  } else {
    n = update_cuba(sums, first, end, fired);
  }
  for (std::size_t i = 0; i < n; ++i) ++counts_[static_cast<std::size_t>(fired[i])];
  fired_in_part_[part] = n;
}

void LifLayer::close_update() {
  fired_count_ = 0;
  for (std::size_t part = 0; part < fired_in_part_.size(); ++part) {
    const std::int32_t* from = fired_.data() + part * (kNeuronsOfPart + kFiredSlack);
    if (part > 0) std::copy_n(from, fired_in_part_[part], fired_.data() + fired_count_);
    fired_count_ += fired_in_part_[part];
  }
  spikes_ += static_cast<std::int64_t>(fired_count_);
}

std::int64_t LifLayer::bytes() const {
  std::size_t all = weight_.capacity() * sizeof(std::int16_t) + cuba_.capacity() * sizeof(CubaState) +
                    spike_bits_.capacity() * sizeof(std::uint64_t) +
                    (sums_.capacity() + v_.capacity() + counts_.capacity() + fired_.capacity()) * sizeof(std::int32_t);
  return static_cast<std::int64_t>(all) + (stage_->sparse ? stage_->sparse->bytes() : 0);
}

}  // namespace ranvier::workloads
