// SPDX-License-Identifier: Apache-2.0
// What a tile was told while a real network ran: traffic for calibration, image by image.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rtl/core_tile.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// One thing that the tile was told.
struct ToldTile {
  bool tick = false;
  CoreEvent event{};
};

struct RecordedTile {
  std::string layer;
  CoreTile tile;
  std::vector<std::vector<ToldTile>> images;
};

/// The behavioural core of the tile, which keeps in `recorded` all that it is told. Throws TileNotSupported where
/// rv_spike_core does not run the tile as rows of weights.
sim::CoreFactory recording_core(std::shared_ptr<RecordedTile> recorded);

/// The same of a tile that rv_hybrid_core runs. `spec` points into the program that was run.
struct RecordedHybridTile {
  struct Told {
    bool tick = false;
    sim::Event event{};
  };
  std::string layer;
  sim::TileSpec spec;
  std::vector<std::vector<Told>> images;
};

/// Throws HybridTileNotSupported where rv_hybrid_core does not run the tile.
sim::CoreFactory recording_hybrid_core(std::shared_ptr<RecordedHybridTile> recorded);

}  // namespace ranvier::rtl
