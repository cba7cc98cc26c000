// SPDX-License-Identifier: Apache-2.0
// Which packets of an experiment are under way, and what those that arrived took.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/network.h"
#include "sim/network_timing.h"
#include "sim/traffic.h"

namespace ranvier::sim {

class TrafficTally {
 public:
  /// Measured: packets made in cycles [begin, end). `to_head`: latency until the head goes out of the last router.
  TrafficTally(const MeshSpec& mesh, std::int64_t begin, std::int64_t end, bool to_head);

  /// A new packet; its number in the network, which is used again when all of it has arrived.
  std::uint32_t made(std::int64_t at, CoreId from, std::int32_t destinations, std::int32_t flits);
  /// The times of this packet are wanted, as number `place`.
  void name(std::uint32_t id, std::size_t place);
  void entered(const Entry& entry);
  void head_arrived(const Entry& entry) { in_flight_[entry.id].head = entry.at; }
  void delivered(const Delivery& delivery);

  /// Measured packets on their way.
  std::int64_t inside() const { return measured_inside_; }
  std::int64_t flits_entered() const { return flits_entered_; }
  /// Of measured packets.
  std::int64_t flits_delivered() const { return flits_delivered_; }
  std::int64_t last_delivery() const { return last_delivery_; }
  /// Everything but links and speeds.
  TrafficResult result(bool drained) const;

 private:
  struct InFlight {
    std::int64_t made = 0;
    std::int64_t entered = 0;
    std::int64_t head = 0;  // its head arrived
    CoreId from;
    std::int32_t left = 0;  // destinations it has not reached
    std::int32_t flits = 0;
    std::int64_t name = -1;
  };
  bool measured(std::int64_t cycle) const { return cycle >= begin_ && cycle < end_; }
  void sample(std::int64_t latency);
  std::int64_t percentile(double share) const;

  MeshSpec mesh_;
  std::int64_t begin_, end_;
  bool to_head_;
  std::vector<InFlight> in_flight_;  // by packet id
  std::vector<std::uint32_t> free_;
  std::vector<PacketTimes> times_;
  std::vector<std::int64_t> by_latency_;  // samples; the last stands for all that took as long or longer
  std::int64_t generated_ = 0, measured_inside_ = 0, packets_ = 0;
  std::int64_t samples_ = 0, latency_ = 0, network_latency_ = 0, empty_latency_ = 0, routers_ = 0, most_ = 0;
  std::int64_t flits_generated_ = 0, flits_accepted_ = 0, flits_entered_ = 0, flits_delivered_ = 0;
  std::int64_t last_delivery_ = -1;
};

}  // namespace ranvier::sim
