// SPDX-License-Identifier: Apache-2.0
// Notes, level by level of an image, how long it took and what it gave cores, links and device to do: what
// schedule_pipeline() needs to know.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapper/device_schedule.h"
#include "sim/image_tally.h"
#include "sim/pipeline_result.h"

namespace ranvier::sim {

class PipelineRecorder {
 public:
  PipelineRecorder(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                   const mapper::DeviceSchedule& device);

  /// False: the chip takes one image after the other, or the schedule knows no levels. Then nothing is noted.
  bool active() const { return active_; }
  void begin_image(ImageTally& tally);
  /// Goes on with an image of which some steps are done.
  void resume(const ImageTally& tally);
  void count_link(LinkId link, std::int64_t busy_cycles) {
    if (active_) links_.push_back({first_link_ + static_cast<std::int64_t>(link.value()), busy_cycles});
  }
  /// Of the step that is over: its level, what the device did in it, and the tiles that worked in it with their cycles.
  void end_step(std::size_t level, const mapper::DeviceStep& device, std::int64_t cycles, std::span<const TileId> tiles,
                std::span<const std::int64_t> busy, ImageTally& tally);
  /// The reading of the potentials is over: it counts as the level after the last.
  void end_readout(std::int64_t cycles, std::span<const TileId> tiles, std::span<const std::int64_t> busy,
                   ImageTally& tally);

 private:
  void add_units(std::span<const TileId> tiles, std::span<const std::int64_t> busy, const ImageTally& tally);
  void add_device(const mapper::DeviceStep& step);

  const mapper::MappingProblem& problem_;
  const mapper::Mapping& mapping_;
  const mapper::DeviceSchedule& device_;
  bool active_;
  std::size_t levels_;
  std::int64_t first_link_, host_link_;     // numbers of resources: units of cores come first, the device's last
  std::vector<std::int64_t> fired_before_;  // by tile, cycles
  std::int64_t host_before_ = 0;            // flits
  std::vector<PipelineUse> units_, links_;  // of this step
};

/// Which levels take what each sends. What the head takes in, the host's reading takes out.
PipelineShape pipeline_shape(const mapper::MappingProblem& problem, const mapper::Mapping& mapping);

/// Adds an image to those whose work is kept, unless there are enough: a long run repeats what they are like.
void keep_image(std::vector<PipelineImage>& kept, const PipelineImage& image);

/// Of the images kept.
PipelineResult pipeline_result(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                               std::span<const PipelineImage> kept);

}  // namespace ranvier::sim
