// SPDX-License-Identifier: Apache-2.0
// A chip and a board as data: what the YAML files of this folder say, with every number's origin.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/quantities.h"
#include "chips/device.h"
#include "chips/origin.h"

namespace ranvier::chips {

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
  // From here on optional keys; each says what its absence means (schema.h).
  Param<Bytes> core_memory;            // synapse and state memory together; 0: no limit beyond theirs
  Param<Bytes> receive_limit;          // of the values that arrive for a tile in one step; 0: none
  Count tiles;                         // tiles (phases, programs) on the core; 0: no limit
  Count compartment_profiles;          // different neuron configurations on the core; 0: no limit
  Count synapse_formats;               // different weight formats on the core; 0: no limit
  Count synapse_word_bits;             // synapses are packed into words of this size; 0: packed without gaps
  Count synapse_word_overhead_bits;    // of each word, for its format and count
  Count synapse_index_bits;            // of each synapse that is not part of a dense run
  Count synapse_cycles{1, {}};         // per group of `lanes` synapses
  Count synapse_conv_cycles{1, {}};    // the same, synapses of shared kernels
  Count synapse_sparse_cycles{1, {}};  // the same, synapses that each name their target
  Count soma_active_cycles;            // more, per group of `lanes` contexts that had input or are not at rest
  Count spike_cycles;                  // more, per firing context
  Count dense_lanes;                   // multiply-adds a cycle in dense mode; 0: the core has no dense mode
  Count synapse_words_per_cycle;       // of synapse_word_bits, read for an event; 0: reading keeps up with the lanes
  Count memory_ports{2, {}};           // 1: integrating and firing never work in the same cycle
};

/// How an event reaches several cores: a copy passed on from core to core, a packet from the source to each, or one
/// packet that routers fork along a tree held in their tables.
enum class Multicast : std::uint8_t { kRelay, kUnicast, kTree };

struct Noc {
  std::int32_t width = 0;  // routers
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
  // Optional keys.
  Multicast multicast = Multicast::kRelay;
  Count cores_per_router{1, {}};      // each with a port of its own
  Count link_cycles_vertical;         // of links north and south; 0: as link_cycles
  Count link_cycles_per_flit{1, {}};  // that a flit keeps an on-chip link busy
  std::int64_t vertical_cycles() const {
    return link_cycles_vertical.value > 0 ? link_cycles_vertical.value : link_cycles.value;
  }
};

/// Link over a chip edge, host link: latency, then cycles per flit.
struct EdgeLink {
  Count latency_cycles;
  Count cycles_per_flit;
};

/// kLayerPipeline: double-buffered stages, the next image enters while this one goes on. kDataflow: no synchronisation.
/// kFixedTick: real time, every step begins at a tick.
enum class SyncPolicy : std::uint8_t { kBarrier, kFixedPhase, kLayerPipeline, kDataflow, kFixedTick };

/// What a step does to the next one when its work does not end in its tick. kSkip: the next step begins at the first
/// tick after it. kLate: the next one begins as soon as it ends, and ticks without much work catch up.
enum class TickOverrun : std::uint8_t { kSkip, kLate };

/// A barrier over this many routers in use takes so long; between two rows the larger one holds.
struct BarrierRow {
  std::int64_t routers = 0;
  std::int64_t cycles = 0;
};

struct Sync {
  SyncPolicy policy = SyncPolicy::kBarrier;
  Count phase_cycles;    // fixed phase: a step takes a whole number of these
  Count barrier_cycles;  // barrier: added after the slowest core; layer pipeline: to swap buffers
  // Optional: barrier by routers in use instead of barrier_cycles, ascending; and a barrier over several chips.
  std::vector<BarrierRow> barrier_table;
  Origin barrier_table_origin;
  Count multichip_barrier_cycles;
  Count tick_cycles;                            // fixed tick: from one tick to the next
  TickOverrun on_overrun = TickOverrun::kSkip;  // fixed tick
  Count pipeline_buffers{2, {}};                // layer pipeline, dataflow: of what a level takes in, one being filled
};

/// Cycles that the end of a step takes under `barrier`, with so many routers and chips in use.
std::int64_t barrier_cycles(const Sync& sync, std::int64_t routers, std::int64_t chips);

/// What a program may ask of a chip beyond accumulate-and-fire. The chip has it, or has it not and the file adds it as
/// an assumed extension (reports say so), or it is absent and a program that needs it does not fit.
enum class Mechanism : std::uint8_t {
  kCubaCompartment,  // current and voltage decay, threshold, refractory, bias
  kSharedKernels,    // convolution axons
  kSpikeTracer,      // signed spikes with a tracer: ST-BIF encoders
  kGradedPayload,    // events that carry an integer
  kTokenContexts,    // several contexts behind one set of weights
  kValueMaps,        // LayerNorm, softmax, GELU as integer maps
  kStreamProduct,    // products of two event streams
  kDenseMode,
};
inline constexpr std::size_t kMechanisms = 8;
enum class Support : std::uint8_t { kNative, kExtension, kAbsent };
struct MechanismSupport {
  Support support = Support::kNative;
  std::string note;  // why, or what the chip does instead
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
  // Optional keys.
  Param<Energy> synapse_conv;        // one read of a shared kernel's weight
  Param<Energy> synapse_sparse;      // one read of a weight that names its target
  Param<Energy> soma_active;         // more, per context that had input or is not at rest
  Param<Energy> spike;               // more, per context that fires
  Param<Energy> event_receive;       // one packet taken by a core
  Param<Energy> link_hop_vertical;   // one flit over one on-chip link north or south
  Param<Energy> dense_multiply_add;  // one multiply and add in dense mode, weight read included
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
  std::array<MechanismSupport, kMechanisms> mechanisms;
};

/// A grid of equal chips whose router meshes join at the edges into one mesh. Cores of a router have adjacent numbers.
/// x and y are those of a core's router. A device, if any, sits behind the host link at core 0.
struct Board {
  std::string name;
  std::int32_t columns = 1;
  std::int32_t rows = 1;
  Chip chip;
  std::optional<Device> device;

  std::int32_t width() const { return columns * chip.noc.width; }
  std::int32_t height() const { return rows * chip.noc.height; }
  std::size_t routers() const { return static_cast<std::size_t>(width()) * static_cast<std::size_t>(height()); }
  std::size_t cores_per_router() const { return static_cast<std::size_t>(chip.noc.cores_per_router.value); }
  std::size_t cores() const { return routers() * cores_per_router(); }
  std::size_t chips() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
  std::size_t router_of(CoreId c) const { return c.value() / cores_per_router(); }
  std::int32_t x(CoreId c) const { return static_cast<std::int32_t>(router_of(c)) % width(); }
  std::int32_t y(CoreId c) const { return static_cast<std::int32_t>(router_of(c)) / width(); }
  /// The first core of the router at (x, y).
  CoreId core_at(std::int32_t x, std::int32_t y) const {
    return CoreId(static_cast<std::size_t>(y * width() + x) * cores_per_router());
  }
  ChipId chip_of(CoreId c) const {
    return ChipId(static_cast<std::size_t>(y(c) / chip.noc.height * columns + x(c) / chip.noc.width));
  }
};

/// Cycle length in femtoseconds, rounded to nearest.
Duration clock_period(const Chip& chip);

/// Flits of a packet whose payload needs `payload_bits`.
std::int64_t flits_of(const Noc& noc, std::int64_t payload_bits);

/// Name ("synapse_read") and origin of every entry of the energy table, in the order of EnergyTable.
std::vector<std::pair<std::string, Origin>> energy_origins(const Chip& chip);

/// Chip or board from `target`: a bundled name ("tianjic-like"), name:CxR for a grid, or a path to a chip or board YAML
/// file. Throws UnknownTarget, ChipFileError and its kin (chips/errors.h).
Board load_target(const std::string& target);

}  // namespace ranvier::chips
