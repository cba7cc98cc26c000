// SPDX-License-Identifier: Apache-2.0
// SystemC shell of a network model: wakes it in the cycles in which something can happen, and in no other.
#pragma once

#include <memory>
#include <vector>

#include "sim/chip_ports.h"
#include "sim/chip_run.h"
#include "sim/network.h"
#include "sim/systemc_session.h"

namespace ranvier::sim {

class NetworkModule final : public sc_core::sc_module, public NetworkPort {
 public:
  NetworkModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& clock, const SimOptions& options,
                DeliveryPort& out);

  void send(const Transfer& transfer, std::int64_t at) override;
  void set_ejection(CoreId core, bool open) override;

  bool idle() const { return network_->idle(); }
  std::int64_t last_delivery() const { return last_delivery_; }
  const std::vector<std::int64_t>& link_flits() const { return network_->link_flits(); }

  /// What is kept from step to step, for checkpoints: nothing is under way.
  void save(StateWriter& w) const;
  void restore(StateReader& r);

 private:
  void wake();
  void advance_to(std::int64_t cycle);
  /// The same, cycle by cycle, for probes.
  void show_cycles(std::int64_t until);
  void arm();

  ChipRun& run_;
  ChipClock clock_;
  DeliveryPort& out_;
  std::unique_ptr<Network> network_;
  sc_core::sc_event due_;
  std::vector<Transfer> transfers_;         // by packet id
  std::vector<std::uint32_t> to_come_;      // by packet id: deliveries
  std::vector<TreeId> trees_;               // by flow; those that are forked
  std::vector<std::uint32_t> free_;
  std::vector<Entry> entries_;
  std::vector<Delivery> deliveries_;
  std::vector<Probe*> watchers_;
  std::int64_t last_delivery_ = 0;
  bool advancing_ = false;
};

}  // namespace ranvier::sim
