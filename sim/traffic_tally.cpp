// SPDX-License-Identifier: Apache-2.0
// Packets under way in an experiment and the latencies of those that arrived.
#include "sim/traffic_tally.h"

#include <algorithm>
#include <cmath>

#include "sim/network_topology.h"

namespace ranvier::sim {

namespace {

constexpr double kSaturationFactor = 3;  // mean latency over that of an empty network
constexpr double kStuckShare = 0.02;     // of measured packets, without a drain
constexpr std::size_t kMostBuckets = std::size_t{1} << 16;

}  // namespace

TrafficTally::TrafficTally(const MeshSpec& mesh, std::int64_t begin, std::int64_t end, bool to_head)
    : mesh_(mesh), begin_(begin), end_(end), to_head_(to_head) {}

std::uint32_t TrafficTally::made(std::int64_t at, CoreId from, std::int32_t destinations, std::int32_t flits) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(in_flight_.size()));
    in_flight_.emplace_back();
  }
  const std::uint32_t id = free_.back();
  free_.pop_back();
  in_flight_[id] = {at, 0, 0, from, destinations, flits, -1};
  if (measured(at)) {
    ++generated_;
    ++measured_inside_;
    flits_generated_ += flits;
  }
  return id;
}

void TrafficTally::name(std::uint32_t id, std::size_t place) {
  in_flight_[id].name = static_cast<std::int64_t>(place);
  if (times_.size() <= place) times_.resize(place + 1);
}

void TrafficTally::entered(const Entry& entry) {
  InFlight& packet = in_flight_[entry.id];
  packet.entered = entry.at;
  flits_entered_ += packet.flits;
  if (packet.name >= 0) times_[static_cast<std::size_t>(packet.name)].entered = entry.at;
}

void TrafficTally::delivered(const Delivery& delivery) {
  InFlight& packet = in_flight_[delivery.id];
  if (measured(delivery.at)) flits_accepted_ += packet.flits;
  // The head goes out of the last router one hop before it is in the core.
  const std::int64_t at = to_head_ ? packet.head - mesh_.timing.hop() : delivery.at;
  if (measured(packet.made)) {
    const std::int32_t counted_flits = to_head_ ? 1 : packet.flits;
    const std::int64_t empty =
        zero_load_cycles(mesh_, packet.from, delivery.destination, counted_flits) - (to_head_ ? mesh_.timing.hop() : 0);
    sample(at - packet.made);
    flits_delivered_ += packet.flits;
    last_delivery_ = delivery.at;
    network_latency_ += at - packet.entered;
    empty_latency_ += empty;
    routers_ += way_between(mesh_, mesh_.router_of(packet.from), mesh_.router_of(delivery.destination)).links() + 1;
  }
  if (--packet.left != 0) return;
  if (measured(packet.made)) {
    --measured_inside_;
    ++packets_;
  }
  if (packet.name >= 0) times_[static_cast<std::size_t>(packet.name)].delivered = at;
  free_.push_back(delivery.id);
}

void TrafficTally::sample(std::int64_t latency) {
  ++samples_;
  latency_ += latency;
  most_ = std::max(most_, latency);
  const std::size_t bucket = std::min(static_cast<std::size_t>(latency), kMostBuckets - 1);
  if (by_latency_.size() <= bucket) by_latency_.resize(bucket + 1);
  ++by_latency_[bucket];
}

std::int64_t TrafficTally::percentile(double share) const {
  const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(samples_)));
  std::int64_t seen = 0;
  for (std::size_t latency = 0; latency < by_latency_.size(); ++latency) {
    seen += by_latency_[latency];
    if (seen >= wanted) return latency + 1 == kMostBuckets ? most_ : static_cast<std::int64_t>(latency);
  }
  return 0;
}

TrafficResult TrafficTally::result(bool drained) const {
  const auto mean = [this](std::int64_t sum) {
    return samples_ == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(samples_);
  };
  const auto cycles = static_cast<double>(end_ - begin_);
  const double core_cycles = cycles * mesh_.cores();
  TrafficResult r;
  r.latency_mean_cycles = mean(latency_);
  r.network_latency_mean_cycles = mean(network_latency_);
  r.empty_latency_mean_cycles = mean(empty_latency_);
  r.latency_max_cycles = most_;
  r.latency_p99_cycles = percentile(0.99);
  r.hops_mean = mean(routers_);
  r.accepted = static_cast<double>(flits_accepted_) / core_cycles;
  r.offered = static_cast<double>(flits_generated_) / core_cycles;
  const auto inside = static_cast<double>(measured_inside_);
  const auto generated = static_cast<double>(generated_);
  const double left_of_itself = r.empty_latency_mean_cycles * generated / cycles;
  const bool stuck =
      drained ? measured_inside_ > 0 : inside > kStuckShare * generated && inside > kSaturationFactor * left_of_itself;
  r.saturated = stuck || r.latency_mean_cycles > kSaturationFactor * r.empty_latency_mean_cycles;
  r.packets = packets_;
  r.times = times_;
  return r;
}

}  // namespace ranvier::sim
