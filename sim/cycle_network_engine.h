// SPDX-License-Identifier: Apache-2.0
// The flit-level network's cycle: credits and arrivals from the event wheels, then sources, sinks and routers with
// work. Nothing that a part does in a cycle is seen by another before the next one, so their order does not matter.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/cycle_network.h"
#include "sim/cycle_network_state.h"
#include "sim/multicast_tree.h"
#include "sim/network_wheel.h"

namespace ranvier::sim {

template <class S>
class CycleEngine final : public CycleNetwork {
 public:
  CycleEngine(const MeshSpec& mesh, const NetworkOptions& options);

  void inject(const Packet& packet, std::int64_t at) override;
  std::int64_t next_event() const override;
  bool idle() const override { return packets_inside_ == 0; }
  void advance(std::int64_t until, std::vector<Delivery>& out) override;
  void set_ejection(CoreId core, bool open) override;
  std::int32_t links_per_router() const override { return static_cast<std::int32_t>(kLinks); }
  const std::vector<std::int64_t>& link_flits() const override { return link_flits_; }
  void clear_counters() override { link_flits_.assign(link_flits_.size(), 0); }
  void log_entries(std::vector<Entry>* log) override { entry_log_ = log; }
  void log_heads(std::vector<Entry>* log) override { head_log_ = log; }
  std::int64_t packets_inside() const override { return packets_inside_; }
  using Network::inject_tree;
  TreeId add_tree(CoreId source, std::span<const CoreId> destinations) override;
  TreeId add_tree(CoreId source, std::span<const CoreId> destinations, std::span<const LinkId> links) override;
  void inject_tree(const Packet& packet, TreeId tree, std::int64_t at) override;
  void attach(NetworkProbe* probe) override;
  void watch(RouterWatch* watch) override {
    watch_ = watch;
    trees_told_ = 0;
    tell_trees();
  }
  bool look(std::size_t router, RouterLook& into) const override {
    into.flits.clear(), into.credits.clear(), into.link_free.clear();
    const auto r = static_cast<std::uint32_t>(router);
    for (std::uint32_t port = 0; port < ports(); ++port) {
      into.link_free.push_back(has(routers_[r].open, port) ? 1 : 0);
      for (std::uint32_t vc = 0; vc < vcs(); ++vc) {
        into.flits.push_back(inputs_[index(r, port, vc)].visible);
        into.credits.push_back(credits_[index(r, port, vc)]);
      }
    }
    return true;
  }
  void save(StateWriter& to) const override;
  void restore(StateReader& from) override;

 private:
  TreeId note_tree(TreeId tree);
  void tell_trees();
  void tell_node(std::uint32_t node, std::int32_t router);

  static constexpr std::uint32_t kVcs = S::kVcs, kPorts = S::kPorts, kLinks = S::kLinks;
  using InputSet = typename S::InputSet;
  using VcSet = typename S::VcSet;
  using Router = sim::Router<S>;
  using OutputPort = sim::OutputPort<InputSet, VcSet>;
  using Place = PlaceOf<S::kSideBits>;
  /// A packet on a tree, until its last delivery.
  struct TreePacket {
    std::uint32_t id;
    TreeId tree;
    std::int32_t flits;
    std::uint32_t left;  // deliveries
  };
  /// An input VC that could have sent in this cycle, as the probe saw it before the routers ran.
  struct Contender {
    std::uint32_t router, output, bit;
    std::uint16_t read;
    bool head;
  };

  std::uint32_t vcs() const { return kVcs != 0 ? kVcs : vcs_; }
  /// Cores of a router, ports of a router.
  std::uint32_t locals() const { return S::kOneCore ? 1 : locals_; }
  std::uint32_t ports() const { return kLinks + locals(); }
  std::size_t index(std::uint32_t router, std::uint32_t side, std::uint32_t vc) const {
    return (std::size_t{router} << S::kSideBits | side) * vcs() + vc;
  }
  std::size_t index(Place place) const { return index(place.router, place.side, place.vc); }
  /// Side of the core behind a local port, and back.
  std::uint32_t core_side(std::uint32_t port) const { return port + locals(); }
  bool is_core_side(std::uint32_t side) const { return side >= ports(); }
  /// Port or core's side at the other end of a port's link.
  std::uint32_t opposite(std::uint32_t port) const { return port >= kLinks ? core_side(port) : port ^ 1u; }
  std::uint32_t core_at(std::uint32_t router, std::uint32_t side) const { return router * locals() + side - ports(); }
  std::uint32_t neighbour(std::uint32_t router, std::uint32_t port) const {
    if constexpr (S::kGeneral) return port < kLinks ? neighbours_[router * kLinks + port] : router;
    return router + delta_[port < kLinks ? port : kLinks];
  }
  void build_router(std::uint32_t r);
  void step(std::int64_t now, std::vector<Delivery>& out);
  std::int64_t next_scheduled() const;
  bool at_work() const { return !routers_at_work_.empty() || !sources_at_work_.empty() || !sinks_at_work_.empty(); }
  void schedule(const Packet& packet, std::uint32_t destination, bool tree, std::int64_t at);

  void take_credit(Place place);
  void take_arrival(Place place, std::int64_t now);
  bool run_source(std::uint32_t core, std::int64_t now);
  bool run_sink(std::uint32_t core, std::int64_t now, std::vector<Delivery>& out);
  bool run_router(std::uint32_t r, std::int64_t now);
  bool run_staged_router(std::uint32_t r, std::int64_t now);
  void bid(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input, std::int64_t now);
  void ask_front(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input);
  void ask(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, bool wraps);
  void ask_routed(Place place);
  std::uint32_t route(std::uint32_t r, Flit flit, bool& wraps) const;

  bool allocate_vcs(std::uint32_t r, std::int64_t now);
  void win_vc(std::uint32_t r, std::uint32_t bit, std::uint32_t o, std::uint32_t v, std::int64_t now);
  void ask_granted(Place place);
  std::uint32_t open_to(std::uint32_t r, std::uint32_t o, std::uint32_t bit, std::uint32_t vcs) const;
  InputSet heads_for(std::uint32_t r, std::uint32_t o, std::uint32_t vcs) const;
  std::uint32_t stand(const Router& router, InputSet first_choice, InputSet able, std::uint32_t port) const;
  InputSet able_bodies(const Router& router, std::uint32_t r, std::uint32_t o) const;
  std::uint32_t ports_of(InputSet able) const;
  std::uint32_t vcs_of(InputSet able, std::uint32_t port) const;
  void take_vc(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o);
  template <class Won>
  bool allocate_switch(std::uint32_t r, const InputSet* first_choice, const InputSet* able, std::uint32_t outputs,
                       Won&& won);
  template <class Won>
  void input_first(std::uint32_t r, const InputSet* first_choice, const InputSet* able, std::uint32_t outputs,
                   Won&& won);
  void send(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, std::int64_t now);
  [[gnu::always_inline]] inline void launch(std::uint32_t r, std::uint32_t o, std::uint32_t out_vc, Flit flit,
                                            std::int64_t now);
  [[gnu::always_inline]] inline void return_credit(std::uint32_t r, std::uint32_t port, std::uint32_t vc,
                                                   std::int64_t now);

  Branch& branch(std::size_t input, std::uint32_t o) { return branches_[input * ports() + o]; }
  const Branch& branch(std::size_t input, std::uint32_t o) const { return branches_[input * ports() + o]; }
  [[gnu::noinline]] void begin_fork(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input);
  [[gnu::noinline]] void feed_branches(Place place, InputVc& input);
  std::uint32_t same_flit(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, std::uint32_t others,
                          const InputSet* able) const;
  [[gnu::noinline]] void send_branch(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o,
                                     std::int64_t now);
  std::uint32_t delivered_id(Flit flit);
  static WatchedFlit watched(Flit flit) {
    if (flit.on_tree()) return {flit.id, 0, 0, 0, flit.head(), flit.tail(), true, flit.node()};
    return {flit.id, flit.x(), flit.y(), flit.local(), flit.head(), flit.tail(), false, 0};
  }

  void observe_rest(std::int64_t until);
  void observe_before(std::int64_t cycles);
  void observe_after(std::int64_t now);
  void observe_output(std::uint32_t r, std::uint32_t o, std::int64_t cycles);

  MeshSpec mesh_;
  NetworkOptions options_;
  std::uint32_t vcs_;
  std::uint32_t locals_;
  std::uint32_t delta_[kLinks + 1];  // router number of the neighbour less one's own, modulo 2^32
  std::int32_t hop_[kLinks + 1];     // on chip, by direction; the last into a sink
  bool rings_;                       // heads keep to a class of VCs
  VcSet low_vcs_, high_vcs_;         // the classes
  std::int64_t now_ = -1;            // last cycle simulated
  std::int64_t packets_inside_ = 0;  // a packet on a tree counts for each delivery to come

  std::vector<Router> routers_;
  std::vector<CoreSide> cores_;
  std::vector<InputVc> inputs_;                // by index()
  std::vector<std::uint16_t> credits_;         // by index() of the sending side
  std::vector<std::uint8_t> holders_;          // input VC that holds an output VC, by index()
  std::vector<std::uint8_t> vc_first_input_;   // VC allocation's pointers: by output VC,
  std::vector<std::uint8_t> vc_first_output_;  // by input VC
  std::vector<Flit> flits_;
  std::vector<std::int64_t> link_flits_;
  std::vector<std::uint32_t> neighbours_;  // general shapes: by link
  std::vector<ClassLimits> limits_;        // rings: by router and output

  MulticastTrees trees_;
  std::vector<TreePacket> tree_packets_;
  std::vector<std::uint32_t> free_tree_packets_;
  std::vector<Fork> forks_;       // by index(); both empty until there is a tree
  std::vector<Branch> branches_;  // by index() and output

  EventWheel credits_back_;
  EventWheel arrivals_;
  EventWheel reopenings_;  // links that are ready for the next flit after more than a cycle
  EventWheel routed_;      // heads that may ask for a VC
  EventWheel granted_;     // output VCs whose new holders may ask for the switch
  PacketSchedule schedule_;
  ActiveSet routers_at_work_;
  ActiveSet sources_at_work_;
  ActiveSet sinks_at_work_;
  std::vector<Entry>* entry_log_ = nullptr;
  std::vector<Entry>* head_log_ = nullptr;

  RouterWatch* watch_ = nullptr;
  TreeId trees_told_ = 0;  // to the watch
  NetworkProbe* probe_ = nullptr;
  std::int64_t observed_ = -1;  // last cycle that the probe has counted
  std::vector<Contender> contenders_;
  std::vector<std::int64_t> link_flits_before_;
};

/// Meshes of one core a router, as fast as they get.
using OneVcShape = Shape<1, false, 4, 5>;
using FourVcShape = Shape<4, false, 4, 5>;
using FourVcStagedShape = Shape<4, true, 4, 5>;
/// Whatever fits; ports by size.
using FourWayShape = Shape<0, true, 4, 5>;
using FourWaySmallShape = Shape<0, true, 4, 8>;
using FourWayLargeShape = Shape<0, true, 4, kMaxPorts>;
using SixWayShape = Shape<0, true, 6, 7>;
using SixWayLargeShape = Shape<0, true, 6, kMaxPorts>;
extern template class CycleEngine<OneVcShape>;
extern template class CycleEngine<FourVcShape>;
extern template class CycleEngine<FourVcStagedShape>;
extern template class CycleEngine<FourWayShape>;
extern template class CycleEngine<FourWaySmallShape>;
extern template class CycleEngine<FourWayLargeShape>;
extern template class CycleEngine<SixWayShape>;
extern template class CycleEngine<SixWayLargeShape>;

}  // namespace ranvier::sim
