// SPDX-License-Identifier: Apache-2.0
#include "sim/ideal_network.h"

#include <algorithm>
#include <array>
#include <deque>
#include <queue>
#include <stdexcept>
#include <tuple>

#include "mapper/mesh.h"
#include "sim/network_timing.h"

namespace ranvier::sim {
namespace {

class IdealNetwork final : public Network {
 public:
  IdealNetwork(const chips::Board& board, const IdealNetworkOptions& options)
      : board_(board),
        mesh_(mesh_of(board)),
        options_(options),
        link_flits_(mapper::link_count(board)),
        cores_(board.cores()) {}

  void inject(const Packet& packet, std::int64_t at) override {
    std::uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(packets_.size());
      packets_.push_back(packet);
    } else {
      slot = free_.back();
      free_.pop_back();
      packets_[slot] = packet;
    }
    ++inside_;
    schedule(std::max(at, now_ + 1), What::kReady, packet.source, slot);
  }

  std::int64_t next_event() const override { return agenda_.empty() ? kNever : agenda_.top().at; }
  bool idle() const override { return inside_ == 0; }

  void advance(std::int64_t until, std::vector<Delivery>& out) override {
    while (!agenda_.empty() && agenda_.top().at <= until) {
      const Happening h = agenda_.top();
      agenda_.pop();
      switch (h.what) {
        case What::kReady:
          ready(h);
          break;
        case What::kPort:
          cores_[h.core.value()].asked = false;
          leave(h.core, h.at);
          break;
        case What::kHeadOut:
          eject(h);
          break;
        case What::kTailOut:
          out.push_back({packets_[h.slot].id, h.core, h.at});
          free_.push_back(h.slot);
          --inside_;
          break;
      }
    }
    now_ = std::max(now_, until);
  }

  void set_ejection(CoreId, bool open) override {
    if (!open) throw std::logic_error("ejection ports of an ideal network cannot be closed");
  }
  const std::vector<std::int64_t>& link_flits() const override { return link_flits_; }
  void clear_counters() override { link_flits_.assign(link_flits_.size(), 0); }
  void log_entries(std::vector<Entry>* log) override { entries_ = log; }

 private:
  enum class What : std::uint8_t { kReady, kPort, kHeadOut, kTailOut };
  struct Happening {
    std::int64_t at;
    What what;
    CoreId core;
    std::int64_t order;  // of scheduling: equals stay in turn
    std::uint32_t slot;
    bool operator>(const Happening& o) const {
      return std::tie(at, what, core, order) > std::tie(o.at, o.what, o.core, o.order);
    }
  };
  struct Core {
    std::array<std::deque<std::uint32_t>, 2> queue;  // own packets, relays
    std::int64_t in_free = 0, out_free = 0;
    bool asked = false;  // a look at the port is on the agenda
  };

  void schedule(std::int64_t at, What what, CoreId core, std::uint32_t slot) {
    agenda_.push({at, what, core, scheduled_++, slot});
  }

  void ready(const Happening& h) {
    if (!options_.injection) return enter(h.slot, h.at);
    Core& core = cores_[h.core.value()];
    core.queue[packets_[h.slot].relay ? 1 : 0].push_back(h.slot);
    ask(h.core, h.at);
  }

  void ask(CoreId id, std::int64_t now) {
    Core& core = cores_[id.value()];
    if (core.asked) return;
    core.asked = true;
    schedule(std::max(now, core.in_free), What::kPort, id, 0);
  }

  void leave(CoreId id, std::int64_t now) {
    Core& core = cores_[id.value()];
    auto& queue = core.queue[core.queue[1].empty() ? 0 : 1];
    const std::uint32_t slot = queue.front();
    queue.pop_front();
    core.in_free = now + packets_[slot].flits;
    enter(slot, now);
    if (!core.queue[0].empty() || !core.queue[1].empty()) ask(id, now);
  }

  void enter(std::uint32_t slot, std::int64_t now) {
    const Packet& p = packets_[slot];
    if (entries_ != nullptr) entries_->push_back({p.id, now});
    mapper::for_each_xy_link(board_, p.source, p.destination,
                             [&](LinkId link) { link_flits_[link.value()] += p.flits; });
    const auto latency = [&](std::int32_t flits) {
      return options_.latency ? zero_load_cycles(mesh_, p.source, p.destination, flits) : 0;
    };
    if (options_.ejection) {
      schedule(now + latency(1), What::kHeadOut, p.destination, slot);
    } else {
      schedule(now + latency(p.flits), What::kTailOut, p.destination, slot);
    }
  }

  /// The sink reads the packet as fast as it comes, one flit a cycle at most.
  void eject(const Happening& h) {
    const Packet& p = packets_[h.slot];
    const std::int64_t tail_behind = options_.latency ? zero_load_cycles(mesh_, p.source, p.destination, p.flits) -
                                                            zero_load_cycles(mesh_, p.source, p.destination, 1)
                                                      : 0;
    Core& core = cores_[h.core.value()];
    const std::int64_t start = std::max(h.at, core.out_free);
    const std::int64_t done = std::max(start + p.flits - 1, h.at + tail_behind);
    core.out_free = done + 1;
    schedule(done, What::kTailOut, h.core, h.slot);
  }

  const chips::Board& board_;
  MeshSpec mesh_;
  IdealNetworkOptions options_;
  std::vector<std::int64_t> link_flits_;
  std::vector<Core> cores_;
  std::vector<Packet> packets_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> agenda_;
  std::vector<Entry>* entries_ = nullptr;
  std::int64_t now_ = -1, inside_ = 0, scheduled_ = 0;
};

}  // namespace

std::unique_ptr<Network> make_ideal_network(const chips::Board& board, const IdealNetworkOptions& options) {
  return std::make_unique<IdealNetwork>(board, options);
}

}  // namespace ranvier::sim
