// SPDX-License-Identifier: Apache-2.0
// Where the trains of a step go: books what tiles fired, follows every train along its flows, and collects the facts
// that the step is timed by and the arrivals that tiles are handed.
#pragma once

#include <deque>
#include <vector>

#include "sim/chip_run.h"
#include "sim/step_facts.h"
#include "sim/tile_trains.h"

namespace ranvier::sim {

/// A train on its way into a tile: over a leg, or on the core that the tile shares with its source.
struct Arrival {
  const CellEvents* cell = nullptr;
  bool zeros = false;  // the flow carries them
  const Target* target = nullptr;
  std::uint32_t leg = UINT32_MAX;    // index into StepFacts::legs
  std::uint32_t local = UINT32_MAX;  // or into StepFacts::locals; neither: it takes no core any time
};

/// What a tile fired, sorted.
struct FiredTrains : FiredTile {
  TileTrains trains;
  std::int64_t start = 0;  // on its core, since the step began
  std::size_t first_train = 0;
  std::vector<std::int64_t> host_times;  // by emission, of tiles without a core: out of the host link
};

class StepDispatch {
 public:
  explicit StepDispatch(ChipRun& run);

  /// A step, or the reading of the potentials, begins at cycle `now` of the run.
  void begin(std::int64_t now);
  /// Books what a tile fired and sends its trains on their flows.
  void send(FiredTrains& fired);
  /// Events whose delay ends in this step: they are in their cores when the step begins.
  void take(const std::vector<HeldEvent>& due);
  void send_potentials();
  /// Notes work of a unit behind what it has in this step; returns when that begins. Only the trace asks for its place.
  std::int64_t work(TileId tile, CoreUnit unit, std::int64_t cycles);
  /// All is sent: adds the flits of this step's links to `totals`.
  void note_links(std::vector<std::int64_t>& totals);
  /// How the trains' events lie in time (StepFacts::shape), of tiles and of potentials.
  void add_shapes(const std::vector<FiredTrains>& fired, std::size_t count);
  void add_even_shapes();

  StepFacts& facts() { return facts_; }
  /// Tiles that trains arrive at, ascending, and what arrives there, in the order in which it was sent.
  const std::vector<TileId>& reached();
  std::vector<Arrival>& arrivals(TileId tile) { return arrivals_[tile.value()]; }

 private:
  void send_on(std::uint32_t flow, const CellEvents& cell, std::int64_t events);
  void send_over(std::size_t flow, std::size_t leg, std::uint32_t train, std::int64_t events, std::int64_t offset);
  void pass_host_link(FiredTrains& fired);
  void hold(const FlowPath& path, const std::vector<Target>& targets, const CellEvents& cell);
  std::vector<Arrival>& arrivals_of(const Target& target);

  ChipRun& run_;
  const chips::Chip& chip_;
  StepFacts facts_;
  std::vector<std::int64_t> in_step_;           // by link
  std::vector<LinkId> links_used_;              // in this step
  std::vector<std::int64_t> unit_end_;          // by core and unit: cycles of work in this step
  std::vector<std::size_t> units_used_;         // one may stand here twice
  std::vector<std::vector<Arrival>> arrivals_;  // by tile
  std::vector<TileId> reached_;                 // tiles with arrivals
  std::deque<CellEvents> held_;                 // out of a delay
  std::int64_t offset_ = 0;                     // of an event's next packet behind its first
  bool first_flow_ = true;
  std::int64_t host_free_ = 0;  // the host link, since the step began
  std::int64_t now_ = 0;
};

}  // namespace ranvier::sim
