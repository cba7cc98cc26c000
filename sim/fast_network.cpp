// SPDX-License-Identifier: Apache-2.0
// Link reservation: each packet's way through the mesh is worked out once, when it leaves its source queue.
#include "sim/fast_network.h"

#include <algorithm>
#include <cassert>

#include "base/random.h"
#include "sim/cycle_network_state.h"
#include "sim/network_calendar.h"
#include "sim/network_wheel.h"

namespace ranvier::sim {

namespace {

constexpr std::int32_t kLongHopCycles = 8;

template <class Calendar>
class FastNetwork final : public Network {
 public:
  FastNetwork(const MeshSpec& mesh, const NetworkOptions& options)
      : mesh_(mesh),
        options_(options),
        sources_(static_cast<std::size_t>(mesh.cores())),
        sinks_(sources_.size()),
        links_(static_cast<std::size_t>(mesh.routers()) * 4),
        link_flits_(links_.size()),
        held_(sources_.size()),
        closed_(sources_.size()),
        sources_at_work_(sources_.size()),
        sinks_at_work_(sources_.size()) {}

  void inject(const Packet& packet, std::int64_t at) override {
    assert(packet.source.value() < held_.size() && packet.destination.value() < held_.size() && packet.flits > 0);
    std::int64_t ready = std::max(at, now_ + 1);
    if (options_.random_delay_cycles > 0) {
      ready += random_below(static_cast<std::uint32_t>(options_.random_delay_cycles) + 1u, options_.seed, packet.id, 0);
    }
    schedule_.add({packet.id, packet.source.value(), packet.destination.value(), packet.flits, packet.relay, kNoPacket},
                  ready);
    ++packets_inside_;
  }

  std::int64_t next_event() const override { return packets_inside_ == 0 ? kNever : next_scheduled(); }
  bool idle() const override { return packets_inside_ == 0; }

  void advance(std::int64_t until, std::vector<Delivery>& out) override {
    while (now_ < until) {
      now_ = std::min(until, next_scheduled());
      schedule_.move_to(now_);
      step(out);
    }
    schedule_.move_to(now_ + 1);
  }

  void set_ejection(CoreId core, bool open) override {
    closed_[core.value()] = !open;
    if (open && !held_[core.value()].empty()) sinks_at_work_.insert(core.value());
  }

  const std::vector<std::int64_t>& link_flits() const override { return link_flits_; }
  void clear_counters() override { link_flits_.assign(link_flits_.size(), 0); }
  void log_entries(std::vector<Entry>* log) override { entry_log_ = log; }

 private:
  static bool later(const Delivery& a, const Delivery& b) {
    return a.at != b.at ? a.at > b.at : a.destination > b.destination;
  }

  std::int64_t next_scheduled() const {
    if (!sources_at_work_.empty() || !sinks_at_work_.empty()) return now_ + 1;
    const std::int64_t next = schedule_.next(kNever);
    return on_the_way_.empty() ? next : std::min(next, on_the_way_.front().at);
  }

  void step(std::vector<Delivery>& out) {
    for (std::uint32_t i = schedule_.take(now_); i != kNoPacket;) {
      const std::uint32_t next = schedule_[i].next;
      const std::uint32_t core = schedule_[i].core;
      schedule_.append(sources_[core].queue.of(schedule_[i].relay), i);
      sources_at_work_.insert(core);
      i = next;
    }
    sources_at_work_.update([&](std::uint32_t core) { return run_source(sources_[core]); });
    while (!on_the_way_.empty() && on_the_way_.front().at == now_) {
      const Delivery delivery = on_the_way_.front();
      std::pop_heap(on_the_way_.begin(), on_the_way_.end(), later);
      on_the_way_.pop_back();
      held_[delivery.destination.value()].push_back(delivery.id);
      sinks_at_work_.insert(delivery.destination.value());
    }
    sinks_at_work_.update([&](std::uint32_t core) { return deliver(core, out); });
  }

  struct Source {
    SourceQueue queue;
    std::int64_t free = 0;  // first cycle in which it can start on another packet
  };

  /// A flit a cycle, packet after packet.
  bool run_source(Source& source) {
    if (source.free > now_) return true;
    PacketList& queue = source.queue.next();
    const WaitingPacket& packet = schedule_[queue.first];
    source.free = now_ + packet.flits;
    if (entry_log_ != nullptr) entry_log_->push_back({packet.id, now_});
    reserve(packet);
    schedule_.drop_first(queue);
    return !source.queue.empty();
  }

  /// One packet a cycle, in the order in which they arrived.
  bool deliver(std::uint32_t core, std::vector<Delivery>& out) {
    if (closed_[core] != 0) return false;
    Held& held = held_[core];
    out.push_back({held.take(), CoreId(core), now_});
    --packets_inside_;
    return !held.empty();
  }

  void reserve(const WaitingPacket& packet) {
    const std::int64_t trailing = packet.flits - 1;
    std::int64_t head = now_ + mesh_.timing.inject;
    std::int64_t slowest = 1;  // cycles between flits of this packet so far
    const auto cores = static_cast<std::uint32_t>(mesh_.cores_per_router);
    const auto width = static_cast<std::uint32_t>(mesh_.width);
    std::uint32_t at = packet.core / cores;
    const std::uint32_t to_x = packet.destination / cores % width;
    const std::uint32_t to_y = packet.destination / cores / width;
    std::uint32_t x = at % width;
    std::uint32_t y = at / width;
    const auto cross = [&](std::uint32_t direction, std::uint32_t step, std::uint32_t& axis, std::uint32_t sign,
                           std::int32_t chip_side) {
      const auto before = static_cast<std::int32_t>(axis) / chip_side;
      axis += sign;
      const bool edge = before != static_cast<std::int32_t>(axis) / chip_side;
      const std::int64_t cycles = edge ? mesh_.edge.cycles_per_flit : mesh_.timing.link_cycles_per_flit;
      slowest = std::max(slowest, cycles);
      const std::size_t link = std::size_t{at} * 4 + direction;
      const std::int64_t start = links_[link].reserve(now_, head + mesh_.head_setup(), trailing * slowest + cycles);
      link_flits_[link] += packet.flits;
      const std::int64_t hop = direction < 2 ? mesh_.timing.hop() : mesh_.timing.vertical_hop();
      head = start + (edge ? mesh_.edge_hop() : hop);
      at += step;
    };
    while (x < to_x) cross(0, 1, x, 1, mesh_.chip_width);
    while (x > to_x) cross(1, ~0u, x, ~0u, mesh_.chip_width);
    while (y < to_y) cross(2, width, y, 1, mesh_.chip_height);
    while (y > to_y) cross(3, ~width + 1u, y, ~0u, mesh_.chip_height);
    const std::int64_t start =
        sinks_[packet.destination].reserve(now_, head + mesh_.head_setup(), trailing * slowest + 1);
    on_the_way_.push_back({packet.id, CoreId(packet.destination), start + mesh_.timing.hop() + trailing * slowest});
    std::push_heap(on_the_way_.begin(), on_the_way_.end(), later);
  }

  /// Ids that wait at an ejection port, first in, first out.
  struct Held {
    std::vector<std::uint32_t> ids;
    std::size_t first = 0;
    bool empty() const { return first == ids.size(); }
    void push_back(std::uint32_t id) { ids.push_back(id); }
    std::uint32_t take() {
      const std::uint32_t id = ids[first++];
      if (empty()) {
        ids.clear();
        first = 0;
      }
      return id;
    }
  };

  MeshSpec mesh_;
  NetworkOptions options_;
  std::int64_t now_ = -1;
  std::int64_t packets_inside_ = 0;
  std::vector<Source> sources_;
  std::vector<Calendar> sinks_;
  std::vector<Calendar> links_;
  std::vector<std::int64_t> link_flits_;
  std::vector<Held> held_;
  std::vector<std::uint8_t> closed_;
  std::vector<Delivery> on_the_way_;  // heap, earliest first
  PacketSchedule schedule_;
  ActiveSet sources_at_work_;
  ActiveSet sinks_at_work_;
  std::vector<Entry>* entry_log_ = nullptr;
};

}  // namespace

std::unique_ptr<Network> make_fast_network(const MeshSpec& mesh, const NetworkOptions& options) {
  check(mesh);
  // A packet reserves its whole way at once: the calendar must reach to its end, or it cannot use the gaps there.
  if (std::max(mesh.timing.hop(), mesh.timing.vertical_hop()) > kLongHopCycles) {
    return std::make_unique<FastNetwork<LongCalendar>>(mesh, options);
  }
  return std::make_unique<FastNetwork<LinkCalendar>>(mesh, options);
}

std::unique_ptr<Network> make_fast_network(const chips::Board& board, const NetworkOptions& options) {
  return make_fast_network(mesh_of(board), options);
}

std::vector<std::string> fast_network_left_out() {
  return {"network: packets that meet get a link in the order in which they left their sources, not by round-robin",
          "network: router buffers are unbounded, a waiting packet blocks nothing behind it",
          "network: virtual channels are not modelled, packets pass a link whole",
          "network: a full receive FIFO delays deliveries but does not push back into the mesh"};
}

}  // namespace ranvier::sim
