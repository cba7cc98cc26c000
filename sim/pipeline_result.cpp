// SPDX-License-Identifier: Apache-2.0
#include "sim/pipeline_result.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace ranvier::sim {
namespace {

constexpr std::size_t kFewestImages = 12;      // in the first half, which settles, and again in the second
constexpr std::size_t kMostUses = 20'000'000;  // of resources, in both: what a fraction of a second schedules

/// The measured images again and again: two halves of as many whole rounds. As many images as levels settle the
/// longest pipeline; where that is too much work there are fewer.
std::vector<std::size_t> rounds_of(std::span<const PipelineImage> images) {
  const std::size_t measured = images.size(), levels = images.front().size();
  std::size_t uses = 1;
  for (const PipelineImage& image : images) uses += uses_of(image);
  const std::size_t affordable = kMostUses / 2 / uses * measured;
  const std::size_t wanted = std::max(kFewestImages, std::min(levels, affordable));
  const std::size_t half = (wanted + measured - 1) / measured * measured;
  std::vector<std::size_t> sequence(2 * half);
  for (std::size_t i = 0; i < sequence.size(); ++i) sequence[i] = i % measured;
  return sequence;
}

std::int64_t end_of(const PipelineSchedule& schedule, std::size_t image) { return schedule[image].back().end; }

/// Cycles between the ends of the two halves' last images.
std::int64_t steady_cycles(const PipelineSchedule& schedule) {
  return end_of(schedule, schedule.size() - 1) - end_of(schedule, schedule.size() / 2 - 1);
}

/// Mean of n images, up to a femtosecond.
Duration mean_of(std::int64_t cycles, Duration period, std::size_t n) {
  const auto images = static_cast<std::int64_t>(n);
  return Duration((cycles * period.count() + images - 1) / images);
}

/// Cycles that the busiest resource or level works for all images.
std::int64_t busiest_cycles(std::span<const PipelineImage> images) {
  std::unordered_map<std::int64_t, std::int64_t> work;
  std::vector<std::int64_t> levels(images.front().size());
  std::int64_t busiest = 0;
  for (const PipelineImage& image : images) {
    for (std::size_t l = 0; l < levels.size(); ++l) {
      busiest = std::max(busiest, levels[l] += image[l].cycles);
      for (const PipelineUse& use : image[l].units) busiest = std::max(busiest, work[use.resource] += use.cycles);
      for (const PipelineUse& use : image[l].links) busiest = std::max(busiest, work[use.resource] += use.cycles);
    }
  }
  return busiest;
}

/// Back from the last end, from each level to the one that it waited for, to the second half's beginning.
void follow_waits(const PipelineSchedule& schedule, PipelineResult& result) {
  const auto half = static_cast<std::int32_t>(schedule.size() / 2);
  std::int32_t image = static_cast<std::int32_t>(schedule.size()) - 1;
  auto level = static_cast<std::int32_t>(schedule.front().size()) - 1;
  std::vector<std::int64_t> cycles(schedule.front().size());
  std::int64_t until = end_of(schedule, schedule.size() - 1), all = 0;
  while (image >= half) {
    const PipelineSlot& slot = schedule[static_cast<std::size_t>(image)][static_cast<std::size_t>(level)];
    const std::int64_t worked = std::max<std::int64_t>(0, until - slot.start);
    cycles[static_cast<std::size_t>(level)] += worked;
    all += worked;
    until = std::min(until, slot.start);
    if (slot.image < 0) break;
    ++result.waits[static_cast<std::size_t>(slot.wait)];
    image = slot.image;
    level = slot.level;
  }
  for (std::size_t l = 0; l < cycles.size(); ++l)
    result.levels[l].critical_share = all == 0 ? 0.0 : static_cast<double>(cycles[l]) / static_cast<double>(all);
  const auto critical = std::max_element(cycles.begin(), cycles.end());
  result.critical_level = static_cast<std::int32_t>(critical - cycles.begin());
  const auto most = std::max_element(result.waits.begin() + 1, result.waits.end());
  result.limit = static_cast<PipelineWait>(most - result.waits.begin());
}

}  // namespace

PipelineResult run_pipeline(std::span<const PipelineImage> measured, const PipelineShape& shape, Duration period) {
  PipelineResult result;
  if (measured.empty() || measured.front().empty()) return result;
  const std::size_t levels = measured.front().size();
  result.images = static_cast<std::int64_t>(measured.size());
  result.buffers = shape.buffers;
  result.levels.resize(levels);

  std::vector<std::size_t> once(measured.size());
  std::iota(once.begin(), once.end(), std::size_t{0});
  const PipelineSchedule run = schedule_pipeline(measured, once, shape);
  const auto in_time = [&](std::int64_t cycles) { return Duration(cycles * period.count()); };
  result.makespan = in_time(end_of(run, run.size() - 1));
  result.fill = in_time(end_of(run, 0));
  result.drain = in_time(end_of(run, run.size() - 1) - run.back().front().start);

  const std::vector<std::size_t> rounds = rounds_of(measured);
  const std::size_t half = rounds.size() / 2;
  const PipelineSchedule steady = schedule_pipeline(measured, rounds, shape);
  // Where images overtake each other on shared cores, ends may bunch: no interval is shorter than the work.
  const Duration least = mean_of(busiest_cycles(measured), period, measured.size());
  const auto interval_of = [&](const PipelineSchedule& schedule) {
    return std::max(least, mean_of(steady_cycles(schedule), period, half));
  };
  result.interval = interval_of(steady);
  const auto with_buffers = [&](std::int64_t buffers) {
    return interval_of(schedule_pipeline(measured, rounds, {shape.takers, buffers}));
  };
  result.interval_unbuffered = shape.buffers == 1 ? result.interval : with_buffers(1);
  result.interval_unlimited = with_buffers(0);

  std::int64_t sequential = 0;
  for (std::size_t l = 0; l < levels; ++l) {
    std::int64_t busy = 0, wait = 0;
    for (const PipelineImage& image : measured) busy += image[l].cycles;
    sequential += busy;
    for (std::size_t i = half; i < steady.size(); ++i) {
      const std::int64_t ready = l == 0 ? steady[i - 1][0].end : steady[i][l - 1].end;
      wait += std::max<std::int64_t>(0, steady[i][l].start - ready) + steady[i][l].link_wait;
    }
    PipelineLevelResult& level = result.levels[l];
    level.busy = mean_of(busy, period, measured.size());
    level.wait = mean_of(wait, period, half);
    level.utilisation = result.interval.count() == 0
                            ? 0.0
                            : static_cast<double>(level.busy.count()) / static_cast<double>(result.interval.count());
  }
  result.sequential = in_time(sequential);
  follow_waits(steady, result);
  return result;
}

}  // namespace ranvier::sim
