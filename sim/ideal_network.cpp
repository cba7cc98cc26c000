// SPDX-License-Identifier: Apache-2.0
#include "sim/ideal_network.h"

#include <algorithm>
#include <array>
#include <deque>
#include <queue>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "mapper/mesh.h"
#include "mapper/routing/tree.h"
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
    queue(packet, mapper::way_links(board_, packet.source, packet.destination), kNoTree, at);
  }

  using Network::add_tree;
  using Network::inject_tree;
  TreeId add_tree(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links) override {
    Tree tree;
    tree.links.assign(links.begin(), links.end());
    for (const CoreId to : destinations) {
      mapper::WayLinks way;
      for (const LinkId link : mapper::routing::way_to(board_, source, to, links)) mapper::count_link(board_, link, way);
      tree.ways.emplace_back(to, way);
    }
    trees_.push_back(std::move(tree));
    return static_cast<TreeId>(trees_.size() - 1);
  }
  void inject_tree(const Packet& packet, TreeId tree, std::int64_t at) override { queue(packet, {}, tree, at); }

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
          out.push_back({packets_[h.slot].packet.id, h.core, h.at});
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
  static constexpr TreeId kNoTree = UINT32_MAX;
  struct Tree {
    std::vector<LinkId> links;
    std::vector<std::pair<CoreId, mapper::WayLinks>> ways;  // by destination
  };
  struct Inside {
    Packet packet;
    mapper::WayLinks way;  // of one with a destination
    TreeId tree = kNoTree;
  };

  std::uint32_t take_slot(const Inside& packet) {
    ++inside_;
    if (free_.empty()) {
      packets_.push_back(packet);
      return static_cast<std::uint32_t>(packets_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    packets_[slot] = packet;
    return slot;
  }

  void queue(const Packet& packet, const mapper::WayLinks& way, TreeId tree, std::int64_t at) {
    schedule(std::max(at, now_ + 1), What::kReady, packet.source, take_slot({packet, way, tree}));
  }

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
    core.queue[packets_[h.slot].packet.relay ? 1 : 0].push_back(h.slot);
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
    core.in_free = now + packets_[slot].packet.flits;
    enter(slot, now);
    if (!core.queue[0].empty() || !core.queue[1].empty()) ask(id, now);
  }

  void enter(std::uint32_t slot, std::int64_t now) {
    const Inside p = packets_[slot];
    if (entries_ != nullptr) entries_->push_back({p.packet.id, now});
    if (p.tree == kNoTree) {
      mapper::for_each_xy_link(board_, p.packet.source, p.packet.destination,
                               [&](LinkId link) { link_flits_[link.value()] += p.packet.flits; });
      fly(slot, now);
      return;
    }
    // A copy to each destination.
    for (const LinkId link : trees_[p.tree].links) link_flits_[link.value()] += p.packet.flits;
    free_.push_back(slot);
    --inside_;
    for (const auto& [to, way] : trees_[p.tree].ways) {
      Inside copy = p;
      copy.packet.destination = to;
      copy.way = way;
      fly(take_slot(copy), now);
    }
  }

  void fly(std::uint32_t slot, std::int64_t now) {
    const Inside& p = packets_[slot];
    const std::int32_t flits = options_.ejection ? 1 : p.packet.flits;
    const std::int64_t latency = options_.latency ? zero_load_cycles(mesh_, p.way, flits) : 0;
    schedule(now + latency, options_.ejection ? What::kHeadOut : What::kTailOut, p.packet.destination, slot);
  }

  /// The sink reads the packet as fast as it comes, one flit a cycle at most.
  void eject(const Happening& h) {
    const Inside& p = packets_[h.slot];
    const std::int32_t flits = p.packet.flits;
    const std::int64_t tail_behind =
        options_.latency ? zero_load_cycles(mesh_, p.way, flits) - zero_load_cycles(mesh_, p.way, 1) : 0;
    Core& core = cores_[h.core.value()];
    const std::int64_t start = std::max(h.at, core.out_free);
    const std::int64_t done = std::max(start + flits - 1, h.at + tail_behind);
    core.out_free = done + 1;
    schedule(done, What::kTailOut, h.core, h.slot);
  }

  const chips::Board& board_;
  MeshSpec mesh_;
  IdealNetworkOptions options_;
  std::vector<std::int64_t> link_flits_;
  std::vector<Core> cores_;
  std::vector<Tree> trees_;
  std::vector<Inside> packets_;
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
