// SPDX-License-Identifier: Apache-2.0
// Random cases for checkpoint tests, runs that hand over a checkpoint at every boundary, and results as bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/simulate.h"
#include "sim/state_bytes.h"
#include "tests/sim/chip_fixture.h"
#include "tests/sim/temporal_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim::testing {

using Images = std::vector<std::vector<std::int32_t>>;

/// A program on random cores of a board with small FIFOs, few lanes, delays, waves and either step protocol.
inline std::unique_ptr<Case> checkpoint_case(std::uint64_t seed, mapper::Schedule schedule) {
  const auto draw = [&](std::uint32_t n, std::uint64_t what) { return random_below(n, seed, what, 21); };
  const bool temporal = schedule == mapper::Schedule::kTimesteps;
  chips::Board board = temporal ? loihi_board() : draw(2, 0) == 0 ? small_board(8, 8) : small_board(4, 5, 3, 2);
  if (!temporal) {
    board.chip.core.neurons.value = 12 << draw(3, 1);
    board.chip.core.fan_in_axons.value = 12 << draw(3, 2);
    board.chip.max_delay_steps.value = draw(2, 5) == 0 ? 0 : 64;
  }
  board.chip.core.receive_fifo_events.value = 1 + draw(8, 3);
  const chips::SyncPolicy policies[] = {chips::SyncPolicy::kBarrier, chips::SyncPolicy::kFixedPhase,
                                        chips::SyncPolicy::kFixedTick, chips::SyncPolicy::kLayerPipeline};
  board.chip.sync.policy = policies[seed % 4];
  board.chip.sync.tick_cycles.value = 150;
  for (;;) {
    try {
      auto c = random_case(temporal ? testing::random_temporal_program(seed) : workloads::random_program(seed), board,
                           schedule, seed);
      give_waves(*c, seed);
      return c;
    } catch (const mapper::DoesNotFit&) {
      board.chip.core.neurons.value *= 2;
      board.chip.core.fan_in_axons.value *= 2;
    }
  }
}

inline Images checkpoint_images(const Case& c, std::uint64_t seed, std::size_t count) {
  Images images;
  for (std::uint64_t i = 0; i < count; ++i) {
    images.push_back(c.program.temporal() ? testing::random_spikes(c.program, 10 * seed + i)
                                          : workloads::random_input_codes(c.program, 10 * seed + i));
  }
  return images;
}

struct Taken {
  std::vector<std::uint8_t> bytes;
  CheckpointPlace place;
};

/// Runs with a checkpoint after every `every` steps; takes them in order.
inline RunResult run_taking(const Case& c, const Images& images, SimOptions options, std::vector<Taken>& taken,
                            std::int64_t every = 1) {
  options.checkpoints.every_steps = every;
  options.checkpoints.sink = [&](std::span<const std::uint8_t> bytes, CheckpointPlace place) {
    taken.push_back({{bytes.begin(), bytes.end()}, place});
  };
  return simulate(c.problem, c.mapping, images, options);
}

inline RunResult run_from(const Case& c, const Images& images, SimOptions options, const Taken& from) {
  options.resume = {from.bytes, "test checkpoint"};
  return simulate(c.problem, c.mapping, images, options);
}

/// Every number of a result.
inline std::vector<std::uint8_t> result_bytes(const RunResult& r) {
  StateWriter w;
  const auto text = [&](const std::string& s) { w(std::vector<char>(s.begin(), s.end())); };
  w(static_cast<std::uint8_t>(r.fidelity), static_cast<std::uint8_t>(r.schedule), r.images, r.interrupted);
  for (const LayerResult& l : r.layers) {
    text(l.name);
    text(l.kind);
    w(l, l.stage, l.tiles, l.cores, l.synops, l.latency, l.energy);
  }
  for (const CoreResult& c : r.cores) {
    text(c.stages);
    w(c.core, c.tiles, c.busy, c.synapse_bytes, c.state_bytes, c.peak_receive_fifo, c.peak_relay_buffer, c.energy);
  }
  for (const LinkResult& l : r.links)
    w(l.from, l.to, l.chip_edge, l.flits, l.peak_flits_in_step, static_cast<std::uint8_t>(l.direction), l.energy);
  w(r.steps, r.steps_a_bin, r.step_energy, r.step_energy_rest, r.activities, r.activities_left_out);
  const PipelineResult& p = r.pipeline;
  w(p.images, p.buffers, p.makespan, p.sequential, p.fill, p.drain, p.interval, p.interval_unbuffered,
    p.interval_unlimited, p.critical_level, static_cast<std::uint8_t>(p.limit), p.waits);
  for (const PipelineLevelResult& l : p.levels) w(l.stages, l.busy, l.wait, l.utilisation, l.critical_share);
  for (const LedgerEntry& e : r.ledger) w(e.stage, e.core, static_cast<std::uint8_t>(e.component), e.count, e.energy);
  w(r.total_energy, r.total_time, r.initiation_interval, r.ticks, r.ticks.tick_cycles, r.lost.total, r.lost.places,
    r.events, r.synops, r.packets, r.flit_hops, r.hops, r.saturated_codes, r.encoded_codes, r.max_link_load,
    r.lockstep_events_compared, r.verilated_cycles);
  for (const std::string& tile : r.verilated_tiles) text(tile);
  for (const std::string& sentence : r.left_out) text(sentence);
  w(r.profile.flow_events, r.profile.tile_cycles, r.profile.link_flits, r.profile.step_time_ns_mean);
  return w.take();
}

}  // namespace ranvier::sim::testing
