// SPDX-License-Identifier: Apache-2.0
// Behavioural cores against the reference, one whole stage a tile: events in random order and in random pieces, graded
// and unary; exact cycle costs; checkpoints; context swaps.
#include <gtest/gtest.h>

#include "mapper/delivery.h"
#include "mapper/demand.h"
#include "sim/core_costs.h"
#include "sim/core_model.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using testing::small_board;
using testing::tiny_program;
using workloads::Activations;
using workloads::Program;
using workloads::Stage;

mapper::Tile whole(const Program& program, std::size_t s) {
  const Stage& stage = program.stages[s];
  mapper::Tile tile;
  tile.stage = StageId(s);
  tile.outputs = {0, stage.channels};
  tile.inputs = {0, stage.in_channels};
  tile.tokens = {0, stage.tokens};
  return tile;
}

/// All codes that reach the stage, as events; unary: as many of them as the code has units, each of one unit.
std::vector<Event> events_for(const Program& program, std::size_t s, const Activations& reference, bool graded) {
  std::vector<Event> events;
  const Stage& stage = program.stages[s];
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    const std::size_t from = stage.inputs[port].stage.value();
    const mapper::Reach reach = mapper::reach_of(program, whole(program, s), port);
    for (std::int32_t t = reach.tokens.begin; t < reach.tokens.end; ++t) {
      for (std::int32_t c = reach.channels.begin; c < reach.channels.end; ++c) {
        const std::int32_t code =
            reference.codes[from][static_cast<std::size_t>(t * program.stages[from].channels + c)];
        const bool sum = program.stages[from].kind == workloads::StageKind::kAdd;
        const std::int32_t unit = graded || sum ? code : (code > 0 ? 1 : -1);
        for (std::int32_t sent = 0; sent != code; sent += unit) {
          events.push_back({t, c, unit, static_cast<std::int32_t>(port)});
        }
      }
    }
  }
  return events;
}

void shuffle(std::vector<Event>& events, std::uint64_t seed) {
  for (std::size_t i = events.size(); i > 1; --i) {
    std::swap(events[i - 1], events[random_below(static_cast<std::uint32_t>(i), seed, i, 0)]);
  }
}

void settle(CoreModel& core, std::vector<Emission>& out) {
  do {
    core.fire(out);
  } while (core.restless());
}

TEST(BehaviouralCore, EveryKindSettlesToTheReferenceInAnyOrder) {
  const chips::Board board = small_board(2, 2);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Program program = workloads::random_program(seed);
    const Activations reference = workloads::run_reference(program, workloads::random_input_codes(program, seed));
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      for (const bool graded : {true, false}) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed << " " << program.stages[s].name << " graded " << graded);
        const auto core = make_behavioural_core({&program, whole(program, s), &board.chip.core, graded});
        std::vector<Event> events = events_for(program, s, reference, graded);
        shuffle(events, seed);
        for (const Event& e : events) core->receive(e, Cycles(0));
        std::vector<Emission> out;
        settle(*core, out);
        EXPECT_EQ(core->codes(), reference.codes[s]);
        EXPECT_FALSE(core->restless());
        // What it sent adds up to what it holds; the head sends nothing.
        std::vector<std::int32_t> sent(reference.codes[s].size());
        for (const Emission& e : out) {
          sent[static_cast<std::size_t>(e.token * program.stages[s].channels + e.channel)] += e.value;
        }
        if (s + 1 < program.stages.size()) {
          EXPECT_EQ(sent, reference.codes[s]);
        } else {
          EXPECT_TRUE(out.empty());
        }
      }
    }
  }
}

// Asynchronous operation: fires in between, on part of its input, and corrects itself.
TEST(BehaviouralCore, FiringEarlyDoesNotChangeWhereItSettles) {
  const chips::Board board = small_board(2, 2);
  for (std::uint64_t seed = 50; seed < 60; ++seed) {
    const Program program = workloads::random_program(seed);
    const Activations reference = workloads::run_reference(program, workloads::random_input_codes(program, seed));
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " " << program.stages[s].name);
      const auto core = make_behavioural_core({&program, whole(program, s), &board.chip.core, false});
      std::vector<Event> events = events_for(program, s, reference, false);
      shuffle(events, seed);
      std::vector<Emission> out;
      for (std::size_t i = 0; i < events.size(); ++i) {
        core->receive(events[i], Cycles(0));
        if (random_below(8, seed, i, 9) == 0) core->fire(out);
      }
      settle(*core, out);
      EXPECT_EQ(core->codes(), reference.codes[s]);
    }
  }
}

TEST(BehaviouralCore, InputSlicesAndTheirOwnerEqualTheWhole) {
  const Program program = tiny_program();
  const chips::Board board = small_board(2, 2);
  const Activations reference = workloads::run_reference(program, std::vector<std::int32_t>{3, 1, 2, 2});
  mapper::Tile owner = whole(program, 1), slice = owner;
  owner.inputs = {0, 1};
  slice.inputs = {1, 2};
  slice.partial_of = TileId(1);
  const auto a = make_behavioural_core({&program, owner, &board.chip.core, true});
  const auto b = make_behavioural_core({&program, slice, &board.chip.core, true});
  for (const Event& e : events_for(program, 1, reference, true)) (e.channel == 0 ? a : b)->receive(e, Cycles(0));
  std::vector<Emission> partial, out;
  EXPECT_TRUE(b->restless());
  b->fire(partial);
  EXPECT_FALSE(b->restless());
  EXPECT_EQ(partial.size(), 6u);  // no weight of input 1 is zero
  for (const Emission& e : partial) a->receive({e.token, e.channel, e.value, kPartialPort}, Cycles(0));
  a->fire(out);
  EXPECT_EQ(a->codes(), reference.codes[1]);
  EXPECT_EQ(a->counters().adds, 6);  // partial sums are added, not multiplied
}

// Decode 2, lanes 4, soma 1, emit 1; fc has 3 outputs and 2 tokens.
TEST(BehaviouralCore, ChargesWhatTheContractSays) {
  const Program program = tiny_program();
  const chips::Board board = small_board(2, 2);
  const auto core = make_behavioural_core({&program, whole(program, 1), &board.chip.core, true});
  EXPECT_EQ(core->receive({0, 0, 3, 0}, Cycles(0)), Cycles(2 + 1));
  std::vector<Emission> out;
  // Token 0: X = 3 * {1, 2, -3} + {0, 1, -2} = {3, 7, -11}: codes 1, 2, -3 (threshold 4). Token 1: bias {0, 1, -2}: 0.
  // ceil(6 contexts / 4 lanes) * 1 + 3 events * 1.
  EXPECT_EQ(core->fire(out), Cycles(2 + 3));
  const std::vector<Emission> expected{{0, 0, 1, Cycles(2)}, {0, 1, 2, Cycles(3)}, {0, 2, -3, Cycles(4)}};
  EXPECT_EQ(out, expected);
  CoreCounters counters;
  counters.events_in = 1;
  counters.events_out = 3;
  counters.multiply_adds = 3;
  counters.synapse_reads = 3;
  counters.soma_updates = 6;
  counters.active_updates = 3;  // token 0
  counters.spikes = 3;
  counters.busy = Cycles(3 + 5);
  EXPECT_EQ(core->counters(), counters);
}

TEST(BehaviouralCore, ChargesMapsPerValueAndOnlyAfterAChange) {
  Program program = tiny_program();
  Stage norm;
  norm.name = "norm";
  norm.kind = workloads::StageKind::kLayerNorm;
  norm.inputs = {{StageId(0), 1}};
  norm.tokens = 2;
  norm.channels = norm.in_channels = 2;
  norm.encoder = {true, {256, 256}, -3, 3};
  norm.layer_norm = {{4000, 4000}, {0, 0}, 1};
  program.stages.insert(program.stages.begin() + 1, norm);
  const chips::Board board = small_board(2, 2);
  const auto core = make_behavioural_core({&program, whole(program, 1), &board.chip.core, false});
  std::vector<Emission> out;
  core->fire(out);
  EXPECT_EQ(core->counters().map_values, 4);  // f(0) of both tokens
  core->receive({1, 0, 1, 0}, Cycles(0));
  core->fire(out);
  EXPECT_EQ(core->counters().map_values, 6);  // token 1 only
  core->fire(out);
  EXPECT_EQ(core->counters().map_values, 6);
}

TEST(BehaviouralCore, StreamModePaysForEveryTurnToAnotherToken) {
  const Program program = tiny_program();
  chips::Board board = small_board(2, 2);
  board.chip.core.bulk_bytes_per_cycle.value = 4;
  mapper::Tile tile = whole(program, 1);
  tile.mode = mapper::TokenMode::kStream;
  const std::int64_t context = mapper::state_bytes(program, tile).context;
  const auto core = make_behavioural_core({&program, tile, &board.chip.core, true});
  const Cycles stays = core->receive({0, 0, 1, 0}, Cycles(0));
  EXPECT_EQ(core->counters().swapped_bytes, 0);
  const Cycles turns = core->receive({1, 0, 1, 0}, Cycles(0));
  EXPECT_EQ(core->counters().swapped_bytes, 2 * context);
  EXPECT_EQ(turns - stays, CoreCosts(board.chip.core).swap(2 * context));
  std::vector<Emission> out;
  core->fire(out);  // back to token 0, then to token 1
  EXPECT_EQ(core->counters().swapped_bytes, 6 * context);
}

TEST(BehaviouralCore, RestoresWhatItSaved) {
  const chips::Board board = small_board(2, 2);
  for (std::uint64_t seed = 70; seed < 76; ++seed) {
    const Program program = workloads::random_program(seed);
    const Activations reference = workloads::run_reference(program, workloads::random_input_codes(program, seed));
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " " << program.stages[s].name);
      const TileSpec spec{&program, whole(program, s), &board.chip.core, false};
      const auto core = make_behavioural_core(spec);
      std::vector<Event> events = events_for(program, s, reference, false);
      shuffle(events, seed);
      const std::size_t half = events.size() / 2;
      std::vector<Emission> out;
      for (std::size_t i = 0; i < half; ++i) core->receive(events[i], Cycles(0));
      core->fire(out);
      const std::vector<std::uint8_t> checkpoint = core->save();
      const auto twin = make_behavioural_core(spec);
      twin->restore(checkpoint);
      EXPECT_EQ(twin->save(), checkpoint);
      std::vector<Emission> from_core, from_twin;
      for (std::size_t i = half; i < events.size(); ++i) {
        core->receive(events[i], Cycles(0));
        twin->receive(events[i], Cycles(0));
      }
      settle(*core, from_core);
      settle(*twin, from_twin);
      EXPECT_EQ(from_core, from_twin);
      EXPECT_EQ(twin->codes(), reference.codes[s]);
      EXPECT_EQ(core->counters(), twin->counters());
    }
  }
}

TEST(BehaviouralCore, RefusesStateOfAnotherShape) {
  const Program program = tiny_program();
  const chips::Board board = small_board(2, 2);
  const auto fc = make_behavioural_core({&program, whole(program, 1), &board.chip.core, true});
  const auto head = make_behavioural_core({&program, whole(program, 2), &board.chip.core, true});
  EXPECT_THROW(fc->restore(head->save()), std::logic_error);
  std::vector<std::uint8_t> cut = fc->save();
  cut.pop_back();
  EXPECT_THROW(fc->restore(cut), std::logic_error);
}

TEST(BehaviouralCore, BeginImageForgetsEverything) {
  const Program program = tiny_program();
  const chips::Board board = small_board(2, 2);
  const auto core = make_behavioural_core({&program, whole(program, 1), &board.chip.core, true});
  const std::vector<std::uint8_t> fresh = core->save();
  std::vector<Emission> out;
  core->receive({0, 0, 3, 0}, Cycles(0));
  core->fire(out);
  EXPECT_NE(core->save(), fresh);
  core->begin_image();
  EXPECT_EQ(core->save(), fresh);
}

}  // namespace
}  // namespace ranvier::sim
