// SPDX-License-Identifier: Apache-2.0
// When each level of each image runs on a chip that takes the next image before this one is done: measured times and
// work in, starts and ends out. docs/explanation/simulator.md, "Pipelines", states the rules.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ranvier::sim {

/// Cycles that a resource works for one level of one image: a unit of a core, a link, the host link, the device.
struct PipelineUse {
  std::int64_t resource = 0;
  std::int64_t cycles = 0;
};

/// One level of one image: its steps, alone on the chip.
struct PipelineLevel {
  std::int64_t cycles = 0;
  std::vector<PipelineUse> units;  // of cores and of the device; ascending by resource
  std::vector<PipelineUse> links;  // of the mesh, to the host, to the device; the same

  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.cycles, s.units, s.links);
  }
};
using PipelineImage = std::vector<PipelineLevel>;

inline std::size_t uses_of(const PipelineImage& image) {
  std::size_t uses = 0;
  for (const PipelineLevel& level : image) uses += level.units.size() + level.links.size();
  return uses;
}

struct PipelineShape {
  std::vector<std::vector<std::int32_t>> takers;  // by level: the levels that take what it sends, all of them later
  std::int64_t buffers = 2;                       // of what a level takes in; 0: without limit
};

/// What a level of an image waited for last. kInput: the level before it, of the same image. kLevel: itself, with the
/// image before. kBuffer: a level that had not yet taken what an earlier image sent. kUnit: a unit at work for another
/// level. kLink: a link with another level's flits.
enum class PipelineWait : std::uint8_t { kInput, kLevel, kBuffer, kUnit, kLink };
inline constexpr std::size_t kPipelineWaits = 5;

struct PipelineSlot {
  std::int64_t start = -1;
  std::int64_t end = 0;
  std::int64_t link_wait = 0;  // of its time, for flits of other levels
  PipelineWait wait = PipelineWait::kInput;
  std::int32_t image = -1, level = -1;  // what it waited for; -1: nothing, it began at once
};

/// By image of `sequence`, which counts in `measured`, then by level. All images have as many levels.
using PipelineSchedule = std::vector<std::vector<PipelineSlot>>;
PipelineSchedule schedule_pipeline(std::span<const PipelineImage> measured, std::span<const std::size_t> sequence,
                                   const PipelineShape& shape);

}  // namespace ranvier::sim
