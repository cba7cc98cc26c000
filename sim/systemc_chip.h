// SPDX-License-Identifier: Apache-2.0
// The board in SystemC: a module per core with a tile, the network's shell, the host, and the step protocol over them.
#pragma once

#include <exception>
#include <memory>
#include <vector>

#include "sim/core_module.h"
#include "sim/device_module.h"
#include "sim/host_module.h"
#include "sim/network_module.h"

namespace ranvier::sim {

/// A step: all firing tiles fire at its start on what arrived before; it ends when network, host link and every core's
/// queue are empty, plus the barrier, or at the end of a fixed phase.
class SystemCChip final : public sc_core::sc_module, private DeliveryPort {
 public:
  SystemCChip(const sc_core::sc_module_name& name, ChipRun& run, const SimOptions& options);

  /// Runs all images. Throws what a core or the accounting threw.
  void simulate();

 private:
  void deliver(const Transfer& transfer, std::int64_t at) override;
  void entered(const Transfer& transfer) override;
  void fell_idle() override;

  void control();
  void start_step();
  void start_readout();
  /// The next step, reading, or image.
  void go_on();
  /// What is kept from step to step, for checkpoints.
  void save(StateWriter& w) const;
  void restore(StateReader& r);
  /// Runs `body`; a throw ends the simulation, because SystemC would turn it into a report of its own.
  template <class Body>
  void guarded(Body&& body);

  enum class Phase : std::uint8_t { kImage, kStep, kReadout };

  ChipRun& run_;
  ChipClock clock_;
  NetworkModule network_;
  HostModule host_;
  std::unique_ptr<DeviceModule> device_;            // null where nothing is offloaded
  std::vector<std::unique_ptr<CoreModule>> cores_;  // by core; null where no tile is
  std::vector<std::size_t> used_;                   // cores with a tile, ascending: boards are large, most of them idle
  std::vector<std::vector<TileId>> firing_;         // by core, of the step that starts
  sc_core::sc_event phase_over_, all_sent_;
  Phase phase_ = Phase::kImage;
  bool open_ = false;  // the phase is running: its end is not known yet
  std::int64_t phase_start_ = 0;
  std::int64_t resume_at_ = -1;  // the cycle in which a resumed run goes on; then -1
  std::vector<TileId> offloaded_;  // of the step that starts
  StepTiming timing_;
  std::exception_ptr error_;
};

/// Runs all images of `run` on a SystemC board.
void run_systemc(ChipRun& run, const SimOptions& options);

}  // namespace ranvier::sim
