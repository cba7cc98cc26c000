// SPDX-License-Identifier: Apache-2.0
// A Verilated core whose weight memory is wrong in one bit: lock-step finds it, names the place, and the check build,
// told the same events from a state shortly before, leaves a waveform that shows it.
#include <gmock/gmock.h>

#include "rtl/core_tile.h"
#include "rtl/errors.h"
#include "sim/core_log.h"
#include "sim/errors.h"
#include "tests/rtl/cosim/cosim_fixture.h"

namespace ranvier::rtl {
namespace {

using sim::Fidelity;
using ::testing::HasSubstr;
using Mismatch = CosimFolder;

/// Runs with the tile's core broken; the error that this ends with.
sim::LockstepMismatch run_broken(const sim::testing::Case& c, sim::SimOptions options, TileId tile) {
  options.core_of_tile[tile.value()] = core_with_a_flipped_weight(2, 3, 6);
  const auto images = sim::testing::checkpoint_images(c, 5, 3);
  try {
    sim::simulate(c.problem, c.mapping, images, options);
  } catch (const sim::LockstepMismatch& e) {
    return e;
  }
  ADD_FAILURE() << "the flipped weight was not found";
  return {{}, "", 0, 0};
}

TileId first_on_rtl(const sim::SimOptions& options) {
  std::size_t tile = 0;
  while (options.core_of_tile[tile] == nullptr) ++tile;
  return TileId(tile);
}

TEST_F(Mismatch, AFlippedWeightIsFoundAtEveryFidelityAndLeavesAWaveform) {
  const auto c = transformer_case(101, mapper::Schedule::kStagedGraded);
  for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
    SCOPED_TRACE(static_cast<int>(fidelity));
    sim::SimOptions options = all_on_rtl(*c, fidelity);
    options.lockstep_wave = folder_ / ("run" + std::to_string(static_cast<int>(fidelity)));
    const TileId tile = first_on_rtl(options);
    const sim::LockstepMismatch e = run_broken(*c, options, tile);
    EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
    EXPECT_EQ(e.place.tile, tile);
    EXPECT_EQ(e.place.core, c->mapping.core_of[tile.value()]);
    EXPECT_EQ(e.place.neuron, c->problem.tiles[tile.value()].outputs.begin + 3) << "the neuron of the weight";
    EXPECT_NE(e.expected, e.got);
    EXPECT_GT(e.place.cycle, 0);
    EXPECT_EQ(e.wave.file, options.lockstep_wave.string() + "-tile" + std::to_string(tile.value()) + ".fst");
    EXPECT_TRUE(e.wave.shows_it);
    EXPECT_GT(e.wave.cycle, 0);
    ASSERT_TRUE(std::filesystem::exists(e.wave.file));
    EXPECT_GT(std::filesystem::file_size(e.wave.file), 1000U);
    EXPECT_THAT(e.what(), HasSubstr(e.wave.file));
    EXPECT_THAT(e.what(), HasSubstr("shows it at clock cycle"));
  }
}

TEST_F(Mismatch, AfterManyStepsTheWaveformBeginsAtAStateShortlyBefore) {
  const auto c = transformer_case(103, mapper::Schedule::kAsynchronousUnary);
  sim::SimOptions options = all_on_rtl(*c, Fidelity::kAnalytic);
  options.lockstep_wave = folder_ / "run";
  const sim::LockstepMismatch e = run_broken(*c, options, first_on_rtl(options));
  EXPECT_TRUE(e.wave.shows_it);
  EXPECT_LE(e.wave.told, 2 * static_cast<std::int64_t>(sim::CoreLog::kEvents));
}

TEST_F(Mismatch, WithoutTheFaultNothingIsWritten) {
  const auto c = transformer_case(101, mapper::Schedule::kStagedGraded);
  sim::SimOptions options = all_on_rtl(*c, Fidelity::kCycle);
  options.lockstep_wave = folder_ / "run";
  const auto result = sim::simulate(c->problem, c->mapping, sim::testing::checkpoint_images(*c, 5, 1), options);
  EXPECT_TRUE(result.images[0].exact);
  EXPECT_GT(result.lockstep_events_compared, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST(RtlCores, SayWhyNoneRunsATile) {
  const auto c = transformer_case(101, mapper::Schedule::kStagedGraded);
  for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
    const sim::TileSpec spec = sim::tile_spec(c->problem, TileId(t));
    const std::string why = why_no_rtl_core(spec);
    if (why.empty()) {
      EXPECT_NE(make_rtl_core(spec), nullptr);
    } else {
      for (const RtlCore& core : rtl_cores()) EXPECT_THAT(why, HasSubstr(core.name));
      EXPECT_THROW(make_rtl_core(spec), TileNotSupported);
    }
  }
}

}  // namespace
}  // namespace ranvier::rtl
