// SPDX-License-Identifier: Apache-2.0
// Which events of a producing stage a tile takes on each of its ports. Used by the tiler and by the simulator; the
// verifier has its own account of it.
#pragma once

#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// A rectangle of events of one stage.
struct Reach {
  Range tokens;
  Range channels;
  bool contains(std::int32_t token, std::int32_t channel) const {
    return tokens.contains(token) && channels.contains(channel);
  }
};

/// Events of stage inputs[port] that `tile` takes on that port. `port` counts from 0.
Reach reach_of(const workloads::Program& program, const Tile& tile, std::size_t port);

/// Units of inputs[port] of a sparse kLif stage with a synapse into these outputs, in maximal runs.
std::vector<Range> synapse_runs(const workloads::Program& program, const workloads::Stage& stage, std::size_t port,
                                Range outputs);

/// The same for all tiles of sparse stages, in one walk over the synapses of each.
class SynapseRuns {
 public:
  SynapseRuns(const workloads::Program& program, const std::vector<Tile>& tiles);
  /// Empty for tiles of other stages.
  const std::vector<Range>& of(TileId tile, std::size_t port) const { return runs_[tile.value()][port]; }

 private:
  std::vector<std::vector<std::vector<Range>>> runs_;  // by tile, then port
};

/// Key tokens of a kScores or kMix stage, and channels of one head of its other stream.
std::int32_t key_tokens(const workloads::Program& program, const workloads::Stage& stage);
std::int32_t head_width(const workloads::Program& program, const workloads::Stage& stage);

/// Heads that a kScores or kMix tile computes.
Range heads_of(const workloads::Program& program, const Tile& tile);

}  // namespace ranvier::mapper
