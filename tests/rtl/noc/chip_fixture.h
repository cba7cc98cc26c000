// SPDX-License-Identifier: Apache-2.0
// A mapped program on the chip simulation and on the chip that is RTL as a whole, step by step.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "mapper/verifier.h"
#include "rtl/core_in_node.h"
#include "rtl/noc/rtl_chip.h"
#include "sim/probe.h"
#include "sim/simulate.h"
#include "tests/rtl/noc/mesh_fixture.h"

namespace ranvier::rtl {

struct Mapped {
  workloads::Program program;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
};

/// Costs of a core as rv_spike_core and the queues around it have them; nothing but the work itself in a step's time.
inline chips::Board rtl_board(std::int32_t side) {
  chips::Board board = small_board(side);
  board.chip.core.memory_ports.value = 1;
  board.chip.core.emit_cycles.value = 1;
  board.chip.sync.policy = chips::SyncPolicy::kBarrier;
  board.chip.sync.barrier_cycles.value = 0;
  return board;
}

/// What every tile sent in every step.
class Watch final : public sim::Probe {
 public:
  explicit Watch(std::size_t tiles) : tiles_(tiles) {}
  void begin_image(std::int32_t) override { images.emplace_back(); }
  void begin_step(std::int32_t, std::int32_t) override { images.back().emplace_back().sent.resize(tiles_); }
  void fired(TileId tile, std::span<const sim::Emission> emissions) override {
    for (const sim::Emission& e : emissions)
      images.back().back().sent[tile.value()].push_back({e.token, e.channel, e.value, 0});
  }
  void end_step(const sim::ProbedStep& step) override {
    if (!step.readout) images.back().back().cycles = step.cycles;
  }
  std::vector<std::vector<ChipStep>> images;

 private:
  std::size_t tiles_;
};

struct Compared {
  std::int64_t cycles = 0, events = 0, steps = 0;
  std::int64_t most_waiting = 0;  // events in a receive queue, the core's own included
};

inline void compare(const Mapped& m, const std::vector<std::vector<std::int32_t>>& images, Compared& all,
                    ModelBuild build = ModelBuild::kFast) {
  ASSERT_TRUE(mapper::verify(m.problem, m.mapping).empty());
  sim::SimOptions options;
  options.core_of_tile.resize(m.problem.tiles.size());
  for (std::size_t t = 1; t < m.problem.tiles.size(); ++t)
    options.core_of_tile[t] = [](const sim::TileSpec& spec) { return make_core_in_node(spec); };
  Watch watch(m.problem.tiles.size());
  options.probes = {&watch};
  const sim::RunResult model = sim::simulate(m.problem, m.mapping, images, options);
  for (const sim::CoreResult& core : model.cores) all.most_waiting = std::max(all.most_waiting, core.peak_receive_fifo);
  RtlChip chip(m.problem, m.mapping, build);
  for (std::size_t i = 0; i < images.size(); ++i) {
    SCOPED_TRACE(i);
    const ChipImage rtl = chip.run(images[i]);
    EXPECT_TRUE(model.images[i].exact);
    EXPECT_EQ(rtl.logits, model.images[i].logits);
    ASSERT_EQ(rtl.steps.size(), watch.images[i].size());
    for (std::size_t s = 0; s < rtl.steps.size(); ++s) {
      const ChipStep& got = rtl.steps[s];
      const ChipStep& expected = watch.images[i][s];
      EXPECT_EQ(got.sent, expected.sent) << "step " << s;
      EXPECT_EQ(got.cycles, expected.cycles) << "step " << s;
      for (const auto& sent : got.sent) all.events += static_cast<std::int64_t>(sent.size());
      all.cycles += got.cycles;
      ++all.steps;
    }
  }
}

inline void tell(mapper::Schedule schedule, const Compared& all) {
  std::printf("schedule %d: %ld events, %ld steps, %ld cycles, at most %ld events wait\n", static_cast<int>(schedule),
              all.events, all.steps, all.cycles, all.most_waiting);
}

}  // namespace ranvier::rtl
