// SPDX-License-Identifier: Apache-2.0
// The checks of self_check.h. Neighbours and routes are made from core numbers alone, as a reader of chip.h would.
#include "chips/self_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace ranvier::chips {
namespace {

struct Step {
  std::int32_t dx;
  std::int32_t dy;
};
constexpr std::array<Step, 4> kSteps{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};

bool inside(const Board& b, std::int32_t x, std::int32_t y) {
  return x >= 0 && x < b.width() && y >= 0 && y < b.height();
}

void check_geometry(const Board& b, std::vector<std::string>& out) {
  std::vector<std::int64_t> cores_of_chip(b.chips(), 0);
  for (std::size_t i = 0; i < b.cores(); ++i) {
    const CoreId core(i);
    const std::size_t port = i % b.cores_per_router();
    if (!inside(b, b.x(core), b.y(core)) || b.core_at(b.x(core), b.y(core)).value() + port != i) {
      out.push_back(fmt::format("core {}: its coordinates ({}, {}) do not lead back to it", i, b.x(core), b.y(core)));
      return;
    }
    const ChipId chip = b.chip_of(core);
    if (chip.value() >= b.chips()) {
      out.push_back(fmt::format("core {}: lies on chip {} of {}", i, chip.value(), b.chips()));
      return;
    }
    ++cores_of_chip[chip.value()];
    if (port != 0) continue;  // links are those of the router
    for (std::size_t d = 0; d < kSteps.size(); ++d) {
      const std::int32_t x = b.x(core) + kSteps[d].dx, y = b.y(core) + kSteps[d].dy;
      if (!inside(b, x, y)) continue;
      const CoreId next = b.core_at(x, y);
      const Step back = kSteps[d ^ 1u];
      if (b.core_at(b.x(next) + back.dx, b.y(next) + back.dy) != core) {
        out.push_back(fmt::format("link {} -> {}: has no reverse", i, next.value()));
        return;
      }
    }
  }
  const std::int64_t per_chip = std::int64_t{b.chip.noc.width} * b.chip.noc.height * b.chip.noc.cores_per_router.value;
  for (std::size_t chip = 0; chip < cores_of_chip.size(); ++chip) {
    if (cores_of_chip[chip] != per_chip) {
      out.push_back(fmt::format("chip {}: has {} cores, its grid {}", chip, cores_of_chip[chip], per_chip));
    }
  }
}

/// Links from one core to another, x first; -1 when the walk leaves the mesh or does not end.
std::int64_t walk(const Board& b, CoreId from, CoreId to) {
  std::int32_t x = b.x(from), y = b.y(from);
  std::int64_t links = 0;
  while (x != b.x(to) || y != b.y(to)) {
    if (x != b.x(to)) {
      x += x < b.x(to) ? 1 : -1;
    } else {
      y += y < b.y(to) ? 1 : -1;
    }
    if (!inside(b, x, y) || ++links > b.width() + b.height()) return -1;
  }
  return links;
}

void check_routes(const Board& b, std::vector<std::string>& out) {
  constexpr std::size_t kSample = 252;
  const auto corner = [&](std::int32_t x, std::int32_t y) { return static_cast<std::size_t>(b.core_at(x, y).value()); };
  std::set<std::size_t> sample{corner(0, 0), corner(b.width() - 1, 0), corner(0, b.height() - 1),
                               corner(b.width() - 1, b.height() - 1)};
  for (std::size_t i = 0; i < std::min(kSample, b.cores()); ++i)
    sample.insert(i * b.cores() / std::min(kSample, b.cores()));
  for (const std::size_t from : sample) {
    for (const std::size_t to : sample) {
      const std::int64_t links = walk(b, CoreId(from), CoreId(to));
      const std::int64_t least =
          std::abs(b.x(CoreId(from)) - b.x(CoreId(to))) + std::abs(b.y(CoreId(from)) - b.y(CoreId(to)));
      if (links != least) {
        out.push_back(fmt::format("route {} -> {}: takes {} links, the mesh needs {}", from, to, links, least));
        return;
      }
    }
  }
}

class NumberChecks {
 public:
  explicit NumberChecks(std::vector<std::string>& out) : out_(out) {}
  template <class T>
  void at_least(const char* name, const Param<T>& param, std::int64_t least) {
    std::int64_t value = 0;
    if constexpr (std::is_integral_v<T>) {
      value = param.value;
    } else {
      value = param.value.count();
    }
    if (value < least) out_.push_back(fmt::format("{}: is {}, less than {}", name, value, least));
    sourced(name, param.origin);
  }
  void energy(const char* name, const Param<Energy>& param) {
    at_least(name, param, 0);
    if (param.origin.kind == EnergyKind::kNone) out_.push_back(fmt::format("{}: energy without a kind", name));
  }
  void barrier_table(const Sync& sync) {
    if (sync.barrier_table.empty()) return;
    sourced("barrier_table", sync.barrier_table_origin);
    BarrierRow last;
    for (const BarrierRow& row : sync.barrier_table) {
      if (row.routers <= last.routers || row.cycles < last.cycles)
        out_.push_back(fmt::format("barrier_table: row {} does not grow", row.routers));
      last = row;
    }
  }
  void sourced(const char* name, const Origin& origin) {
    if (origin.source.empty()) out_.push_back(fmt::format("{}: has no source", name));
  }

 private:
  std::vector<std::string>& out_;
};

void check_core(const CoreKind& core, NumberChecks& check) {
  check.at_least("neurons", core.neurons, 1);
  check.at_least("fan_in_axons", core.fan_in_axons, 1);
  check.at_least("route_entries", core.route_entries, 1);
  check.at_least("weight_bits", core.weight_bits, 1);
  check.at_least("synapse_memory", core.synapse_memory, 1);
  check.at_least("state_memory", core.state_memory, 1);
  check.at_least("bulk_memory", core.bulk_memory, 0);
  check.at_least("lanes", core.lanes, 1);
  check.at_least("event_decode_cycles", core.event_decode_cycles, 0);
  check.at_least("soma_cycles", core.soma_cycles, 0);
  check.at_least("map_cycles", core.map_cycles, 0);
  check.at_least("emit_cycles", core.emit_cycles, 0);
  check.at_least("relay_cycles", core.relay_cycles, 0);
  check.at_least("bulk_bytes_per_cycle", core.bulk_bytes_per_cycle, core.bulk_memory.value.count() > 0 ? 1 : 0);
  check.at_least("receive_fifo_events", core.receive_fifo_events, 1);
  check.at_least("relay_buffer_events", core.relay_buffer_events, 1);
}

void check_optional_core(const CoreKind& core, NumberChecks& check) {
  check.at_least("core_memory", core.core_memory, 0);
  check.at_least("receive_limit", core.receive_limit, 0);
  check.at_least("tiles", core.tiles, 0);
  check.at_least("compartment_profiles", core.compartment_profiles, 0);
  check.at_least("synapse_formats", core.synapse_formats, 0);
  const std::int64_t word =
      core.synapse_word_overhead_bits.value + core.synapse_index_bits.value + core.weight_bits.value;
  check.at_least("synapse_word_bits", core.synapse_word_bits, core.synapse_word_bits.value != 0 ? word : 0);
  check.at_least("synapse_word_overhead_bits", core.synapse_word_overhead_bits, 0);
  check.at_least("synapse_index_bits", core.synapse_index_bits, 0);
  check.at_least("synapse_cycles", core.synapse_cycles, 1);
  check.at_least("synapse_conv_cycles", core.synapse_conv_cycles, 1);
  check.at_least("synapse_sparse_cycles", core.synapse_sparse_cycles, 1);
  check.at_least("soma_active_cycles", core.soma_active_cycles, 0);
  check.at_least("spike_cycles", core.spike_cycles, 0);
  check.at_least("dense_lanes", core.dense_lanes, 0);
  check.at_least("synapse_words_per_cycle", core.synapse_words_per_cycle, 0);
  if (core.synapse_words_per_cycle.value > 0) check.at_least("synapse_word_bits", core.synapse_word_bits, 1);
  check.at_least("memory_ports", core.memory_ports, 1);
}

void check_network(const Chip& chip, NumberChecks& check) {
  check.sourced("noc.width", chip.noc.width_origin);
  check.sourced("noc.height", chip.noc.height_origin);
  check.at_least("header_bits", chip.noc.header_bits, 1);
  check.at_least("flit_bits", chip.noc.flit_bits, 1);
  check.at_least("virtual_channels", chip.noc.virtual_channels, 1);
  check.at_least("buffer_flits", chip.noc.buffer_flits, 1);
  check.at_least("router_cycles", chip.noc.router_cycles, 1);
  check.at_least("link_cycles", chip.noc.link_cycles, 1);
  check.at_least("credit_cycles", chip.noc.credit_cycles, 1);
  check.at_least("cores_per_router", chip.noc.cores_per_router, 1);
  check.at_least("link_cycles_vertical", chip.noc.link_cycles_vertical, 1);
  check.at_least("link_cycles_per_flit", chip.noc.link_cycles_per_flit, 1);
  check.at_least("chip_link.latency_cycles", chip.chip_link.latency_cycles, 1);
  check.at_least("chip_link.cycles_per_flit", chip.chip_link.cycles_per_flit, 1);
  check.at_least("host_link.latency_cycles", chip.host_link.latency_cycles, 1);
  check.at_least("host_link.cycles_per_flit", chip.host_link.cycles_per_flit, 1);
  check.at_least("phase_cycles", chip.sync.phase_cycles, chip.sync.policy == SyncPolicy::kFixedPhase ? 1 : 0);
  check.at_least("barrier_cycles", chip.sync.barrier_cycles, 0);
  check.at_least("multichip_barrier_cycles", chip.sync.multichip_barrier_cycles, 0);
  check.barrier_table(chip.sync);
  check.at_least("tick_cycles", chip.sync.tick_cycles, chip.sync.policy == SyncPolicy::kFixedTick ? 1 : 0);
  check.at_least("pipeline_buffers", chip.sync.pipeline_buffers, 1);
  check.at_least("max_delay_steps", chip.max_delay_steps, 0);
}

void check_energies(const EnergyTable& energy, NumberChecks& check) {
  check.energy("synapse_read", energy.synapse_read);
  check.energy("accumulate", energy.accumulate);
  check.energy("multiply_add", energy.multiply_add);
  check.energy("soma_update", energy.soma_update);
  check.energy("map_value", energy.map_value);
  check.energy("state_swap_byte", energy.state_swap_byte);
  check.energy("event_emit", energy.event_emit);
  check.energy("router_hop", energy.router_hop);
  check.energy("link_hop", energy.link_hop);
  check.energy("chip_link_hop", energy.chip_link_hop);
  check.energy("host_flit", energy.host_flit);
  check.energy("step_sync", energy.step_sync);
  check.at_least("static_chip", energy.static_chip, 0);
  check.energy("synapse_conv", energy.synapse_conv);
  check.energy("synapse_sparse", energy.synapse_sparse);
  check.energy("soma_active", energy.soma_active);
  check.energy("spike", energy.spike);
  check.energy("event_receive", energy.event_receive);
  check.energy("link_hop_vertical", energy.link_hop_vertical);
  check.energy("dense_multiply_add", energy.dense_multiply_add);
}

void check_mechanisms(const Chip& chip, std::vector<std::string>& out) {
  const auto& dense = chip.mechanisms[static_cast<std::size_t>(Mechanism::kDenseMode)];
  if ((dense.support != Support::kAbsent) != (chip.core.dense_lanes.value > 0))
    out.push_back(fmt::format("dense_mode: does not go with {} dense lanes", chip.core.dense_lanes.value));
}

}  // namespace

std::vector<std::string> self_check(const Board& board) {
  std::vector<std::string> out;
  const Chip& chip = board.chip;
  if (board.name.empty() || chip.name.empty() || chip.core.name.empty())
    out.push_back("board, chip and core need names");
  NumberChecks check(out);
  check.at_least("clock", chip.clock_khz, 1);
  check_core(chip.core, check);
  check_optional_core(chip.core, check);
  check_network(chip, check);
  check_energies(chip.energy, check);
  check_mechanisms(chip, out);
  if (board.columns < 1 || board.rows < 1 || chip.noc.width < 1 || chip.noc.height < 1 ||
      chip.noc.cores_per_router.value < 1) {
    out.push_back(fmt::format("grid: {} x {} chips of {} x {} cores has no core", board.columns, board.rows,
                              chip.noc.width, chip.noc.height));
    return out;
  }
  check_geometry(board, out);
  check_routes(board, out);
  if (chip.clock_khz.value > 0 && clock_period(chip).count() < 1)
    out.push_back("clock: its period is shorter than 1 fs");
  if (chip.noc.flit_bits.value > 0 && (flits_of(chip.noc, 1) < 1 || flits_of(chip.noc, 32) < flits_of(chip.noc, 1))) {
    out.push_back("flits: a packet has less than one flit, or a longer payload needs fewer");
  }
  return out;
}

}  // namespace ranvier::chips
