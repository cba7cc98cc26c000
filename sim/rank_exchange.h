// SPDX-License-Identifier: Apache-2.0
// What the ranks of a run tell each other: in every step the events that their tiles fired, then what receiving cost
// and the counters; at the end of an image the codes. All else each rank works out for itself, from the same numbers.
#pragma once

#include <exception>
#include <functional>
#include <span>
#include <vector>

#include "sim/communicator.h"
#include "sim/core_bank.h"
#include "sim/rank_split.h"
#include "sim/remote_core.h"

namespace ranvier::sim {

/// A tile's fire of this step.
struct FiredTile {
  TileId tile;
  std::vector<Emission> emissions;
  Cycles cycles;
  std::exception_ptr error;
};

class RankExchange {
 public:
  /// `ranks` null: one rank, nothing to tell.
  RankExchange(Communicator* ranks, const RankSplit& split, CoreBank& bank);

  bool computes(TileId tile) const { return ranks_ == nullptr || ranks_->dry_run() || split_.mine(tile); }
  /// An error of a rank becomes RankLost in the others.
  void fired(std::span<FiredTile* const> tiles);
  /// Cycles by arrival, [tile of `reached`][arrival]; and counters of the tiles that moved, ascending.
  void received(std::span<const TileId> reached, std::span<std::vector<Cycles>> cycles, std::span<const TileId> moved,
                bool ask_restless);
  void codes(std::size_t tiles);

  /// Bytes that each rank sent to each of the others so far; of a dry run: would have sent.
  const std::vector<std::int64_t>& bytes_sent() const { return bytes_; }

 private:
  using Pack = std::function<void(int rank, StateWriter&)>;
  using Unpack = std::function<void(int rank, StateReader&)>;
  void swap(const Pack& pack, const Unpack& unpack);
  RemoteCore& remote(TileId tile) { return dynamic_cast<RemoteCore&>(bank_[tile]); }

  Communicator* ranks_;
  const RankSplit& split_;
  CoreBank& bank_;
  std::vector<std::int64_t> bytes_;
};

}  // namespace ranvier::sim
