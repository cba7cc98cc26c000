// SPDX-License-Identifier: Apache-2.0
// SystemC module of the host: sends input codes over its link into the router of core 0, and takes the potentials of
// the head back over the same link. What crosses between chip and device takes the same way.
#pragma once

#include <deque>

#include "sim/chip_ports.h"
#include "sim/chip_run.h"
#include "sim/systemc_session.h"

namespace ranvier::sim {

class HostModule final : public sc_core::sc_module {
 public:
  HostModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& clock, NetworkPort& network,
             DeliveryPort& chip);

  /// Fires tile 0: its events follow each other over the link.
  void fire();
  /// Puts an event on the link into the chip, behind those before it; start() when all are there.
  void send(std::uint32_t flow, const Event& event);
  void start();
  /// A potential, or an event for the device, is at the router of core 0.
  void take(const FlowPath& path, std::int64_t at);
  bool idle() const { return arriving_.empty(); }
  std::int64_t busy_until() const { return busy_until_; }

  /// What is kept from step to step, for checkpoints.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.down_free_, s.up_free_, s.busy_until_);
  }

 private:
  void arrive();
  struct Arrival {
    std::int64_t at;
    Transfer transfer;
  };

  ChipRun& run_;
  ChipClock clock_;
  NetworkPort& network_;
  DeliveryPort& chip_;
  std::int64_t latency_, cycles_per_flit_;
  std::int64_t down_free_ = 0, up_free_ = 0;  // of the link, by direction
  std::int64_t busy_until_ = 0;
  std::deque<Arrival> arriving_;
  sc_core::sc_event arrival_;
  std::vector<Emission> emissions_;
};

}  // namespace ranvier::sim
