// SPDX-License-Identifier: Apache-2.0
// What a mismatch leaves: the last events told again, from a state before, to a core that keeps a waveform.
#include <gmock/gmock.h>

#include "sim/lockstep_core.h"
#include "tests/sim/chip_fixture.h"

namespace ranvier::sim {
namespace {

using ::testing::HasSubstr;

enum class Fault { kNone, kWrongEvent, kRestless, kCode, kThrows };

struct Told {
  std::filesystem::path file;
  bool restored = false;
  std::int64_t events = 0, fires = 0;  // after the state
};

/// Goes wrong once it has been given a number of events since the image began, however it came to them.
class FaultyCore final : public CoreModel {
 public:
  FaultyCore(const TileSpec& spec, Fault fault, std::int64_t after, Told* told, bool traced_is_faulty = true)
      : spec_(spec), fault_(fault), after_(after), told_(told), traced_is_faulty_(traced_is_faulty) {
    core_ = make_behavioural_core(spec);
  }
  void begin_image() override { core_->begin_image(); }
  Cycles receive(const Event& event, Cycles time) override {
    if (is_traced_) ++told_->events;
    if (fault_ == Fault::kThrows && wrong()) throw std::runtime_error("it hangs");
    ++clock_;
    return core_->receive(event, time);
  }
  Cycles fire(std::vector<Emission>& out) override {
    if (is_traced_) ++told_->fires;
    const std::size_t first = out.size();
    const Cycles cycles = core_->fire(out);
    if (fault_ == Fault::kWrongEvent && wrong() && out.size() > first) out[first].value += 1;
    ++clock_;
    return cycles;
  }
  bool restless() const override { return core_->restless() != (fault_ == Fault::kRestless && wrong()); }
  std::vector<std::int32_t> codes() const override {
    std::vector<std::int32_t> codes = core_->codes();
    if (fault_ == Fault::kCode && wrong()) codes[3] += 5;
    return codes;
  }
  const CoreCounters& counters() const override { return core_->counters(); }
  std::vector<std::uint8_t> save() const override { return core_->save(); }
  void restore(const std::vector<std::uint8_t>& state) override {
    core_->restore(state);
    if (is_traced_) told_->restored = true;
  }
  std::unique_ptr<CoreModel> traced(const std::filesystem::path& file) const override {
    auto core = std::make_unique<FaultyCore>(spec_, traced_is_faulty_ ? fault_ : Fault::kNone, after_, told_);
    core->is_traced_ = true;
    *told_ = {file};
    return core;
  }
  std::int64_t clock_cycles() const override { return clock_; }

 private:
  bool wrong() const { return core_->counters().events_in >= after_; }
  TileSpec spec_;
  Fault fault_;
  std::int64_t after_;
  Told* told_;
  bool traced_is_faulty_, is_traced_ = false;
  std::int64_t clock_ = 0;
  std::unique_ptr<CoreModel> core_;
};

class LockstepTrace : public ::testing::Test {
 protected:
  LockstepTrace() : case_(testing::tiny_case()) {}
  TileSpec spec() const { return {&case_->program, case_->problem.tiles[1], &case_->problem.board.chip.core, true}; }
  LockstepCore pair(Fault fault, std::int64_t after, bool traced_is_faulty = true, const char* wave = "run-tile1.fst") {
    LockstepCore core(std::make_unique<FaultyCore>(spec(), fault, after, &told_, traced_is_faulty), spec(),
                      {TileId(1), CoreId(1), wave});
    core.begin_image();
    return core;
  }
  /// Rounds of two events and a fire.
  static void run(LockstepCore& core, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      core.set_place(0, i);
      core.receive({0, 0, i % 2 == 0 ? 3 : -3, 0}, Cycles(0));
      core.receive({1, 1, i % 2 == 0 ? 2 : -2, 0}, Cycles(0));
      std::vector<Emission> out;
      core.fire(out);
    }
  }
  template <class Work>
  static LockstepMismatch mismatch(Work work) {
    try {
      work();
    } catch (const LockstepMismatch& e) {
      return e;
    }
    ADD_FAILURE() << "no mismatch found";
    return {{}, "", 0, 0};
  }

  std::unique_ptr<testing::Case> case_;
  Told told_;
};

TEST_F(LockstepTrace, NearTheBeginningTheImageIsToldFromItsBeginning) {
  LockstepCore core = pair(Fault::kWrongEvent, 7);
  const LockstepMismatch e = mismatch([&] { run(core, 100); });
  EXPECT_EQ(e.place.step, 3);
  EXPECT_EQ(e.place.cycle, core.counters().busy.count() - 7 + 2) << "when it left: of a fire of 7 cycles, the 2nd";
  EXPECT_EQ(e.wave.file, "run-tile1.fst");
  EXPECT_EQ(told_.file, "run-tile1.fst");
  EXPECT_FALSE(told_.restored);
  EXPECT_EQ(told_.events, 8);
  EXPECT_EQ(told_.fires, 4);
  EXPECT_EQ(e.wave.told, 12);
  EXPECT_EQ(e.wave.cycle, 12);
  EXPECT_TRUE(e.wave.shows_it);
  EXPECT_THAT(e.what(), HasSubstr("run-tile1.fst"));
  EXPECT_THAT(e.what(), HasSubstr("shows it at clock cycle 12"));
}

TEST_F(LockstepTrace, LaterItIsToldFromAStateShortlyBefore) {
  LockstepCore core = pair(Fault::kWrongEvent, 151);
  const LockstepMismatch e = mismatch([&] { run(core, 100); });
  EXPECT_EQ(e.place.step, 75);
  EXPECT_TRUE(told_.restored);
  EXPECT_GE(told_.fires, CoreLog::kFires);
  EXPECT_LE(told_.fires, 2 * CoreLog::kFires);
  EXPECT_EQ(told_.events, 2 * told_.fires);
  EXPECT_TRUE(e.wave.shows_it);
}

TEST_F(LockstepTrace, AStateIsTakenAmongManyEventsToo) {
  LockstepCore core = pair(Fault::kWrongEvent, 3 * static_cast<std::int64_t>(CoreLog::kEvents));
  const LockstepMismatch e = mismatch([&] {
    for (std::size_t i = 0; i < 3 * CoreLog::kEvents; ++i) core.receive({0, 0, i % 2 == 0 ? 1 : -1, 0}, Cycles(0));
    run(core, 1);
  });
  EXPECT_TRUE(told_.restored);
  EXPECT_LE(e.wave.told, 2 * static_cast<std::int64_t>(CoreLog::kEvents));
  EXPECT_GE(e.wave.told, static_cast<std::int64_t>(CoreLog::kEvents));
}

TEST_F(LockstepTrace, TellsWhenTheOtherBuildIsRight) {
  LockstepCore core = pair(Fault::kWrongEvent, 7, false);
  const LockstepMismatch e = mismatch([&] { run(core, 100); });
  EXPECT_FALSE(e.wave.shows_it);
  EXPECT_THAT(e.what(), HasSubstr("does not show it"));
}

TEST_F(LockstepTrace, OfTheWishToFireAndOfCodes) {
  LockstepCore restless = pair(Fault::kRestless, 1);
  run(restless, 2);
  EXPECT_TRUE(mismatch([&] { restless.restless(); }).wave.shows_it);
  LockstepCore code = pair(Fault::kCode, 1);
  run(code, 2);
  const LockstepMismatch e = mismatch([&] { code.check_codes(); });
  EXPECT_TRUE(e.wave.shows_it);
  EXPECT_EQ(e.place.token, 1);
  EXPECT_EQ(e.place.neuron, 0);
}

TEST_F(LockstepTrace, ACoreThatStopsIsTracedAndItsErrorGoesOn) {
  LockstepCore core = pair(Fault::kThrows, 3);
  EXPECT_THROW(run(core, 10), std::runtime_error);
  EXPECT_EQ(told_.file, "run-tile1.fst");
  EXPECT_EQ(told_.events, 4);
}

TEST_F(LockstepTrace, WithoutAFileNothingIsTold) {
  LockstepCore core = pair(Fault::kWrongEvent, 7, true, "");
  EXPECT_EQ(mismatch([&] { run(core, 100); }).wave.file, "");
  EXPECT_EQ(told_.events, 0);
}

TEST_F(LockstepTrace, AfterARestoreItIsToldFromThere) {
  LockstepCore first = pair(Fault::kNone, 0);
  run(first, 3);
  LockstepCore core = pair(Fault::kWrongEvent, 9);
  core.restore(first.save());
  const LockstepMismatch e = mismatch([&] { run(core, 100); });
  EXPECT_TRUE(told_.restored);
  EXPECT_EQ(told_.events, 4);
  EXPECT_TRUE(e.wave.shows_it);
}

}  // namespace
}  // namespace ranvier::sim
