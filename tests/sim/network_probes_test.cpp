// SPDX-License-Identifier: Apache-2.0
// Probes of the flit-level network: buffers and stalls against the delays of single packets, signals against the flits
// that links carried and the slots that buffers have.
#include <gtest/gtest.h>

#include <map>

#include "mapper/mesh.h"
#include "sim/wave_probe.h"
#include "tests/sim/chip_fixture.h"
#include "tests/sim/probe_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Probed;

using Images = std::vector<std::vector<std::int32_t>>;

RunResult run_with(const testing::Case& c, const Images& images, std::vector<Probe*> probes,
                   Fidelity fidelity = Fidelity::kCycle) {
  SimOptions options;
  options.fidelity = fidelity;
  options.probes = std::move(probes);
  return simulate(c.problem, c.mapping, images, options);
}

// One flit from the host's router 0 to core 1: it stands in the local buffer of router 0 and in the one that router 1
// has towards the west, each until it wins the switch.
TEST(BufferProbe, OneFlitStandsInTheBuffersOnItsWay) {
  const auto c = testing::tiny_case();
  Probed buffers("buffers:steps=0"), stalls("stalls:steps=0");
  const RunResult r = run_with(*c, {{3, 0, 0, 0}}, {buffers.probe.get(), stalls.probe.get()});
  const testing::MemoryTable& t = buffers.table;
  ASSERT_EQ(t.rows(), 2U);
  EXPECT_EQ(t.at(0, "router"), 0);
  EXPECT_EQ(t.at(0, "port"), 4);
  EXPECT_EQ(t.at(1, "router"), 1);
  EXPECT_EQ(t.at(1, "port"), 1);
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_EQ(t.at(row, "flit_cycles"), 1);
    EXPECT_EQ(t.at(row, "most_flits"), 1);
    EXPECT_EQ(t.at(row, "duration_cycles"), r.steps[0].duration.count() / 1'000'000);
  }
  EXPECT_EQ(stalls.table.rows(), 0U);  // nothing else is there
  EXPECT_TRUE(stalls.table.finished);
}

/// Everything that is sent goes over one link to core 1, whose FIFO holds one event and whose decoding is slow.
std::unique_ptr<testing::Case> congested_case() {
  auto c = testing::tiny_case();
  c->problem.board.chip.core.receive_fifo_events.value = 1;
  c->problem.board.chip.core.event_decode_cycles.value = 50;
  c->problem.board.chip.noc.virtual_channels.value = 1;
  c->problem.board.chip.noc.buffer_flits.value = 1;
  return c;
}

TEST(StallProbe, AFlitThatCannotLeaveWaitsForCredit) {
  const auto c = congested_case();
  Probed stalls("stalls:steps=0"), buffers("buffers:steps=0:router=1");
  run_with(*c, {{3, 3, 3, 3}, {3, 3, 3, 3}}, {stalls.probe.get(), buffers.probe.get()});
  // Four events, 2 cycles apart. Core 1 works on the first for 51 cycles and holds the second in its FIFO, which is
  // full then; the third stands in router 1, from the west, until the second is taken out.
  ASSERT_EQ(stalls.table.rows(), 2U);
  ASSERT_EQ(buffers.table.rows(), 2U);
  for (std::size_t image = 0; image < 2; ++image) {
    EXPECT_EQ(stalls.table.at(image, "image"), static_cast<std::int64_t>(image));
    EXPECT_EQ(stalls.table.at(image, "router"), 1);
    EXPECT_EQ(stalls.table.at(image, "port"), 1);
    EXPECT_GT(stalls.table.at(image, "no_credit_cycles"), 40);
    for (const char* cause : {"link_busy_cycles", "no_vc_cycles", "lost_cycles"})
      EXPECT_EQ(stalls.table.at(image, cause), 0);
    // Each of the four stands there for a cycle, and longer as it waits; there is room for one.
    EXPECT_EQ(buffers.table.at(image, "flit_cycles"), 4 + stalls.table.at(image, "no_credit_cycles"));
    EXPECT_EQ(buffers.table.at(image, "most_flits"), 1);
  }
}

TEST(NetworkProbes, AreRefusedWhereNoFlitsAreMoved) {
  const auto c = testing::tiny_case();
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast}) {
    Probed buffers("buffers"), stalls("stalls");
    EXPECT_THROW(run_with(*c, {{3, 0, 0, 0}}, {buffers.probe.get()}, fidelity), ProbeNotSimulated);
    try {
      run_with(*c, {{3, 0, 0, 0}}, {stalls.probe.get()}, fidelity);
      FAIL() << "no error";
    } catch (const ProbeNotSimulated& e) {
      EXPECT_STREQ(e.what(), "--probe 'stalls': stalls exist at --fidelity cycle only");
      EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    }
  }
}

/// Signals as a viewer would hold them: names, and every change in order of time.
class MemoryWaves final : public WaveSink {
 public:
  std::size_t declare(const std::string& scope, const std::string& name, int) override {
    names.push_back(scope + "." + name);
    return names.size() - 1;
  }
  void start(const ProbeSpec&, Duration clock) override { period = clock; }
  void set(std::int64_t cycle, std::size_t signal, std::int64_t value) override {
    EXPECT_GE(cycle, last);
    last = cycle;
    changes.push_back({cycle, signal, value});
  }
  void set_all_unknown(std::int64_t cycle) override { unknown.push_back(cycle); }
  void finish(std::int64_t) override { finished = true; }

  struct Change {
    std::int64_t cycle;
    std::size_t signal;
    std::int64_t value;
  };
  std::vector<std::string> names;
  std::vector<Change> changes;
  std::vector<std::int64_t> unknown;
  Duration period;
  std::int64_t last = -1;
  bool finished = false;
};

/// Cycles in which a signal is 1.
std::map<std::string, std::int64_t> cycles_on(const MemoryWaves& waves) {
  std::map<std::string, std::int64_t> on, since;
  for (const auto& change : waves.changes) {
    const std::string& name = waves.names[change.signal];
    if (change.value == 1) {
      since[name] = change.cycle;
    } else if (since.contains(name)) {
      on[name] += change.cycle - since[name];
      since.erase(name);
    }
  }
  return on;
}

TEST(WaveProbe, ValidIsAPulseForEveryFlitOfTheLinks) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto c =
        testing::random_case(workloads::random_program(seed), testing::small_board(4, 3), Schedule::kStagedUnary, seed);
    MemoryWaves waves;
    const auto probe = make_wave_probe(parse_probe("vcd"), waves);
    const RunResult r = run_with(*c, {workloads::random_input_codes(c->program, seed)}, {probe.get()});
    const RunResult unwatched = run_with(*c, {workloads::random_input_codes(c->program, seed)}, {});
    EXPECT_EQ(r.total_time, unwatched.total_time);
    EXPECT_TRUE(waves.finished);
    EXPECT_EQ(waves.period, Duration(1'000'000));
    auto on = cycles_on(waves);
    ASSERT_FALSE(r.links.empty());
    std::int64_t flits = 0, pulses = 0;
    for (const LinkResult& link : r.links) {
      const std::int32_t dx = c->problem.board.x(link.to) - c->problem.board.x(link.from);
      const std::int32_t dy = c->problem.board.y(link.to) - c->problem.board.y(link.from);
      const char* direction = dx > 0 ? "east" : dx < 0 ? "west" : dy > 0 ? "south" : "north";
      EXPECT_EQ(on[fmt::format("chip.router_{}.{}.valid", link.from.value(), direction)], link.flits);
      flits += link.flits;
    }
    for (const auto& [name, cycles] : on)
      if (name.ends_with(".valid")) pulses += cycles;
    EXPECT_EQ(pulses, flits);
  }
}

TEST(WaveProbe, CreditsAndFlitsOfABufferNeverExceedIt) {
  const auto c =
      testing::random_case(workloads::random_program(2), testing::small_board(4, 3), Schedule::kStagedGraded, 2);
  MemoryWaves waves;
  const auto probe = make_wave_probe(parse_probe("vcd"), waves);
  run_with(*c, {workloads::random_input_codes(c->program, 2)}, {probe.get()});
  std::map<std::string, std::int64_t> value;
  const std::int64_t depth = 4;
  const auto check = [&] {
    // The buffer behind router 0's link east is that of router 1 from the west.
    for (int vc = 0; vc < 2; ++vc) {
      const std::int64_t credits = value[fmt::format("chip.router_0.east.credits_vc{}", vc)];
      const std::int64_t flits = value[fmt::format("chip.router_1.west.buffer_vc{}", vc)];
      EXPECT_LE(credits + flits, depth);
      EXPECT_GE(credits, 0);
    }
  };
  std::int64_t at = -1, most = 0;
  for (const auto& change : waves.changes) {
    if (change.cycle != at && at >= 0) check();
    at = change.cycle;
    value[waves.names[change.signal]] = change.value;
    if (waves.names[change.signal].find("buffer") != std::string::npos) most = std::max(most, change.value);
  }
  EXPECT_GT(most, 1);
  // All is at rest in the end: all slots free, nothing in them, links ready and idle.
  for (const auto& [name, last] : value) {
    if (name.find("credits") != std::string::npos) {
      EXPECT_EQ(last, depth) << name;
    }
    if (name.find("buffer") != std::string::npos || name.ends_with("valid") || name.ends_with("busy")) {
      EXPECT_EQ(last, 0) << name;
    }
    if (name.ends_with("ready")) {
      EXPECT_EQ(last, 1) << name;
    }
  }
}

TEST(WaveProbe, ShowsOnlyTheRoutersAndStepsAskedFor) {
  const auto c = testing::tiny_case();
  MemoryWaves waves;
  const auto probe = make_wave_probe(parse_probe("vcd:routers=1..2:steps=1:image=0"), waves);
  const RunResult r = run_with(*c, {{3, 0, 0, 0}, {3, 0, 0, 0}}, {probe.get()});
  for (const std::string& name : waves.names)
    EXPECT_TRUE(name.starts_with("chip.router_1.") || name.starts_with("chip.router_2.") || name == "chip.image" ||
                name == "chip.step")
        << name;
  const std::int64_t start = r.steps[1].start.count() / 1'000'000, end = r.steps[2].start.count() / 1'000'000;
  for (const auto& change : waves.changes) {
    EXPECT_GE(change.cycle, start);
    EXPECT_LT(change.cycle, end);
  }
  EXPECT_EQ(waves.unknown.size(), 1U);
  // fc's three events go from core 1 to core 3: one link south, three flits.
  EXPECT_EQ(cycles_on(waves)["chip.router_1.south.valid"], 3);
  MemoryWaves refused;
  const auto fast = make_wave_probe(parse_probe("vcd"), refused);
  EXPECT_THROW(run_with(*c, {{3, 0, 0, 0}}, {fast.get()}, Fidelity::kFast), ProbeNotSimulated);
}

}  // namespace
}  // namespace ranvier::sim
