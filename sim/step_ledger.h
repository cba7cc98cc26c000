// SPDX-License-Identifier: Apache-2.0
// Energy of each step: what the counters gained in it, times the chip file's table. Over an image the steps add up to
// what its ledger entries add up to, exactly.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mapper/device_schedule.h"
#include "sim/core_bank.h"
#include "sim/energy_component.h"
#include "sim/flow_table.h"
#include "sim/image_tally.h"

namespace ranvier::sim {

/// What a step adds that no counter holds.
struct StepCharges {
  std::span<const std::uint8_t> stage_fired;  // by stage: in this step
  bool last = false;                          // the host's reading of the potentials
  std::int64_t chips_synchronised = 0;
  Energy static_energy;  // of the chips
  Duration begin, end;   // for the device's static power
};

class StepLedger {
 public:
  StepLedger(const mapper::MappingProblem& problem, const FlowTable& flows, const mapper::DeviceSchedule& device);

  void begin_image();
  /// The tile fired or took events: of no other tile a counter moves in a step. Threads may touch different tiles.
  void touch(TileId tile) { touched_[tile.value()] = 1; }
  /// `leg` as numbered over all flows (FlowPath::first_leg).
  void count_leg(std::size_t leg, std::int64_t packets) {
    const LegCount& one = legs_[leg];
    flits_sent_ += one.flits * packets;
    counts_[static_cast<std::size_t>(Component::kEventEmit)] += one.emitted * packets;
    counts_[static_cast<std::size_t>(Component::kEventReceive)] += one.received * packets;
  }
  void count_link(std::size_t link, std::int64_t flits) {
    Component& hop = hop_of_link_[link];
    if (hop == kNoHop) hop = hop_component(problem_.board, LinkId(link));
    counts_[static_cast<std::size_t>(hop)] += flits;
    flits_passed_ += flits;
  }

  /// The step is over: looks at the tiles touched in it. From here to close() they and their busy cycles can be read.
  void collect(const CoreBank& cores, const ImageTally& tally);
  std::span<const TileId> tiles() const { return tiles_; }  // ascending
  std::span<const std::int64_t> busy() const { return busy_; }

  PartEnergies close(const StepCharges& charges);

  /// What is kept from step to step, for checkpoints.
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a.shaped(s.before_, s.packets_before_, s.device_charged_);
    a(s.local_before_, s.host_before_);
  }

 private:
  struct LegCount {
    std::int32_t flits = 1;
    std::int16_t emitted = 0;   // by a core
    std::int16_t received = 0;  // by one
  };
  void charge_device(const StepCharges& charges, PartEnergies& parts);

  const mapper::MappingProblem& problem_;
  const mapper::DeviceSchedule& device_;
  std::vector<LegCount> legs_;
  static constexpr Component kNoHop = Component::kStatic;
  std::vector<Component> hop_of_link_;    // by link, once it was used
  std::vector<std::size_t> local_flows_;  // that loop back on their source's core
  std::vector<std::uint8_t> touched_;     // by tile
  std::vector<CoreCounters> before_;      // by tile
  std::vector<std::int64_t> packets_before_;
  std::vector<std::uint8_t> device_charged_;  // by stage
  std::int64_t local_before_ = 0, host_before_ = 0;
  std::array<std::int64_t, kComponents> counts_{};  // of this step
  std::int64_t flits_sent_ = 0, flits_passed_ = 0;
  std::vector<TileId> tiles_;
  std::vector<std::int64_t> busy_;
};

}  // namespace ranvier::sim
