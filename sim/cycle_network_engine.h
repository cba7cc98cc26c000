// SPDX-License-Identifier: Apache-2.0
// The flit-level network's cycle: credits and arrivals from the event wheels, then sources, sinks and routers with
// work. Nothing that a part does in a cycle is seen by another before the next one, so their order does not matter.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "sim/cycle_network.h"
#include "sim/cycle_network_state.h"
#include "sim/network_wheel.h"

namespace ranvier::sim {

/// kVcs: VCs known when compiled (1 and 4 are usual), or 0: taken from the mesh. kStages: VC allocation apart from the
/// switch's. kPorts: most ports of a router; 5 stands for one core a router.
template <std::uint32_t kVcs, bool kStages, std::uint32_t kPorts>
class CycleEngine final : public CycleNetwork {
 public:
  CycleEngine(const MeshSpec& mesh, const NetworkOptions& options);

  void inject(const Packet& packet, std::int64_t at) override;
  std::int64_t next_event() const override;
  bool idle() const override { return packets_inside_ == 0; }
  void advance(std::int64_t until, std::vector<Delivery>& out) override;
  void set_ejection(CoreId core, bool open) override;
  const std::vector<std::int64_t>& link_flits() const override { return link_flits_; }
  void clear_counters() override { link_flits_.assign(link_flits_.size(), 0); }
  void log_entries(std::vector<Entry>* log) override { entry_log_ = log; }
  std::int64_t packets_inside() const override { return packets_inside_; }

 private:
  using InputSet = std::conditional_t<kVcs == 1, std::uint8_t, std::uint64_t>;
  using VcSet = std::conditional_t<kVcs == 1, std::uint8_t, std::uint16_t>;
  using Router = sim::Router<InputSet, VcSet, kPorts>;
  using OutputPort = sim::OutputPort<InputSet, VcSet>;
  using Place = PlaceOf<Sides<kPorts>::kBits>;

  std::uint32_t vcs() const { return kVcs != 0 ? kVcs : vcs_; }
  /// Cores of a router, ports of a router.
  std::uint32_t locals() const { return kPorts == kLocal + 1 ? 1 : locals_; }
  std::uint32_t ports() const { return kLocal + locals(); }
  std::size_t index(std::uint32_t router, std::uint32_t side, std::uint32_t vc) const {
    return (std::size_t{router} << Sides<kPorts>::kBits | side) * vcs() + vc;
  }
  /// Side of the core behind a local port, and back.
  std::uint32_t core_side(std::uint32_t port) const { return port + locals(); }
  bool is_core_side(std::uint32_t side) const { return side >= ports(); }
  /// Port or core's side at the other end of a port's link.
  std::uint32_t opposite(std::uint32_t port) const { return port >= kLocal ? core_side(port) : port ^ 1u; }
  std::uint32_t core_at(std::uint32_t router, std::uint32_t side) const { return router * locals() + side - ports(); }
  std::uint32_t neighbour(std::uint32_t router, std::uint32_t port) const {
    return router + delta_[port < kLocal ? port : kLocal];
  }
  void build_router(std::uint32_t r);
  void step(std::int64_t now, std::vector<Delivery>& out);
  std::int64_t next_scheduled() const;
  bool at_work() const { return !routers_at_work_.empty() || !sources_at_work_.empty() || !sinks_at_work_.empty(); }

  void take_credit(Place place);
  void take_arrival(Place place, std::int64_t now);
  void ask_for_vc(Place place);
  bool run_source(std::uint32_t core, std::int64_t now);
  bool run_sink(std::uint32_t core, std::int64_t now, std::vector<Delivery>& out);
  bool run_router(std::uint32_t r, std::int64_t now);
  bool run_staged_router(std::uint32_t r, std::int64_t now);
  bool allocate_vcs(std::uint32_t r);
  InputSet able_bodies(const Router& router, std::uint32_t r, std::uint32_t o) const;
  std::uint32_t ports_of(InputSet able) const;
  std::uint32_t vcs_of(InputSet able, std::uint32_t port) const;
  void take_vc(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o);
  template <class Won>
  bool allocate_switch(Router& router, const InputSet* first_choice, const InputSet* able, std::uint32_t outputs,
                       Won&& won);
  void send(std::uint32_t r, std::uint32_t port, std::uint32_t vc, std::uint32_t o, std::int64_t now);
  void bid(std::uint32_t r, std::uint32_t port, std::uint32_t vc, InputVc& input, std::int64_t now);

  MeshSpec mesh_;
  NetworkOptions options_;
  std::uint32_t vcs_;
  std::uint32_t locals_;
  std::uint32_t delta_[kLocal + 1];  // router number of the neighbour less one's own, modulo 2^32
  std::int32_t hop_[kLocal + 1];     // on chip, by direction; the last into a sink
  std::int64_t now_ = -1;            // last cycle simulated
  std::int64_t packets_inside_ = 0;

  std::vector<Router> routers_;
  std::vector<CoreSide> cores_;
  std::vector<InputVc> inputs_;                // by index()
  std::vector<std::uint16_t> credits_;         // by index() of the sending side
  std::vector<std::uint8_t> holders_;          // input VC that holds an output VC, by index()
  std::vector<std::uint8_t> vc_first_input_;   // VC allocation's pointers: by output VC,
  std::vector<std::uint8_t> vc_first_output_;  // by input VC
  std::vector<Flit> flits_;
  std::vector<std::int64_t> link_flits_;

  EventWheel credits_back_;
  EventWheel arrivals_;
  EventWheel reopenings_;  // links that are ready for the next flit after more than a cycle
  EventWheel routed_;      // staged routers: heads that may ask for a VC
  PacketSchedule schedule_;
  ActiveSet routers_at_work_;
  ActiveSet sources_at_work_;
  ActiveSet sinks_at_work_;
  std::vector<Entry>* entry_log_ = nullptr;
};

extern template class CycleEngine<1, false, 5>;
extern template class CycleEngine<4, false, 5>;
extern template class CycleEngine<0, false, 5>;
extern template class CycleEngine<0, true, 5>;
extern template class CycleEngine<0, false, 8>;
extern template class CycleEngine<0, false, kLocal + kMaxCoresPerRouter>;

}  // namespace ranvier::sim
