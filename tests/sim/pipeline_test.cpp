// SPDX-License-Identifier: Apache-2.0
// Images in a pipeline of levels: small schedules worked out by hand, bounds that any schedule keeps, whole chips.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/random.h"
#include "sim/pipeline_recorder.h"
#include "sim/pipeline_result.h"
#include "tests/sim/chip_fixture.h"
#include "workloads/random_program.h"

namespace ranvier::sim {
namespace {

PipelineImage image_of(const std::vector<std::int64_t>& cycles) {
  PipelineImage image;
  for (const std::int64_t n : cycles) image.push_back({n, {}, {}});
  return image;
}

/// Each level hands on to the next.
PipelineShape chain(std::size_t levels, std::int64_t buffers) {
  PipelineShape shape;
  for (std::size_t l = 0; l < levels; ++l) {
    shape.takers.emplace_back();
    if (l + 1 < levels) shape.takers.back().push_back(static_cast<std::int32_t>(l + 1));
  }
  shape.buffers = buffers;
  return shape;
}

PipelineSchedule same_image(const PipelineImage& image, std::size_t images, const PipelineShape& shape) {
  const std::vector<PipelineImage> measured{image};
  return schedule_pipeline(measured, std::vector<std::size_t>(images, 0), shape);
}

std::vector<std::int64_t> starts(const PipelineSchedule& schedule, std::size_t image) {
  std::vector<std::int64_t> all;
  for (const PipelineSlot& slot : schedule[image]) all.push_back(slot.start);
  return all;
}

using Starts = std::vector<std::int64_t>;

// Levels of 10, 30 and 20 cycles. Two buffers: level 0 may begin image 2 when level 1 begins image 1, at 40.
TEST(Pipeline, ThreeStagesTwoBuffers) {
  const PipelineSchedule s = same_image(image_of({10, 30, 20}), 4, chain(3, 2));
  EXPECT_EQ(starts(s, 0), (Starts{0, 10, 40}));
  EXPECT_EQ(starts(s, 1), (Starts{10, 40, 70}));
  EXPECT_EQ(starts(s, 2), (Starts{40, 70, 100}));
  EXPECT_EQ(starts(s, 3), (Starts{70, 100, 130}));
  EXPECT_EQ(s[3][2].end, 150);
  EXPECT_EQ(s[2][0].wait, PipelineWait::kBuffer);
  EXPECT_EQ(s[2][0].image, 1);
  EXPECT_EQ(s[2][0].level, 1);
  EXPECT_EQ(s[2][1].wait, PipelineWait::kLevel);
  EXPECT_EQ(s[2][2].wait, PipelineWait::kInput);
}

// One buffer: a level and the one after it never work at once. 10, 30, 20: image 1 enters when level 1 is done at 40.
TEST(Pipeline, ThreeStagesOneBuffer) {
  const PipelineSchedule s = same_image(image_of({10, 30, 20}), 3, chain(3, 1));
  EXPECT_EQ(starts(s, 0), (Starts{0, 10, 40}));
  EXPECT_EQ(starts(s, 1), (Starts{40, 60, 90}));  // level 1 waits for level 2 to be done with image 0
  EXPECT_EQ(starts(s, 2), (Starts{90, 110, 140}));
}

// Three buffers, and none that fills up: level 0 runs ahead.
TEST(Pipeline, MoreBuffersLetTheFirstStageRunAhead) {
  const PipelineSchedule three = same_image(image_of({10, 30, 20}), 4, chain(3, 3));
  EXPECT_EQ(starts(three, 2), (Starts{20, 70, 100}));
  EXPECT_EQ(starts(three, 3), (Starts{40, 100, 130}));
  const PipelineSchedule many = same_image(image_of({10, 30, 20}), 4, chain(3, 0));
  EXPECT_EQ(starts(many, 3), (Starts{30, 100, 130}));
}

// What level 0 sends is taken by level 2 as well: image 1 cannot enter before level 2 has begun image 0, at 40.
TEST(Pipeline, AResidualPathHoldsItsBuffer) {
  PipelineShape shape = chain(3, 2);
  shape.takers[0].push_back(2);
  const PipelineSchedule s = same_image(image_of({10, 30, 20}), 3, shape);
  EXPECT_EQ(starts(s, 1), (Starts{40, 50, 80}));
  EXPECT_EQ(s[1][0].wait, PipelineWait::kBuffer);
  EXPECT_EQ(s[1][0].level, 2);
  EXPECT_EQ(starts(s, 2), (Starts{80, 90, 120}));
}

// Levels 0 and 2 fire on one core for 10 and 20 cycles.
TEST(Pipeline, ASharedUnitDoesOneLevelAtATime) {
  PipelineImage image = image_of({10, 30, 20});
  image[0].units = {{7, 10}};
  image[2].units = {{7, 20}};
  const PipelineSchedule s = same_image(image, 4, chain(3, 2));
  EXPECT_EQ(starts(s, 0), (Starts{0, 10, 40}));
  EXPECT_EQ(starts(s, 1), (Starts{10, 40, 70}));
  // At 40 both could have the core: the older image gets it.
  EXPECT_EQ(starts(s, 2), (Starts{60, 70, 100}));
  EXPECT_EQ(s[2][0].wait, PipelineWait::kUnit);
  EXPECT_EQ(s[2][0].image, 0);
  EXPECT_EQ(s[2][0].level, 2);
  // A unit is free when its own work is done, not only when the level is.
  image[2].units = {{7, 5}};
  EXPECT_EQ(starts(same_image(image, 4, chain(3, 2)), 2), (Starts{45, 70, 100}));
}

// Levels 0 and 1 share a link, 6 and 8 cycles: level 1 of image 0 and level 0 of image 1 begin together at 10.
TEST(Pipeline, ALevelWaitsForTheFlitsAheadOfIt) {
  PipelineImage image = image_of({10, 12});
  image[0].links = {{3, 6}};
  image[1].links = {{3, 8}};
  const PipelineSchedule s = same_image(image, 2, chain(2, 2));
  EXPECT_EQ(s[0][1].start, 10);
  EXPECT_EQ(s[0][1].end, 22);  // its link is free: the older image goes first
  EXPECT_EQ(s[1][0].start, 10);
  EXPECT_EQ(s[1][0].link_wait, 8);
  EXPECT_EQ(s[1][0].end, 28);
  EXPECT_EQ(s[1][0].wait, PipelineWait::kLink);
  EXPECT_EQ(s[1][0].image, 0);
  EXPECT_EQ(s[1][0].level, 1);
  EXPECT_EQ(s[1][1].start, 28);
  EXPECT_EQ(s[1][1].link_wait, 0);  // booked until 24
}

TEST(Pipeline, ResultOfThreeStages) {
  const std::vector<PipelineImage> measured(4, image_of({10, 30, 20}));
  const PipelineResult r = run_pipeline(measured, chain(3, 2), Duration(1'000));
  EXPECT_EQ(r.images, 4);
  EXPECT_EQ(r.buffers, 2);
  EXPECT_EQ(r.makespan, Duration(150'000));
  EXPECT_EQ(r.sequential, Duration(240'000));
  EXPECT_EQ(r.fill, Duration(60'000));
  EXPECT_EQ(r.drain, Duration(80'000));
  EXPECT_EQ(r.interval, Duration(30'000));
  EXPECT_EQ(r.interval_unbuffered, Duration(50'000));
  EXPECT_EQ(r.interval_unlimited, Duration(30'000));
  ASSERT_EQ(r.levels.size(), 3u);
  EXPECT_EQ(r.levels[0].busy, Duration(10'000));
  EXPECT_DOUBLE_EQ(r.levels[0].utilisation, 1.0 / 3);
  EXPECT_DOUBLE_EQ(r.levels[1].utilisation, 1);
  EXPECT_DOUBLE_EQ(r.levels[2].utilisation, 2.0 / 3);
  EXPECT_EQ(r.levels[0].wait, Duration(20'000));
  EXPECT_EQ(r.levels[1].wait, Duration(20'000));
  EXPECT_EQ(r.levels[2].wait, Duration());
  EXPECT_EQ(r.critical_level, 1);
  EXPECT_EQ(r.limit, PipelineWait::kLevel);
  EXPECT_GT(r.levels[1].critical_share, 0.9);
}

TEST(Pipeline, ImagesThatDifferAverage) {
  const std::vector<PipelineImage> measured{image_of({10, 30}), image_of({10, 50})};
  const PipelineResult r = run_pipeline(measured, chain(2, 2), Duration(10));
  EXPECT_EQ(r.makespan, Duration(900));
  EXPECT_EQ(r.interval, Duration(400));
  EXPECT_EQ(r.levels[1].busy, Duration(400));
}

// One core does all three levels for 10, 30 and 20 cycles: no pipeline at all.
TEST(Pipeline, NoIntervalIsShorterThanTheWork) {
  PipelineImage image = image_of({10, 30, 20});
  for (PipelineLevel& level : image) level.units = {{0, level.cycles}};
  const std::vector<PipelineImage> measured(5, image);
  const PipelineResult r = run_pipeline(measured, chain(3, 2), Duration(10));
  EXPECT_EQ(r.interval, Duration(600));
  EXPECT_EQ(r.interval_unlimited, Duration(600));
  EXPECT_EQ(r.makespan, r.sequential);
}

TEST(Pipeline, NothingMeasuredIsNoPipeline) { EXPECT_EQ(run_pipeline({}, chain(3, 2), Duration(1)).images, 0); }

struct Random {
  std::vector<PipelineImage> measured;
  PipelineShape shape;
};

Random random_pipeline(std::uint64_t seed, bool shared) {
  const auto draw = [&](std::uint32_t n, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    return static_cast<std::int64_t>(random_below(n, seed, a * 1'000 + b, c));
  };
  Random r;
  const auto levels = static_cast<std::size_t>(2 + draw(6, 1, 0, 0));
  r.shape = chain(levels, 2);
  for (std::size_t l = 0; l + 2 < levels; ++l)
    if (draw(4, 2, l, 0) == 0) r.shape.takers[l].push_back(static_cast<std::int32_t>(levels - 1));
  const auto images = static_cast<std::size_t>(1 + draw(5, 3, 0, 0));
  for (std::size_t i = 0; i < images; ++i) {
    PipelineImage image;
    for (std::size_t l = 0; l < levels; ++l) {
      PipelineLevel level{1 + draw(40, 4, l, i), {}, {}};
      if (shared) {
        for (std::int64_t k = 0; k < 3; ++k) {
          const auto at = static_cast<std::uint64_t>(k);
          if (draw(2, 5 + at, l, 0) == 0)
            level.units.push_back({k, 1 + draw(static_cast<std::uint32_t>(level.cycles), 9 + at, l, i)});
          if (draw(2, 15 + at, l, 0) == 0)
            level.links.push_back({10 + k, 1 + draw(static_cast<std::uint32_t>(level.cycles), 19 + at, l, i)});
        }
      }
      image.push_back(level);
    }
    r.measured.push_back(image);
  }
  return r;
}

std::int64_t makespan(const Random& r, std::int64_t buffers, std::size_t images) {
  std::vector<std::size_t> sequence(images);
  for (std::size_t i = 0; i < images; ++i) sequence[i] = i % r.measured.size();
  const PipelineSchedule s = schedule_pipeline(r.measured, sequence, {r.shape.takers, buffers});
  return s.back().back().end;
}

TEST(PipelineProperty, NeverFasterThanItsBusiestPartNorSlowerThanOneByOne) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const Random r = random_pipeline(seed, true);
    const std::size_t images = 9;
    std::map<std::int64_t, std::int64_t> work;  // by resource; levels at -1 and below
    std::int64_t sequential = 0;
    for (std::size_t i = 0; i < images; ++i) {
      const PipelineImage& image = r.measured[i % r.measured.size()];
      for (std::size_t l = 0; l < image.size(); ++l) {
        sequential += image[l].cycles;
        work[-1 - static_cast<std::int64_t>(l)] += image[l].cycles;
        for (const PipelineUse& use : image[l].units) work[use.resource] += use.cycles;
        for (const PipelineUse& use : image[l].links) work[use.resource] += use.cycles;
      }
    }
    std::int64_t bound = 0;
    for (const auto& [resource, cycles] : work) bound = std::max(bound, cycles);
    for (const std::int64_t buffers : {0, 1, 2, 3}) {
      const std::int64_t span = makespan(r, buffers, images);
      EXPECT_GE(span, bound);
      EXPECT_LE(span, sequential);
    }
  }
}

TEST(PipelineProperty, BuffersNeverHurtWhereLevelsShareNothing) {
  std::int64_t gains = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const Random r = random_pipeline(seed, false);
    const std::int64_t one = makespan(r, 1, 9), two = makespan(r, 2, 9), three = makespan(r, 3, 9),
                       any = makespan(r, 0, 9);
    EXPECT_GE(one, two);
    EXPECT_GE(two, three);
    EXPECT_GE(three, any);
    gains += one > any;
  }
  EXPECT_GT(gains, 100);
}

TEST(PipelineProperty, EveryLevelKeepsTheRules) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    const Random r = random_pipeline(seed, true);
    const std::vector<std::size_t> sequence(6, 0);
    const PipelineSchedule s = schedule_pipeline(r.measured, sequence, r.shape);
    std::map<std::int64_t, std::vector<std::pair<std::int64_t, std::int64_t>>> busy;  // by unit
    for (std::size_t i = 0; i < s.size(); ++i) {
      for (std::size_t l = 0; l < s[i].size(); ++l) {
        const PipelineLevel& work = r.measured[0][l];
        EXPECT_EQ(s[i][l].end, s[i][l].start + s[i][l].link_wait + work.cycles);
        if (l > 0) {
          EXPECT_GE(s[i][l].start, s[i][l - 1].end);
        }
        if (i > 0) {
          EXPECT_GE(s[i][l].start, s[i - 1][l].end);
          for (const std::int32_t taker : r.shape.takers[l])
            EXPECT_GE(s[i][l].start, s[i - 1][static_cast<std::size_t>(taker)].start);
        }
        for (const PipelineUse& use : work.units)
          busy[use.resource].emplace_back(s[i][l].start, s[i][l].start + use.cycles);
      }
    }
    for (auto& [unit, spans] : busy) {
      std::sort(spans.begin(), spans.end());
      for (std::size_t k = 1; k < spans.size(); ++k) EXPECT_GE(spans[k].first, spans[k - 1].second);
    }
  }
}

RunResult run(const testing::Case& c, Fidelity fidelity, const std::vector<std::vector<std::int32_t>>& images) {
  SimOptions options;
  options.fidelity = fidelity;
  return simulate(c.problem, c.mapping, images, options);
}

TEST(PipelineOfAChip, IsMeasuredLevelByLevel) {
  const auto c = testing::tiny_case();
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kLayerPipeline;
  const RunResult r = run(*c, Fidelity::kCycle, std::vector<std::vector<std::int32_t>>(3, {3, 0, 0, 0}));
  ASSERT_EQ(r.pipeline.images, 3);
  ASSERT_EQ(r.pipeline.levels.size(), 4u);  // input, fc, head, reading
  EXPECT_EQ(r.pipeline.levels[1].stages, (std::vector<StageId>{StageId(1)}));
  EXPECT_TRUE(r.pipeline.levels[3].stages.empty());
  for (std::size_t l = 0; l < 4; ++l) EXPECT_EQ(r.pipeline.levels[l].busy, r.steps[l].duration);
  EXPECT_EQ(r.pipeline.sequential, r.total_time);
  EXPECT_EQ(r.pipeline.fill, r.images[0].latency);
  EXPECT_LT(r.pipeline.makespan, r.total_time);
  EXPECT_GE(r.pipeline.interval, r.initiation_interval);
  EXPECT_LT(r.pipeline.interval, r.images[0].latency);
  // What fc sends stays in the head's sums until the host reads them, two levels on. The reading and the next input
  // share the host link: 8 and 2 cycles of flits.
  const Duration longest =
      std::max({r.steps[1].duration + r.steps[2].duration, r.steps[0].duration, r.steps[3].duration});
  EXPECT_GE(r.pipeline.interval, longest);
  EXPECT_LE(r.pipeline.interval, longest + Duration(10'000'000));
}

TEST(PipelineOfAChip, OnlyWherePoliciesAndSchedulesHaveOne) {
  const std::vector<std::vector<std::int32_t>> images(2, {3, 0, 0, 0});
  EXPECT_EQ(run(*testing::tiny_case(), Fidelity::kCycle, images).pipeline.images, 0);  // barrier
  const auto c = testing::tiny_case(mapper::Schedule::kAsynchronousUnary);
  c->problem.board.chip.sync.policy = chips::SyncPolicy::kDataflow;
  EXPECT_EQ(run(*c, Fidelity::kCycle, images).pipeline.images, 0);
}

TEST(PipelineOfAChip, KeepsItsBounds) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    chips::Board board = testing::small_board(3, 2);
    board.chip.core.fan_in_axons.value = board.chip.core.route_entries.value = 1 << 20;
    board.chip.sync.policy = seed % 2 == 0 ? chips::SyncPolicy::kDataflow : chips::SyncPolicy::kLayerPipeline;
    board.chip.core.memory_ports.value = seed % 3 == 0 ? 1 : 2;
    const auto schedule = seed % 4 == 0 ? mapper::Schedule::kStagedUnary : mapper::Schedule::kStagedGraded;
    const auto c = testing::random_case(workloads::random_program(seed), board, schedule, seed);
    std::vector<std::vector<std::int32_t>> images;
    for (std::uint64_t i = 0; i < 3; ++i) images.push_back(workloads::random_input_codes(c->program, 10 * seed + i));
    for (const Fidelity fidelity : {Fidelity::kAnalytic, Fidelity::kFast, Fidelity::kCycle}) {
      SCOPED_TRACE(seed);
      const RunResult r = run(*c, fidelity, images);
      const PipelineResult& p = r.pipeline;
      ASSERT_EQ(p.images, 3);
      EXPECT_EQ(p.sequential, r.total_time);
      EXPECT_GE(p.fill, r.images[0].latency);  // later images may be ahead of it on a link
      EXPECT_LE(p.fill, p.makespan);
      EXPECT_LE(p.makespan, r.total_time);
      EXPECT_GE(p.makespan, r.initiation_interval * 3 - chips::clock_period(board.chip) * 3);
      EXPECT_GE(p.interval, r.initiation_interval - chips::clock_period(board.chip));
      EXPECT_LE(p.interval.count(), r.total_time.count() / 3 + 1);
      double shares = 0;
      for (const PipelineLevelResult& level : p.levels) {
        EXPECT_LE(level.utilisation, 1 + 1e-9);
        shares += level.critical_share;
      }
      EXPECT_NEAR(shares, 1, 1e-9);
    }
  }
}

}  // namespace
}  // namespace ranvier::sim
