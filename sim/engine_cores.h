// SPDX-License-Identifier: Apache-2.0
// Core models of tiles that do not run on events alone: dense mode of the chip's cores, and the board's device. Both
// compute with the behavioural model of the stage, so that the integers are its own; they differ in what it costs.
#pragma once

#include <memory>

#include "sim/core_model.h"

namespace ranvier::sim {

/// receive: event_decode, to store the value (partial sums are added as ever). fire: ceil(products / dense_lanes),
/// products as in mapper/engine_work.h, then soma, maps and emission as in spiking mode.
std::unique_ptr<CoreModel> make_dense_core(const TileSpec& spec);

/// Counts events; takes no time of any core.
std::unique_ptr<CoreModel> make_device_core(const TileSpec& spec);

/// The model of the tile's engine: one of the above, or the behavioural one.
std::unique_ptr<CoreModel> make_model_core(const TileSpec& spec);

}  // namespace ranvier::sim
