// SPDX-License-Identifier: Apache-2.0
// 768 Loihi chips, 98 304 cores: a transformer is mapped, verified and simulated in the time and memory of what it
// uses.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <ctime>

#include "mapper/cost.h"
#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "sim/simulate.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// 32 x 24 chips of 8 x 4 routers with 4 cores, unicast; memories and costs near those of Loihi.
chips::Board loihi_like_768() {
  chips::Board b;
  b.name = "768";
  b.columns = 32;
  b.rows = 24;
  chips::Chip& c = b.chip;
  c.name = "loihi-like";
  c.clock_khz.value = 1'000'000;
  c.core.neurons.value = 1024;
  c.core.fan_in_axons.value = 4096;
  c.core.route_entries.value = 4096;
  c.core.weight_bits.value = 8;
  c.core.synapse_memory.value = Bytes(128 * 1024);
  c.core.state_memory.value = Bytes(128 * 1024);
  c.core.lanes.value = 4;
  c.core.soma_cycles.value = 6;
  c.core.emit_cycles.value = 5;
  c.core.receive_fifo_events.value = 64;
  c.core.relay_buffer_events.value = 64;
  c.noc.width = 8;
  c.noc.height = 4;
  c.noc.multicast = chips::Multicast::kUnicast;
  c.noc.cores_per_router.value = 4;
  c.noc.header_bits.value = 24;
  c.noc.flit_bits.value = 32;
  c.noc.virtual_channels.value = 1;
  c.noc.buffer_flits.value = 16;
  c.noc.router_cycles.value = 1;
  c.noc.link_cycles.value = 3;
  c.noc.link_cycles_vertical.value = 6;
  c.noc.credit_cycles.value = 2;
  c.chip_link.latency_cycles.value = 100;
  c.chip_link.cycles_per_flit.value = 4;
  c.host_link.latency_cycles.value = 1000;
  c.host_link.cycles_per_flit.value = 4;
  c.sync.barrier_table = {{1, 600}, {2, 1000}, {4, 1400}, {29, 1800}};
  c.sync.multichip_barrier_cycles.value = 16200;
  c.energy.event_emit.value = Energy(111'000'000);
  c.energy.link_hop.value = Energy(3'000'000);
  c.energy.link_hop_vertical.value = Energy(4'000'000);
  c.energy.static_chip.value = Power(104'000);
  return b;
}

/// DeiT-S: 12 blocks of width 384.
TEST(BigBoard, ATransformerOn768ChipsTakesTheRoomOfWhatItUses) {
  const chips::Board board = loihi_like_768();
  ASSERT_EQ(board.cores(), 98'304u);
  const workloads::Program program = workloads::random_vit_program(1, 50, 384, 6, 12, 1536);
  const double start = cpu_seconds();
  const auto problem = mapper::make_problem(program, board, mapper::Schedule::kStagedGraded);
  const double tiled = cpu_seconds();
  const mapper::Mapping mapping = mapper::map_program(problem);
  const double mapped = cpu_seconds();
  EXPECT_TRUE(mapper::verify(problem, mapping).empty());
  const mapper::Metrics m = mapper::estimate(problem, mapping);
  const double verified = cpu_seconds();
  SimOptions options;
  options.fidelity = Fidelity::kAnalytic;
  const std::vector<std::vector<std::int32_t>> images{workloads::random_input_codes(program, 1)};
  const RunResult r = simulate(problem, mapping, images, options);
  const double simulated = cpu_seconds();
  EXPECT_TRUE(r.images[0].exact);
  EXPECT_GT(m.chips, 1);
  EXPECT_GT(r.steps[1].duration, chips::clock_period(board.chip) * 16'200);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "%ld tiles on %ld cores of %ld chips; CPU s: tile %.1f, map %.1f, verify and estimate %.1f, simulate %.1f; "
      "%.0f MiB\n",
      static_cast<long>(m.tiles), static_cast<long>(m.cores), static_cast<long>(m.chips), tiled - start, mapped - tiled,
      verified - mapped, simulated - verified, static_cast<double>(usage.ru_maxrss) / 1024);
  EXPECT_LT(mapped - start, 120);
  EXPECT_LT(usage.ru_maxrss, 2 * 1024 * 1024);
}

}  // namespace
}  // namespace ranvier::sim
