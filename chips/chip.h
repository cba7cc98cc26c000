// SPDX-License-Identifier: Apache-2.0
// A chip and a board as data: what the YAML files of this folder say, with every number's origin.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"

namespace ranvier::chips {

enum class Tag : std::uint8_t { kPublished, kDerived, kAssumed, kUnverified };
enum class EnergyKind : std::uint8_t { kNone, kMarginal, kAllIn, kMin };

/// Where a number comes from. `key` is its path in the file, e.g. "energy.synapse_read".
struct Origin {
  Tag tag = Tag::kAssumed;
  EnergyKind kind = EnergyKind::kNone;  // energies only
  std::string source;
  std::string key;
  int line = 0;
};

/// A number of a chip file. Value is the strong type or a plain integer for counts.
template <class T>
struct Param {
  T value{};
  Origin origin;
};

using Count = Param<std::int64_t>;

/// Limits, memories and cycle costs of one kind of core. Cycles are of the chip clock.
struct CoreKind {
  std::string name;
  Count neurons;        // output channels of all tiles on the core
  Count fan_in_axons;   // input channels of all tiles on the core
  Count route_entries;  // flows that start at or are relayed by the core
  Count weight_bits;    // of one synapse
  Param<Bytes> synapse_memory;
  Param<Bytes> state_memory;   // potentials, tracers, accumulators, codes of all token contexts
  Param<Bytes> bulk_memory;    // for swapped token contexts (token mode `stream`); 0: the chip has none
  Count lanes;                 // synapses accumulated a cycle
  Count event_decode_cycles;   // per event received, before the first synapse word
  Count soma_cycles;           // per group of `lanes` neuron contexts, in a step in which the tile fires
  Count map_cycles;            // per value put through an AMD map (LayerNorm, softmax, GELU)
  Count emit_cycles;           // per event sent
  Count relay_cycles;          // per event passed on by a relay
  Count bulk_bytes_per_cycle;  // context swap; 0 without bulk memory
  Count receive_fifo_events;   // a full FIFO pushes back into the network
  Count relay_buffer_events;   // a full relay buffer loses the event: the run stops
};

struct Noc {
  std::int32_t width = 0;  // routers, one a core
  std::int32_t height = 0;
  Count header_bits;  // of a packet
  Count flit_bits;
  Count virtual_channels;
  Count buffer_flits;   // per input port and virtual channel
  Count router_cycles;  // head flit, input buffer to output
  Count link_cycles;
  Count credit_cycles;
  Origin width_origin;
  Origin height_origin;
};

/// Link over a chip edge, host link: latency, then cycles per flit.
struct EdgeLink {
  Count latency_cycles;
  Count cycles_per_flit;
};

enum class SyncPolicy : std::uint8_t { kBarrier, kFixedPhase };

struct Sync {
  SyncPolicy policy = SyncPolicy::kBarrier;
  Count phase_cycles;    // fixed phase: a step takes a whole number of these
  Count barrier_cycles;  // barrier: added after the slowest core
};

/// Energy of one occurrence of each countable event, and the power that flows all the time.
struct EnergyTable {
  Param<Energy> synapse_read;     // one weight read
  Param<Energy> accumulate;       // one unary add into a potential
  Param<Energy> multiply_add;     // one graded multiply and add
  Param<Energy> soma_update;      // one neuron context looked at in a firing step
  Param<Energy> map_value;        // one value through an AMD map
  Param<Energy> state_swap_byte;  // one byte to or from bulk memory
  Param<Energy> event_emit;       // one packet made
  Param<Energy> router_hop;       // one flit through one router
  Param<Energy> link_hop;         // one flit over one on-chip link
  Param<Energy> chip_link_hop;    // one flit over a chip edge
  Param<Energy> host_flit;        // one flit to or from the host
  Param<Energy> step_sync;        // one chip, one step
  Param<Power> static_chip;       // each powered chip, all the time
};

struct Chip {
  std::string name;
  std::string file;
  std::string description;
  Param<std::int64_t> clock_khz;
  CoreKind core;
  Noc noc;
  EdgeLink chip_link;
  EdgeLink host_link;
  Sync sync;
  Count max_delay_steps;  // axonal delay a core can add; 0: none, residual paths are balanced by scheduling
  EnergyTable energy;
  std::string rtl_module;  // empty: no RTL
};

/// A grid of equal chips whose router meshes join at the edges into one mesh.
struct Board {
  std::string name;
  std::int32_t columns = 1;
  std::int32_t rows = 1;
  Chip chip;

  std::int32_t width() const { return columns * chip.noc.width; }
  std::int32_t height() const { return rows * chip.noc.height; }
  std::size_t cores() const { return static_cast<std::size_t>(width()) * static_cast<std::size_t>(height()); }
  std::size_t chips() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  std::int32_t x(CoreId c) const { return static_cast<std::int32_t>(c.value()) % width(); }
  std::int32_t y(CoreId c) const { return static_cast<std::int32_t>(c.value()) / width(); }
  CoreId core_at(std::int32_t x, std::int32_t y) const { return CoreId(static_cast<std::size_t>(y * width() + x)); }
  ChipId chip_of(CoreId c) const {
    return ChipId(static_cast<std::size_t>(y(c) / chip.noc.height * columns + x(c) / chip.noc.width));
  }
};

/// Cycle length in femtoseconds, rounded to nearest.
Duration clock_period(const Chip& chip);

/// Flits of a packet whose payload needs `payload_bits`.
std::int64_t flits_of(const Noc& noc, std::int64_t payload_bits);

/// Name ("synapse_read") and origin of every entry of the energy table, in the order of EnergyTable: 13 of them.
std::vector<std::pair<std::string, Origin>> energy_origins(const Chip& chip);

/// Chip or board from `target`: a bundled name ("tianjic-like"), name:CxR for a grid, or a path to a chip or board YAML
/// file. Throws UnknownTarget, ChipFileError and its kin (chips/errors.h).
Board load_target(const std::string& target);

}  // namespace ranvier::chips
