// SPDX-License-Identifier: Apache-2.0
// The one list of a chip file's numbers: key, dimension, range, meaning. Loader, writer and documentation walk it. The
// self-check does not: it has its own list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "chips/chip.h"
#include "chips/units.h"

namespace ranvier::chips {

struct Rule {
  std::string_view key;  // path from the top of the chip, "section.name"
  Dimension dimension = Dimension::kCount;
  std::string_view noun;  // unit of a count: "neurons"
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view meaning;
  std::string_view absent =
      {};  // empty: the key is required; digits: its value where absent; else the key whose number holds

  std::string_view section() const { return key.substr(0, key.find('.') == key.npos ? 0 : key.find('.')); }
  std::string_view name() const { return key.substr(key.find('.') == key.npos ? 0 : key.find('.') + 1); }
};

/// The base unit's count of a plain or strong number.
template <class T>
std::int64_t raw(const T& value) {
  if constexpr (std::is_integral_v<T>) {
    return value;
  } else {
    return value.count();
  }
}

namespace limits {
inline constexpr std::int64_t kCount = 1'000'000'000;
inline constexpr std::int64_t kSide = 4096;      // routers along one side of a board
inline constexpr std::int64_t kDelay = 1 << 16;  // cycles of one network element
inline constexpr std::int64_t kCycles = 1'000'000'000;
inline constexpr std::int64_t kBytes = std::int64_t{1} << 40;
inline constexpr std::int64_t kEnergy =
    1'000'000'000'000'000;                              // 1 mJ an event: a million of them still add up below 9.2 J
inline constexpr std::int64_t kPower = 10'000'000'000;  // 10 kW
inline constexpr std::int64_t kClock = 100'000'000;     // 100 GHz
}  // namespace limits

/// Calls visit(Rule, Param<T>&) for every number of the chip, in file order. ChipT is Chip or const Chip.
template <class ChipT, class Visit>
void for_each_number(ChipT& chip, Visit&& visit) {
  using D = Dimension;
  namespace l = limits;
  const auto count = [&](std::string_view key, auto& p, std::string_view noun, std::int64_t least, std::int64_t most,
                         std::string_view meaning, std::string_view absent = {}) {
    visit(Rule{key, D::kCount, noun, least, most, meaning, absent}, p);
  };
  const auto cycles = [&](std::string_view key, auto& p, std::int64_t least, std::int64_t most,
                          std::string_view meaning, std::string_view absent = {}) {
    visit(Rule{key, D::kCycles, "", least, most, meaning, absent}, p);
  };
  const auto bits = [&](std::string_view key, auto& p, std::int64_t most, std::string_view meaning) {
    visit(Rule{key, D::kBits, "", 1, most, meaning}, p);
  };
  const auto bytes = [&](std::string_view key, auto& p, std::int64_t least, std::string_view meaning,
                         std::string_view absent = {}) {
    visit(Rule{key, D::kBytes, "", least, l::kBytes, meaning, absent}, p);
  };
  const auto energy = [&](std::string_view key, auto& p, std::string_view meaning, std::string_view absent = {}) {
    visit(Rule{key, D::kEnergy, "", 0, l::kEnergy, meaning, absent}, p);
  };
  const auto side = [&](std::string_view key, auto& value, auto& origin, std::string_view meaning) {
    Count p{value, origin};
    count(key, p, "routers", 1, l::kSide, meaning);
    if constexpr (!std::is_const_v<ChipT>) {
      value = static_cast<std::int32_t>(p.value);
      origin = p.origin;
    }
  };

  visit(Rule{"clock", D::kFrequency, "", 1, l::kClock, "clock of cores and network"}, chip.clock_khz);

  auto& core = chip.core;
  count("core.neurons", core.neurons, "neurons", 1, l::kCount, "output channels of all tiles on a core");
  count("core.fan_in_axons", core.fan_in_axons, "axons", 1, l::kCount, "input channels of all tiles on a core");
  count("core.route_entries", core.route_entries, "entries", 1, l::kCount,
        "flows that start at a core or are relayed by it; multicast tree: entries of a router's table");
  bits("core.weight_bits", core.weight_bits, 64, "size of one synapse");
  bytes("core.synapse_memory", core.synapse_memory, 1, "weights");
  bytes("core.state_memory", core.state_memory, 1, "potentials, tracers, sums, codes of all token contexts");
  bytes("core.bulk_memory", core.bulk_memory, 0, "swapped token contexts; 0: the chip has none, no token mode stream");
  count("core.lanes", core.lanes, "lanes", 1, 1 << 20, "synapses accumulated a cycle");
  cycles("core.event_decode_cycles", core.event_decode_cycles, 0, l::kCycles, "per event received, before its weights");
  cycles("core.soma_cycles", core.soma_cycles, 0, l::kCycles,
         "per `lanes` neuron contexts, in a step in which the tile fires");
  cycles("core.map_cycles", core.map_cycles, 0, l::kCycles, "per value through LayerNorm, softmax or GELU");
  cycles("core.emit_cycles", core.emit_cycles, 0, l::kCycles, "per event sent");
  cycles("core.relay_cycles", core.relay_cycles, 0, l::kCycles, "per event passed on by a relay");
  visit(Rule{"core.bulk_bytes_per_cycle", D::kBytesPerCycle, "", 0, 1 << 20, "context swap; 0 without bulk memory"},
        core.bulk_bytes_per_cycle);
  count("core.receive_fifo_events", core.receive_fifo_events, "events", 1, l::kCount,
        "when full, pushes back into the network");
  count("core.relay_buffer_events", core.relay_buffer_events, "events", 1, l::kCount,
        "when full, the event is lost and the run stops");
  bytes("core.core_memory", core.core_memory, 0, "synapse and state memory together; 0: no limit of their sum", "0");
  bytes("core.receive_limit", core.receive_limit, 0, "values that may arrive for a tile in one step; 0: no limit", "0");
  count("core.tiles", core.tiles, "tiles", 0, l::kCount, "tiles on a core; 0: no limit", "0");
  count("core.compartment_profiles", core.compartment_profiles, "profiles", 0, l::kCount,
        "neuron configurations on a core; 0: no limit", "0");
  count("core.synapse_formats", core.synapse_formats, "formats", 0, l::kCount, "weight formats on a core; 0: no limit",
        "0");
  visit(Rule{"core.synapse_word_bits", D::kBits, "", 0, 4096, "synapses fill words of this size; 0: no gaps", "0"},
        core.synapse_word_bits);
  visit(Rule{"core.synapse_word_overhead_bits", D::kBits, "", 0, 4096, "of each synapse word", "0"},
        core.synapse_word_overhead_bits);
  visit(Rule{"core.synapse_index_bits", D::kBits, "", 0, 64, "of each synapse outside dense runs", "0"},
        core.synapse_index_bits);
  cycles("core.synapse_cycles", core.synapse_cycles, 1, l::kCycles, "per `lanes` synapses", "1");
  cycles("core.synapse_conv_cycles", core.synapse_conv_cycles, 1, l::kCycles, "per `lanes` synapses of shared kernels",
         "core.synapse_cycles");
  cycles("core.synapse_sparse_cycles", core.synapse_sparse_cycles, 1, l::kCycles,
         "per `lanes` synapses that each name their target", "core.synapse_cycles");
  cycles("core.soma_active_cycles", core.soma_active_cycles, 0, l::kCycles,
         "more, per `lanes` contexts that had input or are not at rest", "0");
  cycles("core.spike_cycles", core.spike_cycles, 0, l::kCycles, "more, per context that fires", "0");
  count("core.dense_lanes", core.dense_lanes, "lanes", 0, 1 << 20, "multiply-adds a cycle in dense mode; 0: none", "0");
  count("core.synapse_words_per_cycle", core.synapse_words_per_cycle, "words", 0, 1 << 20,
        "read of synapse memory for an event; 0: reading keeps up with the lanes", "0");
  count("core.memory_ports", core.memory_ports, "ports", 1, 2,
        "of synapse and state memory; 1: a core integrates or fires, 2: both at once", "2");

  auto& noc = chip.noc;
  side("noc.width", noc.width, noc.width_origin, "routers from west to east");
  side("noc.height", noc.height, noc.height_origin, "routers from north to south");
  bits("noc.header_bits", noc.header_bits, 4096, "of a packet");
  bits("noc.flit_bits", noc.flit_bits, 4096, "what a link moves at once");
  count("noc.virtual_channels", noc.virtual_channels, "channels", 1, 12, "per input port");
  count("noc.buffer_flits", noc.buffer_flits, "flits", 1, 16384, "per input port and virtual channel");
  cycles("noc.router_cycles", noc.router_cycles, 1, l::kDelay, "head flit, from winning the switch to the link");
  cycles("noc.link_cycles", noc.link_cycles, 1, l::kDelay, "from the link to the next input buffer");
  cycles("noc.credit_cycles", noc.credit_cycles, 1, l::kDelay, "from freeing a buffer to the sender's use of it");
  count("noc.cores_per_router", noc.cores_per_router, "cores", 1, 64, "cores at each router", "1");
  cycles("noc.link_cycles_vertical", noc.link_cycles_vertical, 1, l::kDelay, "of links north and south",
         "noc.link_cycles");
  cycles("noc.link_cycles_per_flit", noc.link_cycles_per_flit, 1, l::kDelay, "that a flit keeps an on-chip link busy",
         "1");

  cycles("chip_link.latency_cycles", chip.chip_link.latency_cycles, 1, l::kDelay,
         "of a flit over a chip edge, its serialisation included");
  cycles("chip_link.cycles_per_flit", chip.chip_link.cycles_per_flit, 1, l::kDelay, "that a flit keeps the link busy");
  cycles("host_link.latency_cycles", chip.host_link.latency_cycles, 1, l::kDelay, "between host and core 0");
  cycles("host_link.cycles_per_flit", chip.host_link.cycles_per_flit, 1, l::kDelay, "that a flit keeps the link busy");

  cycles("sync.phase_cycles", chip.sync.phase_cycles, 0, l::kCycles,
         "fixed_phase: a step takes a whole number of these");
  cycles("sync.barrier_cycles", chip.sync.barrier_cycles, 0, l::kCycles,
         "barrier: added after the slowest core; layer_pipeline: to swap buffers");
  cycles("sync.multichip_barrier_cycles", chip.sync.multichip_barrier_cycles, 0, l::kCycles,
         "barrier over several chips; 0: as over one", "0");
  cycles("sync.tick_cycles", chip.sync.tick_cycles, 0, l::kCycles, "fixed_tick: every step begins at one of these",
         "0");
  count("sync.pipeline_buffers", chip.sync.pipeline_buffers, "buffers", 1, 1 << 10,
        "layer_pipeline, dataflow: of what a level takes in; one is filled while others are worked on", "2");
  count("max_delay_steps", chip.max_delay_steps, "steps", 0, 1 << 20, "axonal delay that a core can add; 0: none");

  auto& e = chip.energy;
  energy("energy.synapse_read", e.synapse_read, "one weight read");
  energy("energy.accumulate", e.accumulate, "one unary addition into a potential");
  energy("energy.multiply_add", e.multiply_add, "one graded multiplication and addition");
  energy("energy.soma_update", e.soma_update, "one neuron context looked at in a firing step");
  energy("energy.map_value", e.map_value, "one value through LayerNorm, softmax or GELU");
  energy("energy.state_swap_byte", e.state_swap_byte, "one byte to or from bulk memory");
  energy("energy.event_emit", e.event_emit, "one packet made");
  energy("energy.router_hop", e.router_hop, "one flit through one router");
  energy("energy.link_hop", e.link_hop, "one flit over one on-chip link");
  energy("energy.chip_link_hop", e.chip_link_hop, "one flit over a chip edge");
  energy("energy.host_flit", e.host_flit, "one flit to or from the host");
  energy("energy.step_sync", e.step_sync, "one chip, one step");
  visit(Rule{"energy.static_chip", D::kPower, "", 0, l::kPower, "one powered chip, all the time"}, e.static_chip);
  energy("energy.synapse_conv", e.synapse_conv, "one read of a shared kernel's weight", "energy.synapse_read");
  energy("energy.synapse_sparse", e.synapse_sparse, "one read of a weight that names its target",
         "energy.synapse_read");
  energy("energy.soma_active", e.soma_active, "more, per context that had input or is not at rest", "0");
  energy("energy.spike", e.spike, "more, per context that fires", "0");
  energy("energy.event_receive", e.event_receive, "one packet taken by a core", "0");
  energy("energy.link_hop_vertical", e.link_hop_vertical, "one flit over an on-chip link north or south",
         "energy.link_hop");
  energy("energy.dense_multiply_add", e.dense_multiply_add, "one multiply and add in dense mode, weight read included",
         "0");
}

/// The rules alone, in file order.
std::vector<Rule> chip_rules();

/// Table of every key with unit, range and meaning, for `ranvier schema` and docs/reference/chip-file.md.
std::string schema_text();

/// Names of the enumerations as they stand in files.
std::string_view name_of(Tag tag);
std::string_view name_of(EnergyKind kind);
std::string_view name_of(SyncPolicy policy);
const std::vector<std::string>& tag_names();
const std::vector<std::string>& kind_names();
const std::vector<std::string>& policy_names();
std::string_view name_of(TickOverrun on_overrun);
std::string_view name_of(Multicast multicast);
std::string_view name_of(Support support);
std::string_view name_of(Mechanism mechanism);
const std::vector<std::string>& tick_overrun_names();
const std::vector<std::string>& multicast_names();
const std::vector<std::string>& support_names();
const std::vector<std::string>& mechanism_names();

}  // namespace ranvier::chips
