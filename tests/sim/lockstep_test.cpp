// SPDX-License-Identifier: Apache-2.0
// Lock-step finds a core that lies, wherever it lies; and what users may select for it.
#include <gtest/gtest.h>

#include "sim/errors.h"
#include "sim/lockstep_core.h"
#include "sim/simulate.h"
#include "sim/tile_selection.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

using testing::tiny_case;

enum class Lie { kNone, kWrongValue, kMissingEvent, kExtraEvent, kWrongCode, kOtherOrder };

/// A behavioural core that can be made to lie about one thing.
template <Lie kLie>
class LyingCore final : public CoreModel {
 public:
  explicit LyingCore(const TileSpec& spec) : core_(make_behavioural_core(spec)) {}
  void begin_image() override { core_->begin_image(); }
  Cycles receive(const Event& event, Cycles time) override { return core_->receive(event, time); }
  Cycles fire(std::vector<Emission>& out) override {
    std::vector<Emission> mine;
    const Cycles cycles = core_->fire(mine);
    if (kLie == Lie::kWrongValue && mine.size() > 1) mine[1].value += 1;
    if (kLie == Lie::kMissingEvent && mine.size() > 1) mine.erase(mine.begin() + 1);
    if (kLie == Lie::kExtraEvent && !mine.empty()) mine.push_back(mine.back());
    if (kLie == Lie::kOtherOrder) std::reverse(mine.begin(), mine.end());
    out.insert(out.end(), mine.begin(), mine.end());
    return cycles;
  }
  bool restless() const override { return core_->restless(); }
  std::vector<std::int32_t> codes() const override {
    std::vector<std::int32_t> codes = core_->codes();
    if (kLie == Lie::kWrongCode) codes[4] += 1;
    return codes;
  }
  const CoreCounters& counters() const override { return core_->counters(); }
  std::vector<std::uint8_t> save() const override { return core_->save(); }
  void restore(const std::vector<std::uint8_t>& state) override { core_->restore(state); }

 private:
  std::unique_ptr<CoreModel> core_;
};

template <Lie kLie>
std::unique_ptr<CoreModel> make_lying_core(const TileSpec& spec) {
  return std::make_unique<LyingCore<kLie>>(spec);
}

/// The tiny case with fc on the given core.
RunResult run_with(CoreFactory factory, bool lockstep = true) {
  const auto c = tiny_case();
  SimOptions options;
  options.core_of_tile = {nullptr, factory, nullptr};
  options.lockstep = lockstep;
  return simulate(c->problem, c->mapping, std::vector<std::vector<std::int32_t>>{{3, 0, 0, 0}}, options);
}

template <Lie kLie>
LockstepMismatch mismatch() {
  try {
    run_with(make_lying_core<kLie>);
  } catch (const LockstepMismatch& e) {
    return e;
  }
  ADD_FAILURE() << "no mismatch found";
  return {{}, "", 0, 0};
}

TEST(Lockstep, AnHonestCorePassesAndIsCounted) {
  for (const CoreFactory factory : {&make_lying_core<Lie::kNone>, &make_lying_core<Lie::kOtherOrder>}) {
    const RunResult r = run_with(factory);
    EXPECT_TRUE(r.images[0].exact);
    EXPECT_EQ(r.lockstep_events_compared, 3);
    EXPECT_EQ(r.verilated_tiles, std::vector<std::string>{"fc (tile 1)"});
    EXPECT_EQ(r.verilated_cycles, 3 + 5);
  }
}

TEST(Lockstep, FindsAWrongValue) {
  const LockstepMismatch e = mismatch<Lie::kWrongValue>();
  EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  EXPECT_EQ(e.place.layer, "fc");
  EXPECT_EQ(e.place.tile, TileId(1));
  EXPECT_EQ(e.place.image, 0);
  EXPECT_EQ(e.place.step, 1);
  EXPECT_EQ(e.place.token, 0);
  EXPECT_EQ(e.place.neuron, 1);
  EXPECT_EQ(e.place.core, CoreId(1));
  EXPECT_EQ(e.expected, 2);
  EXPECT_EQ(e.got, 3);
  EXPECT_EQ(e.wave.file, "") << "none was asked for";
}

TEST(Lockstep, FindsAMissingEvent) {
  const LockstepMismatch e = mismatch<Lie::kMissingEvent>();
  EXPECT_EQ(e.place.neuron, 1);
  EXPECT_EQ(e.expected, 2);
  EXPECT_EQ(e.got, 0);
}

TEST(Lockstep, FindsAnExtraEvent) {
  const LockstepMismatch e = mismatch<Lie::kExtraEvent>();
  EXPECT_EQ(e.place.neuron, 2);
  EXPECT_EQ(e.expected, 0);
  EXPECT_EQ(e.got, -3);
}

TEST(Lockstep, FindsAWrongCodeAtRest) {
  const LockstepMismatch e = mismatch<Lie::kWrongCode>();
  EXPECT_EQ(e.place.token, 1);
  EXPECT_EQ(e.place.neuron, 1);
  EXPECT_EQ(e.expected, 0);
  EXPECT_EQ(e.got, 1);
}

TEST(Lockstep, WithoutItTheLieShowsInTheResult) {
  const RunResult r = run_with(make_lying_core<Lie::kWrongValue>, false);
  EXPECT_FALSE(r.images[0].exact);
  EXPECT_EQ(r.lockstep_events_compared, 0);
}

// Energy counts come from the twin: which core ran does not change them.
TEST(Lockstep, DoesNotChangeTheLedger) {
  const RunResult with = run_with(make_lying_core<Lie::kNone>), without = run_with(nullptr);
  EXPECT_EQ(with.total_energy, without.total_energy);
  EXPECT_EQ(with.total_time, without.total_time);
}

TEST(Lockstep, SavesAndRestoresBothCores) {
  const auto c = tiny_case();
  const TileSpec spec{&c->program, c->problem.tiles[1], &c->problem.board.chip.core, true};
  LockstepCore core(make_behavioural_core(spec), spec, {TileId(1)});
  core.begin_image();
  core.receive({0, 0, 3, 0}, Cycles(0));
  const std::vector<std::uint8_t> checkpoint = core.save();
  std::vector<Emission> first, second;
  core.fire(first);
  core.restore(checkpoint);
  core.fire(second);
  EXPECT_EQ(first, second);
  EXPECT_EQ(core.counters().events_out, 3);
}

/// RTL that runs Linear stages with an encoder.
std::string why_not(const TileSpec& spec) {
  return spec.program->stage(spec.tile.stage).encoder.present ? "" : "it has no encoder";
}

TEST(SelectTiles, ByLayerByCoreByPatternAndAll) {
  const auto c = tiny_case();
  for (const char* selection : {"fc", "core:1", "f*", "all"})
    EXPECT_EQ(select_tiles(c->problem, c->mapping, selection, why_not), std::vector<TileId>{TileId(1)}) << selection;
  const RtlRefusal none = [](const TileSpec&) { return std::string(); };
  for (const char* selection : {"*", "all"})
    EXPECT_EQ(select_tiles(c->problem, c->mapping, selection, none), (std::vector<TileId>{TileId(1), TileId(2)}));
}

TEST(SelectTiles, OffersTheNearestLayer) {
  const auto c = tiny_case();
  try {
    select_tiles(c->problem, c->mapping, "haed", why_not);
    FAIL() << "no error";
  } catch (const UnknownLayer& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_EQ(e.layer, "haed");
    EXPECT_EQ(e.nearest, "head");
  }
  EXPECT_THROW(select_tiles(c->problem, c->mapping, "block*", why_not), UnknownLayer);
}

TEST(SelectTiles, RefusesCoresThatAreNotThere) {
  const auto c = tiny_case();
  for (const char* selection : {"core:4", "core:", "core:1x", "core:-1", "core:0"}) {
    SCOPED_TRACE(selection);
    EXPECT_THROW(select_tiles(c->problem, c->mapping, selection, why_not), UnknownCore);
  }
}

TEST(SelectTiles, RefusesWhatHasNoRtl) {
  const auto c = tiny_case();
  try {
    select_tiles(c->problem, c->mapping, "core:3", why_not);
    FAIL() << "no error";
  } catch (const NotOnRtl& e) {
    EXPECT_EQ(e.selection, "core:3");
    EXPECT_EQ(e.layer, "head");
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_NE(std::string(e.what()).find("it has no encoder"), std::string::npos);
  }
  EXPECT_THROW(select_tiles(c->problem, c->mapping, "input", why_not), NotOnRtl);
  c->problem.tiles[1].engine = mapper::Engine::kDense;
  EXPECT_EQ(select_tiles(c->problem, c->mapping, "fc", why_not), std::vector<TileId>{TileId(1)});
  c->problem.tiles[1].engine = mapper::Engine::kOffload;
  EXPECT_THROW(select_tiles(c->problem, c->mapping, "fc", why_not), NotOnRtl);
}

}  // namespace
}  // namespace ranvier::sim
