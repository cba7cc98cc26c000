// SPDX-License-Identifier: Apache-2.0
// How busy a tile will be, before anything was measured: event counts from code ranges, cycles from the chip's costs.
#pragma once

#include "chips/chip.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

/// Events per value (token and channel) and image that a stage sends, by code range and kind. A guess that a profile
/// replaces: half a spike in 100 steps of every neuron of a temporal program; signed codes as if normal with sigma = hi
/// / 3, softmax rows as if they sum to hi, GELU half silent.
double events_per_value(const workloads::Program& program, StageId stage, Schedule schedule);

/// Times that a tile of the stage fires in an image.
double passes_of(const workloads::Program& program, StageId stage, Schedule schedule);

/// Share of the contexts that had input or are not at rest when their tile fires: all, unless a profile knows better.
double active_share(Schedule schedule);

/// Weights read, or accumulators added to, by one event that arrives on `port`; port -1 is a partial sum.
std::int64_t touched_by_event(const workloads::Program& program, const Tile& tile, int port);

/// True where the synapses of a kLif stage are kernels that several positions share; a dense layer's are not.
bool has_shared_kernels(const workloads::Stage& stage);

/// Cycles to take one event that touches so many outputs of a tile of the stage (sim/core_costs.h).
std::int64_t receive_cycles_of(const workloads::Program& program, const chips::CoreKind& core, StageId stage,
                               std::int64_t touched);

/// Cycles in which so many synapses come out of synapse memory; 0 where reading keeps up with the lanes.
std::int64_t synapse_read_cycles(const chips::CoreKind& core, std::int64_t synapses, bool shared_kernels);

/// True where a core's memory has one port: its integrating and its firing unit then work one after the other.
inline bool units_take_turns(const chips::CoreKind& core) { return core.memory_ports.value == 1; }

/// Neuron contexts of the tile.
std::int64_t contexts_of(const Tile& tile);

/// Values that go through an AMD map when the tile fires once.
std::int64_t map_values_of(const workloads::Program& program, const Tile& tile);

/// Bytes moved to and from bulk memory per image.
double swapped_bytes_of(const workloads::Program& program, const Tile& tile, Schedule schedule);

/// Cycles that a core spends on a tile per image, estimated.
double busy_cycles(const workloads::Program& program, const chips::CoreKind& core, Schedule schedule, const Tile& tile);

}  // namespace ranvier::mapper
