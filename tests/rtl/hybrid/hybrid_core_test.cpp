// SPDX-License-Identifier: Apache-2.0
// The hybrid core as a CoreModel: every refusal, every error, checkpoints from one core into another, and which tiles
// of a transformer it runs.
#include "rtl/hybrid/hybrid_core.h"

#include <gmock/gmock.h>

#include "rtl/hybrid/errors.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "workloads/random_program.h"

namespace ranvier::rtl {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A random case of a kind, to be changed before a core is made for it.
void make_case(HybridCase& c, const std::string& kind, std::uint64_t seed = 1) {
  Draws draws(seed, 3);
  random_case(draws, c, kind);
}

TEST(HybridLimits, SayWhatIsTooMuch) {
  HybridCase linear;
  make_case(linear, "linear");
  EXPECT_THAT(why_not_hybrid(linear.spec), IsEmpty());
  linear.spec.tile.tokens = {0, 65};
  EXPECT_THAT(why_not_hybrid(linear.spec), HasSubstr("65 tokens exceed its 64"));
  linear.spec.tile.tokens = {0, 1};
  linear.spec.tile.inputs = {0, 257};
  EXPECT_THAT(why_not_hybrid(linear.spec), HasSubstr("257 operand rows"));
  linear.spec.tile.inputs = {0, 1};
  linear.stage().encoder.threshold[static_cast<std::size_t>(linear.spec.tile.outputs.begin)] = (1 << 20) + 2;
  EXPECT_THAT(why_not_hybrid(linear.spec), HasSubstr("not within 1 and 1048576"));
}

TEST(HybridLimits, SayWhichModeThereIsNot) {
  HybridCase scores;
  make_case(scores, "scores");
  scores.spec.tile.engine = mapper::Engine::kOffload;
  EXPECT_THAT(why_not_hybrid(scores.spec), HasSubstr("device"));
  HybridCase norm;
  make_case(norm, "layer norm");
  norm.stage().channels = 300;
  norm.stage().encoder.threshold.assign(300, 256);
  norm.spec.tile.outputs = {0, 240};
  EXPECT_THAT(why_not_hybrid(norm.spec), IsEmpty());
  norm.spec.tile.outputs = {0, 241};
  EXPECT_THAT(why_not_hybrid(norm.spec), HasSubstr("241 outputs of a row cut over several cores and its sums"));
}

TEST(HybridLimits, SayWhichPayloadsAreTooWide) {
  HybridCase linear;
  make_case(linear, "linear");
  linear.program.stages[1].encoder.present = false;
  EXPECT_THAT(why_not_hybrid(linear.spec), HasSubstr("differences of sums"));
  HybridCase gelu;
  make_case(gelu, "gelu");
  gelu.stage().gelu.table[0] = 1 << 23;
  EXPECT_THAT(why_not_hybrid(gelu.spec), HasSubstr("exceed 24 bits"));
  HybridCase add;
  make_case(add, "add");
  add.stage().inputs[0].gain = 1 << 16;
  EXPECT_THAT(why_not_hybrid(add.spec), HasSubstr("does not fit its 16 bits"));
}

TEST(HybridErrors, ATileThatDoesNotFit) {
  HybridCase c;
  make_case(c, "linear");
  c.spec.tile.tokens = {0, 65};
  try {
    make_hybrid_core(c.spec);
    FAIL();
  } catch (const HybridTileNotSupported& e) {
    EXPECT_EQ(e.stage, "stage");
    EXPECT_THAT(e.what(), HasSubstr("stage 'stage' cannot run on rv_hybrid_core: 65 tokens exceed its 64"));
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
  }
}

TEST(HybridErrors, AnEventThatDoesNotFit) {
  HybridCase c;
  make_case(c, "linear");
  const auto core = make_hybrid_core(c.spec);
  const mapper::Tile& tile = c.spec.tile;
  const std::int32_t token = tile.tokens.begin, channel = tile.inputs.begin;
  core->receive({token, channel, 255, 0}, Cycles(0));
  EXPECT_THROW(core->receive({token, channel, 256, 0}, Cycles(0)), HybridEventNotSupported);
  EXPECT_THROW(core->receive({token, tile.inputs.end, 1, 0}, Cycles(0)), HybridEventNotSupported);
  EXPECT_THROW(core->receive({tile.tokens.end, channel, 1, 0}, Cycles(0)), HybridEventNotSupported);
  EXPECT_THROW(core->receive({token, channel, 1, 1}, Cycles(0)), HybridEventNotSupported);
  EXPECT_THROW(core->receive({token, tile.outputs.end, 1, sim::kPartialPort}, Cycles(0)), HybridEventNotSupported);
  EXPECT_EQ(core->counters().events_in, 1);
}

TEST(HybridErrors, ASumThatLeavesItsWidth) {
  HybridCase c;
  make_case(c, "add");
  c.stage().inputs[0].gain = 1000;
  const auto core = make_hybrid_core(c.spec);
  const sim::Event event{c.spec.tile.tokens.begin, c.spec.tile.outputs.begin, 8000, 0};
  core->receive(event, Cycles(0));
  EXPECT_THROW(
      {
        for (int i = 0; i < 2; ++i) core->receive({event.token, event.channel, 8400, 0}, Cycles(0));
      },
      HybridOverflow);
}

TEST(HybridCheckpoint, GoesFromOneCoreIntoAnother) {
  for (const std::string& kind : hybrid_kinds()) {
    HybridCase c;
    make_case(c, kind, 5);
    Draws draws(9, 1);
    HybridSources sources(c);
    const auto first = make_hybrid_core(c.spec), second = make_hybrid_core(c.spec);
    for (int i = 0; i < 100; ++i) first->receive(sources.next(draws), Cycles(0));
    second->restore(first->save());
    std::vector<sim::Emission> a, b;
    EXPECT_EQ(first->fire(a), second->fire(b)) << kind;
    EXPECT_EQ(a, b) << kind;
    EXPECT_EQ(first->codes(), second->codes()) << kind;
    EXPECT_EQ(first->counters(), second->counters()) << kind;
  }
}

TEST(HybridTransformer, EveryStageOfABlockHasACore) {
  const workloads::Program program = workloads::random_vit_program(3, 10, 32, 2, 1, 64);
  chips::CoreKind core;
  std::int32_t stages = 0;
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const workloads::Stage& stage = program.stages[s];
    sim::TileSpec spec;
    spec.program = &program;
    spec.core = &core;
    spec.tile.stage = StageId(s);
    spec.tile.outputs = {0, stage.channels};
    spec.tile.inputs = {0, stage.in_channels};
    spec.tile.tokens = {0, stage.tokens};
    EXPECT_THAT(why_not_hybrid(spec), IsEmpty()) << stage.name;
    ++stages;
  }
  EXPECT_GE(stages, 13);
}

}  // namespace
}  // namespace ranvier::rtl
