// SPDX-License-Identifier: Apache-2.0
// The Verilated core as a CoreModel: in lock-step with the behavioural core, checkpoints, and every refusal.
#include "rtl/verilated_core.h"

#include <gmock/gmock.h>

#include "rtl/errors.h"
#include "rtl/stimulus.h"
#include "sim/core_model.h"

namespace ranvier::rtl {
namespace {

using sim::Emission;
using sim::Event;

/// A program of one input and one linear stage, a tile of it, and a core of the RTL's cost.
struct Case {
  workloads::Program program;
  chips::CoreKind core;
  sim::TileSpec spec;

  Case(std::int32_t channels, std::int32_t in_channels, std::int32_t tokens, bool graded, std::uint64_t seed = 1) {
    Draws draws(seed, 7);
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
    linear.linear.bias_per_token = seed % 2 == 0;
    for (std::int32_t o = 0; o < channels; ++o) linear.encoder.threshold.push_back(2 * draws.between(1, 300));
    for (std::int32_t i = 0; i < in_channels * channels; ++i) {
      linear.linear.weight.push_back(static_cast<std::int8_t>(draws.between(-127, 127)));
    }
    for (std::int32_t i = 0; i < channels * (linear.linear.bias_per_token ? tokens : 1); ++i) {
      linear.linear.bias.push_back(draws.between(-2000, 2000));
    }
    program.stages = {input, linear};
    core.lanes.value = kCoreLimits.lanes;
    core.event_decode_cycles.value = 1;
    core.soma_cycles.value = 1;
    core.emit_cycles.value = 1;
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
    if (draws.chance(16)) {
      return {draws.between(t.tokens.begin, t.tokens.end - 1), draws.between(t.outputs.begin, t.outputs.end - 1),
              draws.between(-5000, 5000), sim::kPartialPort};
    }
    const std::int32_t value = spec.graded ? draws.between(-8, 7) : draws.chance(128) ? 1 : -1;
    return {draws.between(t.tokens.begin, t.tokens.end - 1), draws.between(t.inputs.begin, t.inputs.end - 1), value, 0};
  }
};

std::vector<std::array<std::int32_t, 3>> values(const std::vector<Emission>& emissions) {
  std::vector<std::array<std::int32_t, 3>> v;
  for (const Emission& e : emissions) v.push_back({e.token, e.channel, e.value});
  return v;
}

/// Random events, then steps until both rest; everything but the scan's cycles must agree.
void run_in_lockstep(const Case& c, std::uint64_t seed) {
  const auto rtl = make_verilated_core(c.spec);
  const auto twin = sim::make_behavioural_core(c.spec);
  for (int image = 0; image < 2; ++image) {
    rtl->begin_image();
    twin->begin_image();
    Draws draws(seed, static_cast<std::uint64_t>(image));
    Cycles charged;
    for (int step = 0; step < 40; ++step) {
      for (std::int32_t i = step < 10 ? draws.between(0, 12) : 0; i > 0; --i) {
        const Event event = c.random_event(draws);
        const Cycles cost = rtl->receive(event, Cycles(0));
        EXPECT_EQ(cost, twin->receive(event, Cycles(0)));
        charged += cost;
      }
      EXPECT_EQ(rtl->restless(), twin->restless()) << "step " << step;
      std::vector<Emission> got, expected;
      charged += rtl->fire(got);
      twin->fire(expected);
      ASSERT_EQ(values(got), values(expected)) << "seed " << seed << " step " << step;
      EXPECT_EQ(rtl->restless(), twin->restless()) << "step " << step;
    }
    EXPECT_EQ(rtl->codes(), twin->codes());
    sim::CoreCounters a = rtl->counters(), b = twin->counters();
    EXPECT_EQ(a.busy, charged);
    a.busy = b.busy = Cycles(0);
    EXPECT_EQ(a, b);
  }
}

TEST(VerilatedCore, AgreesWithTheBehaviouralCoreGraded) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    run_in_lockstep(Case(10 + 30 * static_cast<int>(seed), 24, 5, true, seed), seed);
}

TEST(VerilatedCore, AgreesWithTheBehaviouralCoreUnary) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    run_in_lockstep(Case(10 + 30 * static_cast<int>(seed), 24, 5, false, seed), seed);
}

TEST(VerilatedCore, AgreesOnASliceOfOutputsInputsAndTokens) {
  Case c(64, 48, 9, true, 2);
  c.spec.tile.outputs = {13, 50};
  c.spec.tile.inputs = {8, 40};
  c.spec.tile.tokens = {3, 8};
  run_in_lockstep(c, 5);
}

TEST(VerilatedCore, AgreesAtItsLimits) { run_in_lockstep(Case(256, 256, 64, true, 3), 3); }

TEST(VerilatedCore, HeadNeverFiresAndShowsItsPotentials) {
  Case c(10, 16, 1, true, 4);
  c.stage().encoder = {};
  run_in_lockstep(c, 4);
}

TEST(VerilatedCore, GoesOnFromACheckpoint) {
  Case c(40, 24, 3, false);
  const auto core = make_verilated_core(c.spec);
  core->begin_image();
  Draws draws(11, 0);
  std::vector<Emission> ignored;
  for (int i = 0; i < 20; ++i) core->receive(c.random_event(draws), Cycles(0));
  core->fire(ignored);
  core->receive(c.random_event(draws), Cycles(0));
  const std::vector<std::uint8_t> saved = core->save();
  const sim::CoreCounters counters = core->counters();
  std::vector<Emission> first, second;
  const Cycles cost = core->fire(first);
  core->fire(first);
  const std::vector<std::int32_t> codes = core->codes();

  const auto other = make_verilated_core(c.spec);
  other->begin_image();
  other->restore(saved);
  EXPECT_EQ(other->counters(), counters);
  EXPECT_EQ(other->fire(second), cost);
  other->fire(second);
  EXPECT_EQ(first, second);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(other->codes(), codes);
}

TEST(VerilatedCore, EventsBackToBackKeepTheCoreBusyForTheSumOfReceives) {
  Case c(40, 24, 1, true);
  const auto core = make_verilated_core(c.spec);
  core->begin_image();
  EXPECT_EQ(core->receive({0, 0, 1, 0}, Cycles(0)), Cycles(1 + 3));
  std::vector<Emission> out;
  c.stage().encoder.threshold.assign(40, 1 << 20);
  const auto quiet = make_verilated_core(c.spec);
  quiet->begin_image();
  EXPECT_EQ(quiet->fire(out), Cycles(1 + 3 /* words */));
}

std::string refusal(const Case& c) {
  try {
    make_verilated_core(c.spec);
  } catch (const TileNotSupported& e) {
    EXPECT_EQ(e.stage, "fc");
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    return e.reason;
  }
  return {};
}

TEST(VerilatedCore, RefusesWhatItCannotCompute) {
  Case not_linear(8, 8, 1, true);
  not_linear.stage().kind = workloads::StageKind::kGelu;
  EXPECT_THAT(refusal(not_linear), testing::HasSubstr("neither a linear stage"));
  Case slice(8, 8, 1, true);
  slice.spec.tile.partial_of = TileId(3);
  EXPECT_THAT(refusal(slice), testing::HasSubstr("no encoder"));
  EXPECT_THAT(refusal(Case(257, 8, 1, true)), testing::HasSubstr("257 neurons"));
  EXPECT_THAT(refusal(Case(8, 257, 1, true)), testing::HasSubstr("257 axons"));
  EXPECT_THAT(refusal(Case(8, 8, 65, true)), testing::HasSubstr("65 tokens"));
  Case wide(8, 8, 1, true);
  wide.stage().encoder.hi = 248;  // from -8: 257 codes
  EXPECT_THAT(refusal(wide), testing::HasSubstr("tracer"));
  Case steep(8, 8, 1, true);
  steep.stage().encoder.threshold[5] = (1 << 20) + 2;
  EXPECT_THAT(refusal(steep), testing::HasSubstr("1048578"));
  EXPECT_EQ(refusal(Case(8, 8, 1, true)), "");
}

TEST(VerilatedCore, ReportsOverflow) {
  Case c(4, 4, 3, true);
  c.stage().linear.bias.assign(4, 0);
  const auto core = make_verilated_core(c.spec);
  core->begin_image();
  core->receive({2, 1, 8'000'000, sim::kPartialPort}, Cycles(0));
  try {
    core->receive({2, 1, 8'000'000, sim::kPartialPort}, Cycles(0));
    FAIL() << "no overflow seen";
  } catch (const RtlOverflow& e) {
    EXPECT_EQ(e.token, 2);
    EXPECT_EQ(e.stage, "fc");
    EXPECT_EQ(e.exit_code, ExitCode::kFunctionalMismatch);
  }
  core->begin_image();
  EXPECT_NO_THROW(core->receive({0, 0, 1, 0}, Cycles(0)));
}

TEST(VerilatedCore, RefusesEventsThatAreNotItsOwn) {
  Case c(4, 4, 3, true);
  const auto core = make_verilated_core(c.spec);
  core->begin_image();
  for (const Event& event : {Event{3, 0, 1, 0}, Event{0, 4, 1, 0}, Event{0, 0, 256, 0}, Event{0, 0, -257, 0},
                             Event{0, 0, 1 << 23, sim::kPartialPort}}) {
    try {
      core->receive(event, Cycles(0));
      FAIL() << "accepted";
    } catch (const EventNotSupported& e) {
      EXPECT_EQ(e.event, event);
    }
  }
}

}  // namespace
}  // namespace ranvier::rtl
