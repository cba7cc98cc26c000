// SPDX-License-Identifier: Apache-2.0
// SystemC module of the board's device: operators of offloaded stages on a clock of its own, and a DMA engine in each
// direction over its host link. Where its work meets the chip's, it waits for the next cycle of the chip's clock.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/device_schedule.h"
#include "sim/chip_ports.h"
#include "sim/chip_run.h"
#include "sim/host_module.h"
#include "sim/systemc_session.h"

namespace ranvier::sim {

class DeviceModule final : public sc_core::sc_module {
 public:
  DeviceModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& chip_clock, HostModule& host,
               DeliveryPort& chip);

  /// Fires the tiles that the step has on the device: operators one after the other, then one transfer of all that the
  /// chip needs of it, which the host sends on. Input codes for the device are on their way from now on.
  void begin_step(const mapper::DeviceStep& step, const std::vector<TileId>& tiles);
  /// All that the chip sent to the device in this step is with the host: one transfer brings it in.
  void collect();
  bool owes_transfer() const { return !collected_; }
  /// Reads potentials of an offloaded head.
  void read_out(std::int64_t bytes);

  bool idle() const { return pending_ == 0; }
  std::int64_t busy_until() const { return busy_until_; }  // in cycles of the chip

  /// What is kept from step to step, for checkpoints.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.busy_until_);
  }

 private:
  sc_core::sc_time edge() const;  // from now to the next edge of the device's clock
  sc_core::sc_time link(std::int64_t bytes) const;
  /// From now to the first edge of the chip's clock `after` from now or later.
  sc_core::sc_time chip_edge(const sc_core::sc_time& after) const;
  void fire(const std::vector<TileId>& tiles);
  void computed();
  void sent();
  void received();
  void done();

  ChipRun& run_;
  ChipClock chip_clock_;
  HostModule& host_;
  DeliveryPort& chip_;
  sc_core::sc_time period_, chip_period_;
  mapper::DeviceStep step_;
  bool collected_ = false;
  int pending_ = 0;  // operators or a transfer out; a transfer in
  std::int64_t busy_until_ = 0;
  std::vector<Transfer> outgoing_;  // events for the chip
  std::vector<Emission> emissions_;
  sc_core::sc_event computed_, sent_, received_;
};

}  // namespace ranvier::sim
