// SPDX-License-Identifier: Apache-2.0
// A core from a library as a CoreModel: in lock-step with the behavioural core, checkpoints, and every refusal.
#include "rtl/adapter/foreign_tile.h"

#include <gmock/gmock.h>

#include "rtl/adapter/errors.h"
#include "rtl/stimulus.h"
#include "sim/errors.h"
#include "sim/lockstep_core.h"

namespace ranvier::rtl {
namespace {

using sim::Emission;
using sim::Event;
using testing::HasSubstr;

std::shared_ptr<const CoreLibrary> soft_core(const std::string& defect = "none") {
  return open_core_library(RANVIER_SOFT_CORES "/soft_core_" + defect + ".so");
}

/// A program of one input and one linear stage, and a tile of it.
struct Case {
  workloads::Program program;
  chips::CoreKind core;
  sim::TileSpec spec;

  Case(std::int32_t channels, std::int32_t in_channels, std::int32_t tokens, bool graded) {
    Draws draws(3, 7);
    workloads::Stage input;
    input.name = "input";
    input.tokens = tokens;
    input.channels = in_channels;
    workloads::Stage linear;
    linear.name = "fc";
    linear.kind = workloads::StageKind::kLinear;
    linear.inputs = {{StageId(0), 1}};
    linear.tokens = tokens;
    linear.channels = channels;
    linear.in_channels = in_channels;
    linear.encoder.present = true;
    linear.encoder.lo = -8;
    linear.encoder.hi = 7;
    for (std::int32_t o = 0; o < channels; ++o) linear.encoder.threshold.push_back(2 * draws.between(1, 300));
    for (std::int32_t i = 0; i < in_channels * channels; ++i)
      linear.linear.weight.push_back(static_cast<std::int8_t>(draws.between(-127, 127)));
    for (std::int32_t o = 0; o < channels; ++o) linear.linear.bias.push_back(draws.between(-2000, 2000));
    program.stages = {input, linear};
    core.lanes.value = 1;
    spec.program = &program;
    spec.core = &core;
    spec.graded = graded;
    spec.tile.stage = StageId(1);
    spec.tile.outputs = {0, channels};
    spec.tile.inputs = {0, in_channels};
    spec.tile.tokens = {0, tokens};
  }
  Case(const Case&) = delete;
  workloads::Stage& stage() { return program.stages[1]; }
  Event random_event(Draws& draws) const {
    const mapper::Tile& t = spec.tile;
    // Payloads beyond the 9 bits that the core's description gives come in parts.
    const std::int32_t value = spec.graded ? draws.between(-700, 700) : draws.chance(128) ? 1 : -1;
    return {draws.between(t.tokens.begin, t.tokens.end - 1), draws.between(t.inputs.begin, t.inputs.end - 1),
            value == 0 ? 1 : value, 0};
  }
};

void run_in_lockstep(const Case& c, std::uint64_t seed) {
  const auto library = soft_core();
  sim::LockstepCore pair(make_foreign_core(library, c.spec), c.spec, {});
  const auto alone = make_foreign_core(library, c.spec);
  const auto twin = sim::make_behavioural_core(c.spec);
  for (int image = 0; image < 2; ++image) {
    pair.begin_image();
    alone->begin_image();
    twin->begin_image();
    Draws draws(seed, static_cast<std::uint64_t>(image));
    for (int step = 0; step < 40; ++step) {
      for (std::int32_t i = step < 10 ? draws.between(0, 12) : 0; i > 0; --i) {
        const Event event = c.random_event(draws);
        pair.receive(event, Cycles(0));
        alone->receive(event, Cycles(0));
        twin->receive(event, Cycles(0));
      }
      std::vector<Emission> ignored;
      EXPECT_EQ(pair.restless(), alone->restless());
      pair.fire(ignored);
      alone->fire(ignored);
      twin->fire(ignored);
      pair.check_codes();
    }
    sim::CoreCounters a = alone->counters(), b = twin->counters();
    EXPECT_GT(a.busy, Cycles(0));
    a.busy = b.busy = Cycles(0);
    EXPECT_EQ(a, b);
    EXPECT_EQ(alone->potentials(), twin->potentials());
  }
  EXPECT_GT(pair.events_compared(), 100);
}

TEST(ForeignTile, AgreesGraded) { run_in_lockstep(Case(40, 24, 5, true), 1); }
TEST(ForeignTile, AgreesUnary) { run_in_lockstep(Case(48, 40, 6, false), 2); }

TEST(ForeignTile, AgreesOnASliceThatGetsPartialSums) {
  Case c(64, 48, 9, true);
  c.spec.tile.outputs = {13, 50};
  c.spec.tile.inputs = {8, 40};
  c.spec.tile.tokens = {3, 8};
  run_in_lockstep(c, 5);
  const auto core = make_foreign_core(soft_core(), c.spec);
  core->begin_image();
  const std::vector<std::int64_t> before = core->potentials();
  core->receive({4, 14, -321, sim::kPartialPort}, Cycles(0));
  std::vector<std::int64_t> expected = before;
  expected[37 + 1] -= 321;
  EXPECT_EQ(core->potentials(), expected);
}

TEST(ForeignTile, BusyCyclesAreTheCoresOwn) {
  Case c(40, 24, 1, true);
  const auto core = make_foreign_core(soft_core(), c.spec);
  core->begin_image();
  EXPECT_EQ(core->receive({0, 0, 1, 0}, Cycles(0)), Cycles(40));
  EXPECT_EQ(core->receive({0, 0, 600, 0}, Cycles(0)), Cycles(3 * 40));  // 255 + 255 + 90
  EXPECT_EQ(core->counters().events_in, 2);
  std::vector<Emission> out;
  EXPECT_EQ(core->fire(out), Cycles(40));
  EXPECT_EQ(core->counters().busy, Cycles(200));
  EXPECT_EQ(core->clock_cycles(), 200);
}

TEST(ForeignTile, GoesOnFromACheckpoint) {
  Case c(40, 24, 3, false);
  const auto core = make_foreign_core(soft_core(), c.spec);
  core->begin_image();
  Draws draws(11, 0);
  std::vector<Emission> ignored, first, second;
  for (int i = 0; i < 20; ++i) core->receive(c.random_event(draws), Cycles(0));
  core->fire(ignored);
  const std::vector<std::uint8_t> saved = core->save();
  const sim::CoreCounters counters = core->counters();
  core->fire(first);
  const auto other = make_foreign_core(soft_core(), c.spec);
  other->restore(saved);
  EXPECT_EQ(other->counters(), counters);
  other->fire(second);
  EXPECT_EQ(first, second);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(other->codes(), core->codes());
}

TEST(ForeignTile, LockstepNamesTheFirstDifference) {
  Case c(8, 8, 1, false);
  c.stage().encoder.threshold.assign(8, 4);
  c.stage().linear.bias.assign(8, 0);
  c.stage().linear.bias[5] = 2;  // V = 4 = threshold in neuron 5 alone
  sim::LockstepCore pair(make_foreign_core(soft_core("threshold"), c.spec), c.spec, {});
  pair.begin_image();
  std::vector<Emission> out;
  try {
    pair.fire(out);
    FAIL() << "no difference seen";
  } catch (const sim::LockstepMismatch& e) {
    EXPECT_EQ(e.place.neuron, 5);
    EXPECT_NE(std::string(e.what()).find("token 0, neuron 5 (0 and 5 in the tile)"), std::string::npos) << e.what();
    EXPECT_EQ(e.expected, 1);
    EXPECT_EQ(e.got, 0);
    EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  }
}

TEST(ForeignTile, WritesNoWaveWhereTheLibraryHasNone) {
  Case c(8, 8, 1, true);
  EXPECT_EQ(make_foreign_core(soft_core(), c.spec)->traced("wave.fst"), nullptr);
}

TEST(ForeignTile, RefusesWhatTheDescriptionRulesOut) {
  const ranvier_core_info all = soft_core()->info();
  Case c(40, 24, 5, true);
  EXPECT_EQ(why_beyond(all, c.spec), "");
  auto with = [&](auto change) {
    ranvier_core_info info = all;
    change(info);
    return why_beyond(info, c.spec);
  };
  EXPECT_THAT(with([](auto& i) { i.features = 0; }), HasSubstr("unary only"));
  EXPECT_THAT(with([](auto& i) { i.neurons = 39; }), HasSubstr("40 neurons"));
  EXPECT_THAT(with([](auto& i) { i.axons = 23; }), HasSubstr("24 axons"));
  EXPECT_THAT(with([](auto& i) { i.tokens = 4; }), HasSubstr("5 tokens"));
  EXPECT_THAT(with([](auto& i) { i.span = 14; }), HasSubstr("-8 to 7"));
  EXPECT_THAT(with([](auto& i) { i.threshold_max = 100; }), HasSubstr("within 1 and 100"));
  EXPECT_THAT(with([](auto& i) { i.weight_bits = 7; }), HasSubstr("do not fit 7 bits"));
  EXPECT_THAT(with([](auto& i) { i.potential_bits = 8; }), HasSubstr("before the first event do not fit 8 bits"));
  c.spec.tile.inputs = {0, 12};
  EXPECT_THAT(with([](auto& i) { i.features = RANVIER_CORE_GRADED; }), HasSubstr("partial sums"));
  c.spec.tile.partial_of = TileId(2);
  EXPECT_THAT(why_beyond(all, c.spec), HasSubstr("no encoder"));
  c.stage().kind = workloads::StageKind::kGelu;
  EXPECT_THAT(why_beyond(all, c.spec), HasSubstr("not a linear stage"));
  try {
    make_foreign_core(soft_core(), c.spec);
    FAIL() << "accepted";
  } catch (const TileBeyondCore& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_EQ(e.stage, "fc");
    EXPECT_THAT(e.what(), HasSubstr("cannot run on soft_core"));
  }
}

TEST(ForeignTile, RefusesEventsThatAreNotItsOwn) {
  Case c(4, 4, 3, true);
  const auto core = make_foreign_core(soft_core(), c.spec);
  for (const Event& event : {Event{3, 0, 1, 0}, Event{0, 4, 1, 0}, Event{-1, 0, 1, 0}})
    EXPECT_THROW(core->receive(event, Cycles(0)), EventBeyondCore);
}

TEST(ForeignTile, AnEventOfANeuronThatIsNotThereIsTheLibrarysFault) {
  Case c(8, 8, 1, true);
  c.stage().linear.bias.assign(8, 2000);
  const auto core = make_foreign_core(soft_core("wrong_neuron"), c.spec);
  std::vector<Emission> out;
  EXPECT_THROW(core->fire(out), CoreCallFailed);
}

}  // namespace
}  // namespace ranvier::rtl
