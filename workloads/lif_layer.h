// SPDX-License-Identifier: Apache-2.0
// One kLif stage in the functional engine: sums of what arrives, compartments, who fired. Work is cut into parts that
// write to places of their own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/conv.h"
#include "workloads/cuba.h"
#include "workloads/lif_engine.h"
#include "workloads/program.h"

namespace ranvier::workloads {

class LifLayer {
 public:
  /// `longest_delay`: most steps from a spike of an input to its arrival here.
  LifLayer(const Stage& stage, std::int32_t longest_delay, SynapseWalk walk);

  void begin();

  /// What the units given (ascending) of one input sent, to arrive in step `arrival`; `first_source` is the number of
  /// that input's first unit. First open_delivery(), then every part, in any order, then close_delivery().
  void open_delivery(std::int32_t arrival, std::int32_t first_source, std::span<const std::int32_t> fired);
  /// Synapses that the delivery under way passes, about: with every source's mean.
  std::int64_t expected_events() const;
  std::size_t delivery_parts() const { return delivery_parts_; }
  void deliver_part(std::size_t part);
  void close_delivery();

  std::size_t update_parts() const { return (neurons() + kNeuronsOfPart - 1) / kNeuronsOfPart; }
  void update_part(std::int32_t now, std::size_t part);
  void close_update();

  std::span<const std::int32_t> fired() const { return {fired_.data(), fired_count_}; }
  const std::vector<std::int32_t>& counts() const { return counts_; }
  std::int64_t spikes() const { return spikes_; }
  std::int64_t synaptic_events() const { return synaptic_events_; }
  std::int64_t dense_steps() const { return dense_steps_; }
  std::int64_t bytes() const;

 private:
  static constexpr std::size_t kNeuronsOfPart = 4096;
  static constexpr std::size_t kDenseWalkShare = 64;  // of a convolution's inputs: more than one in so many fired
  std::size_t neurons() const { return counts_.size(); }
  std::int32_t* sums_at(std::int32_t step) {
    return sums_.data() + static_cast<std::size_t>(step % slots_) * counts_.size();
  }
  void deliver_sparse(std::size_t block);
  std::int64_t deliver_conv_events(IndexRange tokens);
  std::int64_t deliver_conv_dense(IndexRange tokens);
  IndexRange tokens_of(std::size_t part) const;
  void lay_out_weights();
  std::size_t update_cuba(std::int32_t* sums, std::size_t first, std::size_t end, std::int32_t* fired);

  const Stage* stage_;
  std::int32_t slots_;
  SynapseWalk walk_;
  std::size_t delivery_parts_ = 1;
  std::int64_t synapses_, sources_;
  std::vector<std::int16_t> weight_;  // conv: [in][tap][out], depthwise [channel][tap]
  std::vector<std::int32_t> sums_;    // [slot][unit]
  std::vector<std::int32_t> v_;       // integrating compartments
  std::vector<CubaState> cuba_;       // the others
  std::vector<std::int32_t> counts_;  // spikes by unit
  std::vector<std::int32_t> fired_;   // parts apart by kNeuronsOfPart + slack until close_update()
  std::vector<std::size_t> fired_in_part_;
  std::size_t fired_count_ = 0;
  std::int64_t spikes_ = 0, synaptic_events_ = 0, dense_steps_ = 0;
  // Of the delivery under way.
  std::span<const std::int32_t> arriving_;
  std::int32_t first_source_ = 0;
  std::int32_t* target_sums_ = nullptr;
  bool dense_walk_ = false;
  std::vector<std::int64_t> events_in_part_;
  std::vector<std::uint64_t> spike_bits_;  // conv, dense walk: [input token][word of channels]
};

}  // namespace ranvier::workloads
