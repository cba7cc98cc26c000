// SPDX-License-Identifier: Apache-2.0
#include "sim/pipeline_recorder.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "mapper/mesh.h"
#include "mapper/step_work.h"
#include "mapper/work.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

constexpr std::size_t kMostImages = 16, kMostUses = 2'000'000;  // kept: uses take 16 B each

bool has_levels(mapper::Schedule schedule) {
  return schedule == mapper::Schedule::kStagedGraded || schedule == mapper::Schedule::kStagedUnary;
}

std::size_t readout_level_of(const mapper::Mapping& mapping) {
  return mapping.level.empty()
             ? 1
             : static_cast<std::size_t>(*std::max_element(mapping.level.begin(), mapping.level.end())) + 1;
}

/// Adds uses to those of earlier steps of the level. Nothing works longer than its step takes.
void merge(std::vector<PipelineUse>& uses, std::vector<PipelineUse>& more, std::int64_t most) {
  for (PipelineUse& use : more) use.cycles = std::min(use.cycles, most);
  uses.insert(uses.end(), more.begin(), more.end());
  more.clear();
  std::stable_sort(uses.begin(), uses.end(),
                   [](const PipelineUse& a, const PipelineUse& b) { return a.resource < b.resource; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i].cycles == 0) continue;
    if (kept > 0 && uses[kept - 1].resource == uses[i].resource) {
      uses[kept - 1].cycles += uses[i].cycles;
    } else {
      uses[kept++] = uses[i];
    }
  }
  uses.resize(kept);
}

}  // namespace

PipelineRecorder::PipelineRecorder(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                   const mapper::DeviceSchedule& device)
    : problem_(problem),
      mapping_(mapping),
      device_(device),
      active_(mapper::pipelined(problem.board.chip.sync.policy) && has_levels(problem.schedule) &&
              !problem.program->temporal()),
      levels_(readout_level_of(mapping) + 1),
      first_link_(2 * static_cast<std::int64_t>(problem.board.cores())),
      host_link_(first_link_ + static_cast<std::int64_t>(mapper::link_count(problem.board))),
      fired_before_(problem.tiles.size()) {}

void PipelineRecorder::begin_image(ImageTally& tally) {
  if (!active_) return;
  tally.pipeline.assign(levels_, {});
  std::fill(fired_before_.begin(), fired_before_.end(), 0);
  host_before_ = 0;
}

void PipelineRecorder::resume(const ImageTally& tally) {
  if (tally.pipeline.size() != (active_ ? levels_ : 0)) throw StateMismatch("a pipeline of another length");
  if (!active_) return;
  for (std::size_t t = 0; t < fired_before_.size(); ++t)
    fired_before_[t] = tally.fire_cycles[t] + tally.packet_cycles[t];
  host_before_ = std::accumulate(tally.host_flits.begin(), tally.host_flits.end(), std::int64_t{0});
}

void PipelineRecorder::end_readout(std::int64_t cycles, std::span<const TileId> tiles,
                                   std::span<const std::int64_t> busy, ImageTally& tally) {
  mapper::DeviceStep device;
  device.in_bytes = device_.readout_bytes;
  end_step(levels_ - 1, device, cycles, tiles, busy, tally);
}

void PipelineRecorder::end_step(std::size_t level, const mapper::DeviceStep& device, std::int64_t cycles,
                                std::span<const TileId> tiles, std::span<const std::int64_t> busy, ImageTally& tally) {
  if (!active_) return;
  PipelineLevel& noted = tally.pipeline[level];
  noted.cycles += cycles;
  add_units(tiles, busy, tally);
  const std::int64_t host = std::accumulate(tally.host_flits.begin(), tally.host_flits.end(), std::int64_t{0});
  links_.push_back({host_link_, (host - host_before_) * problem_.board.chip.host_link.cycles_per_flit.value});
  host_before_ = host;
  add_device(device);
  merge(noted.units, units_, cycles);
  merge(noted.links, links_, cycles);
}

void PipelineRecorder::add_units(std::span<const TileId> tiles, std::span<const std::int64_t> busy,
                                 const ImageTally& tally) {
  const bool turns = mapper::units_take_turns(problem_.board.chip.core);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const std::size_t t = tiles[i].value();
    const std::int64_t fired_now = tally.fire_cycles[t] + tally.packet_cycles[t];
    const std::int64_t fired = fired_now - fired_before_[t];
    fired_before_[t] = fired_now;
    if (!mapping_.core_of[t].valid()) continue;
    const auto first = 2 * static_cast<std::int64_t>(mapping_.core_of[t].value());
    units_.push_back({first, busy[i] - fired});
    units_.push_back({turns ? first : first + 1, fired});
  }
}

void PipelineRecorder::add_device(const mapper::DeviceStep& step) {
  if (!device_.used) return;
  const chips::Chip& chip = problem_.board.chip;
  const chips::Device& device = *problem_.board.device;
  const auto link = [&](std::int64_t resource, std::int64_t bytes) {
    if (bytes > 0) links_.push_back({resource, mapper::chip_cycles(chip, mapper::link_time(device, bytes))});
  };
  units_.push_back({host_link_ + 3, mapper::chip_cycles(chip, step.compute)});
  link(host_link_ + 1, step.out_bytes);
  link(host_link_ + 2, step.in_bytes);
}

PipelineShape pipeline_shape(const mapper::MappingProblem& problem, const mapper::Mapping& mapping) {
  const std::size_t readout = readout_level_of(mapping);
  const StageId head(problem.program->stages.size() - 1);
  std::vector<std::set<std::int32_t>> takers(readout + 1);
  for (const mapper::Flow& flow : problem.flows) {
    for (const TileId to : flow.destinations) {
      const mapper::Tile& tile = problem.tiles[to.value()];
      const bool read_by_host = tile.stage == head && !tile.sums_for_others();
      takers[static_cast<std::size_t>(mapping.level[flow.source.value()])].insert(
          read_by_host ? static_cast<std::int32_t>(readout) : mapping.level[to.value()]);
    }
  }
  PipelineShape shape;
  for (const auto& levels : takers) shape.takers.emplace_back(levels.begin(), levels.end());
  shape.buffers = problem.board.chip.sync.pipeline_buffers.value;
  return shape;
}

void keep_image(std::vector<PipelineImage>& kept, const PipelineImage& image) {
  if (image.empty() || kept.size() >= kMostImages) return;
  std::size_t uses = uses_of(image);
  for (const PipelineImage& other : kept) uses += uses_of(other);
  if (kept.empty() || uses <= kMostUses) kept.push_back(image);
}

PipelineResult pipeline_result(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                               std::span<const PipelineImage> kept) {
  if (kept.empty()) return {};
  PipelineResult result = run_pipeline(kept, pipeline_shape(problem, mapping), chips::clock_period(problem.board.chip));
  std::vector<std::set<StageId>> stages(result.levels.size());
  for (std::size_t t = 0; t < problem.tiles.size(); ++t)
    stages[static_cast<std::size_t>(mapping.level[t])].insert(problem.tiles[t].stage);
  for (std::size_t l = 0; l < stages.size(); ++l) result.levels[l].stages.assign(stages[l].begin(), stages[l].end());
  return result;
}

}  // namespace ranvier::sim
