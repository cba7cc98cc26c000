// SPDX-License-Identifier: Apache-2.0
// Folds the tallies of finished images into a RunResult: layers, cores, links, energy, profile.
#pragma once

#include <vector>

#include "mapper/device_schedule.h"
#include "sim/core_bank.h"
#include "sim/flow_table.h"
#include "sim/image_tally.h"
#include "sim/ledger.h"
#include "sim/run_result.h"

namespace ranvier::sim {

class RunAccounts {
 public:
  RunAccounts(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const FlowTable& flows,
              const mapper::DeviceSchedule& device, Fidelity fidelity, std::size_t step_rows);

  /// Chips that draw static power: those with a tile or a router on some route, and the host's chip 0; none where all
  /// stages are on the device.
  std::int64_t powered_chips() const { return powered_chips_; }
  /// Steps of finished images whose energy is kept one by one.
  std::size_t step_energy_rows() const { return result_.step_energy.size(); }
  /// Compares what the cores hold with the integer reference.
  /// `stopped_after`: steps, where the image was not done; else 0.
  void add_image(const ImageTally& tally, const CoreBank& cores, const std::vector<std::int32_t>& input_codes, std::int64_t stopped_after);
  RunResult finish(const CoreBank& cores);

  /// What finished images left, for checkpoints (run_state.cpp). restore() throws StateMismatch.
  void save(StateWriter& w) const;
  void restore(StateReader& r);

 private:
  /// Every member that add_image() changes: one that is left out is lost when a run goes on from a checkpoint.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a.shaped(s.result_.layers, s.flow_events_, s.tile_cycles_, s.packet_cycles_, s.fire_cycles_, s.link_flits_,
             s.link_peak_, s.stage_cycles_, s.peak_receive_fifo_, s.peak_relay_buffer_);
    a(s.result_.images, s.result_.steps, s.result_.step_energy, s.result_.step_energy_rest, s.result_.activities,
      s.result_.activities_left_out, s.result_.lost.places, s.result_.lost.total, s.result_.total_time, s.result_.hops,
      s.result_.saturated_codes, s.result_.encoded_codes, s.result_.max_link_load, s.result_.verilated_cycles,
      s.host_flits_, s.steps_a_row_, s.result_.steps_a_bin, s.result_.ticks, s.pipeline_);
  }
  void charge_cores(const CoreBank& cores);
  void charge_traffic(const ImageTally& tally);
  void charge_links(const FlowPath& path, std::size_t leg, CoreId sender, std::int64_t flits);
  void charge_device();
  void charge_steps(const ImageTally& tally);
  void add_layers(const ImageTally& tally);
  void finish_layers();
  void finish_cores();
  void finish_links();
  /// Throws std::logic_error where the steps' energies and the ledger disagree.
  void check_steps() const;
  void finish_profile();
  void finish_interval();
  /// Of the busier unit of the busiest core, or of both where they take turns.
  std::int64_t busiest_unit_cycles() const;

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  const FlowTable& flows_;
  const mapper::DeviceSchedule& device_;
  std::size_t step_rows_;  // most rows of steps
  std::int64_t steps_a_row_ = 1;
  RunResult result_;
  EnergyLedger ledger_;
  std::int64_t powered_chips_ = 0;
  std::int64_t host_flits_ = 0;
  std::vector<PipelineImage> pipeline_;  // of the first images
  std::vector<std::int64_t> flow_events_, tile_cycles_, packet_cycles_, fire_cycles_, link_flits_, link_peak_,
      stage_cycles_;
  std::vector<std::int64_t> peak_receive_fifo_, peak_relay_buffer_;
};

/// What a fidelity does not model, in plain sentences.
std::vector<std::string> left_out_of(Fidelity fidelity, chips::SyncPolicy policy);

}  // namespace ranvier::sim
