// SPDX-License-Identifier: Apache-2.0
// Checkpoints that are not what they should be are refused, whatever their bytes are.
#include "sim/checkpoint_errors.h"

#include <gtest/gtest.h>

#include "sim/chip_run.h"
#include "sim/job_digest.h"
#include "tests/mutator.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::sim {
namespace {

using mapper::Schedule;
using testing::Case;
using testing::Images;
using testing::Taken;

class DamagedCheckpoint : public ::testing::Test {
 protected:
  DamagedCheckpoint() {
    std::vector<Taken> taken;
    testing::run_taking(*case_, images_, {}, taken);
    taken_ = taken[taken.size() / 2];
  }
  void resume() { testing::run_from(*case_, images_, {}, taken_); }

  std::unique_ptr<Case> case_ = testing::tiny_case(Schedule::kStagedUnary);
  Images images_{{3, 1, 0, 2}, {1, 1, 1, 1}};
  Taken taken_;
};

TEST_F(DamagedCheckpoint, AnyFlippedBitIsFound) {
  const std::vector<std::uint8_t> good = taken_.bytes;
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 1 : 37) {
    taken_.bytes = good;
    taken_.bytes[at] ^= static_cast<std::uint8_t>(1 << (at % 8));
    try {
      resume();
      FAIL() << "byte " << at << " of " << good.size() << " does not matter";
    } catch (const Error& e) {
      EXPECT_EQ(e.exit_code, ExitCode::kBadInput) << e.what();
    }
  }
}

TEST_F(DamagedCheckpoint, CutAnywhereItIsRefused) {
  const std::vector<std::uint8_t> good = taken_.bytes;
  for (std::size_t size = 1; size < good.size(); size += 1 + size / 9) {
    taken_.bytes.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(resume(), CheckpointDamaged) << size;
  }
  taken_.bytes = good;
  taken_.bytes.push_back(0);
  EXPECT_THROW(resume(), CheckpointDamaged);
}

TEST_F(DamagedCheckpoint, OtherFormatIsNamed) {
  taken_.bytes[12] = 77;  // behind magic and byte order
  try {
    resume();
    FAIL();
  } catch (const CheckpointVersion& e) {
    EXPECT_EQ(e.got, 77U);
    EXPECT_EQ(std::string(e.what()).find("test checkpoint: a checkpoint of format 77"), 0U) << e.what();
  }
}

TEST_F(DamagedCheckpoint, OfAnotherJobIsRefused) {
  const auto refused = [&](const Images& images, const SimOptions& options) {
    EXPECT_THROW(testing::run_from(*case_, images, options, taken_), CheckpointOfAnotherJob);
  };
  EXPECT_NO_THROW(resume());
  refused({{3, 1, 0, 2}, {1, 1, 1, 0}}, {});
  refused({{3, 1, 0, 2}}, {});
  SimOptions other;
  other.fidelity = Fidelity::kFast;
  refused(images_, other);
  other = {};
  other.allow_loss = true;
  refused(images_, other);
  other = {};
  other.core_of_tile = {nullptr, &make_behavioural_core};
  refused(images_, other);
  case_->mapping.core_of[1] = CoreId(2);
  case_->mapping.routes[0].chain = {CoreId(2)};
  refused(images_, {});
  case_ = testing::tiny_case(Schedule::kStagedUnary);
  case_->program.stages[1].linear.weight[0] += 1;
  refused(images_, {});
  case_ = testing::tiny_case(Schedule::kStagedUnary);
  case_->problem.board.chip.energy.accumulate.value = Energy(1);
  refused(images_, {});
}

// The digest stands for more than chance: with it made to fit, the state itself must still be looked at.
TEST_F(DamagedCheckpoint, SpoiltStateWithAFittingDigestIsTakenOrRefusedAsDamaged) {
  const SimOptions options;
  const OpenedCheckpoint opened = open_checkpoint(taken_.bytes, "good");
  const std::string good(opened.state.begin(), opened.state.end());
  int refused = 0, taken = 0;
  for (std::uint64_t number = 0; number < 3000; ++number) {
    const std::string spoilt = Mutator(5, number).spoil(good);
    const std::vector<std::uint8_t> state(spoilt.begin(), spoilt.end());
    const auto bytes = seal_checkpoint(opened.job_digest, opened.place, state);
    ChipRun run(case_->problem, case_->mapping, images_, options);
    try {
      run.resume(open_checkpoint(bytes, "spoilt").state);
      ++taken;
    } catch (const StateMismatch&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(taken, 100);
}

TEST_F(DamagedCheckpoint, BytesLeftOverAreRefusedAsDamaged) {
  const OpenedCheckpoint opened = open_checkpoint(taken_.bytes, "good");
  std::vector<std::uint8_t> state(opened.state.begin(), opened.state.end());
  state.push_back(0);
  for (const Fidelity fidelity : {Fidelity::kCycle, Fidelity::kFast}) {
    SimOptions options;
    options.fidelity = fidelity;
    taken_.bytes = seal_checkpoint(job_digest(case_->problem, case_->mapping, images_, options), opened.place, state);
    EXPECT_THROW(testing::run_from(*case_, images_, options, taken_), CheckpointDamaged);
  }
}

// What a core uses as an index is looked at too.
TEST(DamagedCoreState, ReachesNothingBeyondItsTables) {
  int spoilt = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    for (const Schedule schedule : {Schedule::kTimesteps, Schedule::kStagedUnary}) {
      const auto c = testing::checkpoint_case(seed, schedule);
      for (std::size_t t = 1; t < c->problem.tiles.size(); ++t) {
        const mapper::Tile& tile = c->problem.tiles[t];
        const auto core = make_behavioural_core({&c->program, tile, &c->problem.board.chip.core, false});
        core->begin_image();
        std::vector<std::uint8_t> state = core->save();
        EXPECT_NO_THROW(core->restore(state));
        const auto contexts =
            static_cast<std::size_t>(tile.tokens.size()) * static_cast<std::size_t>(tile.outputs.size());
        const workloads::StageKind kind = c->program.stage(tile.stage).kind;
        if (kind == workloads::StageKind::kLif && contexts % 64 != 0) {
          state.back() |= 0x80;  // the last compartment of the last word
        } else if (kind == workloads::StageKind::kGelu) {
          // Behind the input come as many mapped values, stale flags and codes, each with its length.
          const std::size_t input = state.size() - (8 + 2 * contexts) - (8 + contexts) - (8 + 4 * contexts) - 4;
          state[input + 2] = 0x7f;
        } else {
          continue;
        }
        EXPECT_THROW(core->restore(state), StateMismatch) << "seed " << seed << " tile " << t;
        ++spoilt;
      }
    }
  }
  EXPECT_GT(spoilt, 8);
}

}  // namespace
}  // namespace ranvier::sim
