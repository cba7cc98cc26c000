// SPDX-License-Identifier: Apache-2.0
// Means and ratios of a run; sums stay integers.
#include "report/headline.h"

#include <set>

#include "report/arithmetic.h"
#include "report/format.h"

namespace ranvier::report {

Headline headline(const RunRecord& record) {
  const sim::RunResult& result = record.result;
  const chips::Board& board = record.problem->board;
  Headline h;
  h.images = static_cast<std::int64_t>(result.images.size());
  Duration latency;
  std::int64_t steps = 0;
  for (const sim::ImageResult& image : result.images) {
    h.exact_images += image.exact ? 1 : 0;
    latency += image.latency;
    steps += image.steps;
  }
  h.exact = h.images > 0 && h.exact_images == h.images;

  std::set<CoreId> cores;
  std::set<ChipId> used_chips;
  for (const CoreId core : record.mapping->core_of) {
    if (!core.valid()) continue;
    cores.insert(core);
    used_chips.insert(board.chip_of(core));
  }
  h.cores = static_cast<std::int64_t>(cores.size());
  h.chips = static_cast<std::int64_t>(used_chips.size());
  h.board_cores = static_cast<std::int64_t>(board.cores());
  h.board_chips = static_cast<std::int64_t>(board.chips());

  const double n = static_cast<double>(h.images);
  h.steps_per_image = share(static_cast<double>(steps), n);
  h.energy = result.total_energy;
  h.energy_per_image = mean(result.total_energy, h.images);
  h.latency = h.images == 0 ? latency : Duration(latency.count() / h.images);
  h.total_time = result.total_time;
  h.initiation_interval = result.pipeline.images > 0 ? result.pipeline.interval : result.initiation_interval;
  h.throughput_per_s = share(1, seconds(h.initiation_interval));
  h.step_time_ns_mean = result.profile.step_time_ns_mean;
  if (h.step_time_ns_mean == 0 && !result.steps.empty()) {
    Duration all;
    std::int64_t joined = 0;
    for (const sim::StepResult& step : result.steps) all += step.duration, joined += step.joined_steps;
    h.step_time_ns_mean = nanoseconds(all) / static_cast<double>(joined);
  }
  h.synops_per_image = share(static_cast<double>(result.synops), n);
  h.events_per_image = share(static_cast<double>(result.events), n);
  h.pj_per_synop = share(picojoules(result.total_energy), static_cast<double>(result.synops));
  h.mean_power_w = share(joules(result.total_energy), seconds(result.total_time));
  h.arithmetic_only_nj_per_image = arithmetic_only(record).snn_per_image_nj;
  return h;
}

}  // namespace ranvier::report
