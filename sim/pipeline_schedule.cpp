// SPDX-License-Identifier: Apache-2.0
#include "sim/pipeline_schedule.h"

#include <algorithm>
#include <queue>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace ranvier::sim {
namespace {

/// Until when a resource has work, and for which level of which image the last of it is.
struct Booked {
  std::int64_t until = 0;
  std::int32_t image = -1, level = -1;
};

class Scheduler {
 public:
  Scheduler(std::span<const PipelineImage> measured, std::span<const std::size_t> sequence, const PipelineShape& shape)
      : measured_(measured),
        sequence_(sequence),
        shape_(shape),
        levels_(measured.empty() ? 0 : measured.front().size()),
        slots_(sequence.size(), std::vector<PipelineSlot>(levels_)),
        next_(sequence.size()),
        waiters_(levels_) {
    for (std::size_t l = 0; l < levels_; ++l)
      for (const std::int32_t taker : shape.takers[l]) waiters_[static_cast<std::size_t>(taker)].push_back(l);
    number_resources();
  }

  PipelineSchedule run() {
    if (levels_ > 0 && !sequence_.empty()) offer(0);
    while (!offers_.empty()) {
      const auto [start, image] = offers_.top();
      offers_.pop();
      if (!known(image)) continue;  // offered twice
      const PipelineSlot slot = earliest(image);
      // Units may have got work since this was offered.
      if (slot.start > start) {
        offers_.emplace(slot.start, image);
      } else {
        commit(image, slot);
      }
    }
    for (const std::size_t level : next_)
      if (level != levels_) throw std::logic_error("a pipeline stood still");
    return std::move(slots_);
  }

 private:
  using Offer = std::pair<std::int64_t, std::size_t>;  // start, image: of two that could begin the older image does

  /// Resources are few of many: small numbers for those in use.
  void number_resources() {
    std::unordered_map<std::int64_t, std::size_t> number;
    for (const PipelineImage& image : measured_) {
      Numbers& numbers = numbers_.emplace_back();
      for (const PipelineLevel& level : image) {
        auto& [units, links] = numbers.emplace_back();
        for (const PipelineUse& use : level.units)
          units.push_back(number.emplace(use.resource, number.size()).first->second);
        for (const PipelineUse& use : level.links)
          links.push_back(number.emplace(use.resource, number.size()).first->second);
      }
    }
    booked_.resize(number.size());
  }

  bool begun(std::size_t image, std::size_t level) const { return next_[image] > level; }

  /// The image that a taker must have taken before it has room for what `image` sends; -1: it has. With one buffer it
  /// must be done with that image, else have begun it: then the buffers are swapped.
  std::int64_t made_room(std::size_t image) const {
    const auto buffers = static_cast<std::size_t>(shape_.buffers);
    if (buffers == 1) return image >= 1 ? static_cast<std::int64_t>(image) - 1 : -1;
    return image + 1 >= buffers ? static_cast<std::int64_t>(image + 1 - buffers) : -1;
  }

  /// True where all that the next level of `image` waits for is known.
  bool known(std::size_t image) const {
    const std::size_t level = next_[image];
    if (level == levels_) return false;
    if (image > 0 && !begun(image - 1, level)) return false;
    if (shape_.buffers == 0) return true;
    const std::int64_t before = made_room(image);
    for (const std::int32_t taker : shape_.takers[level]) {
      if (before >= 0 && !begun(static_cast<std::size_t>(before), static_cast<std::size_t>(taker))) return false;
    }
    return true;
  }

  static void raise(PipelineSlot& slot, std::int64_t at, PipelineWait wait, std::int64_t image, std::int64_t level) {
    if (at <= slot.start) return;
    slot.start = at;
    slot.wait = wait;
    slot.image = static_cast<std::int32_t>(image);
    slot.level = static_cast<std::int32_t>(level);
  }

  PipelineSlot earliest(std::size_t image) const {
    const std::size_t level = next_[image];
    const auto i = static_cast<std::int64_t>(image), l = static_cast<std::int64_t>(level);
    PipelineSlot slot;
    slot.start = 0;
    if (level > 0) {
      slot.start = -1;
      raise(slot, slots_[image][level - 1].end, PipelineWait::kInput, i, l - 1);
    }
    if (image > 0) raise(slot, slots_[image - 1][level].end, PipelineWait::kLevel, i - 1, l);
    if (const std::int64_t before = shape_.buffers == 0 ? -1 : made_room(image); before >= 0) {
      for (const std::int32_t taker : shape_.takers[level]) {
        const PipelineSlot& taken = slots_[static_cast<std::size_t>(before)][static_cast<std::size_t>(taker)];
        raise(slot, shape_.buffers == 1 ? taken.end : taken.start, PipelineWait::kBuffer, before, taker);
      }
    }
    for (const std::size_t unit : numbers_[sequence_[image]][level].first)
      raise(slot, booked_[unit].until, PipelineWait::kUnit, booked_[unit].image, booked_[unit].level);
    return slot;
  }

  void commit(std::size_t image, PipelineSlot slot) {
    const std::size_t level = next_[image]++;
    const PipelineLevel& work = measured_[sequence_[image]][level];
    const auto& [units, links] = numbers_[sequence_[image]][level];
    for (std::size_t u = 0; u < units.size(); ++u) book(units[u], slot.start, work.units[u].cycles, image, level);
    const Booked* fullest = nullptr;
    for (const std::size_t link : links)
      if (booked_[link].until > slot.start && (fullest == nullptr || booked_[link].until > fullest->until))
        fullest = &booked_[link];
    if (fullest != nullptr) {
      slot.link_wait = fullest->until - slot.start;
      slot.wait = PipelineWait::kLink;
      slot.image = fullest->image;
      slot.level = fullest->level;
    }
    for (std::size_t k = 0; k < links.size(); ++k) book(links[k], slot.start, work.links[k].cycles, image, level);
    slot.end = slot.start + slot.link_wait + work.cycles;
    slots_[image][level] = slot;
    offer(image);
    if (image + 1 < sequence_.size() && next_[image + 1] == level) offer(image + 1);
    // Those that this level kept from beginning: it has taken what they, or an image before them, sent.
    const std::size_t ahead = shape_.buffers <= 1 ? 1 : static_cast<std::size_t>(shape_.buffers) - 1;
    if (shape_.buffers == 0 || image + ahead >= sequence_.size()) return;
    for (const std::size_t sender : waiters_[level])
      if (next_[image + ahead] == sender) offer(image + ahead);
  }

  void book(std::size_t resource, std::int64_t start, std::int64_t cycles, std::size_t image, std::size_t level) {
    booked_[resource] = {std::max(booked_[resource].until, start) + cycles, static_cast<std::int32_t>(image),
                         static_cast<std::int32_t>(level)};
  }

  void offer(std::size_t image) {
    if (known(image)) offers_.emplace(earliest(image).start, image);
  }

  std::span<const PipelineImage> measured_;
  std::span<const std::size_t> sequence_;
  const PipelineShape& shape_;
  std::size_t levels_;
  PipelineSchedule slots_;
  std::vector<std::size_t> next_;                  // by image: its next level
  std::vector<std::vector<std::size_t>> waiters_;  // by level: those whose output it takes
  using Numbers = std::vector<std::pair<std::vector<std::size_t>, std::vector<std::size_t>>>;
  std::vector<Numbers> numbers_;  // by measured image, level: of its units, of its links
  std::vector<Booked> booked_;
  std::priority_queue<Offer, std::vector<Offer>, std::greater<>> offers_;
};

}  // namespace

PipelineSchedule schedule_pipeline(std::span<const PipelineImage> measured, std::span<const std::size_t> sequence,
                                   const PipelineShape& shape) {
  return Scheduler(measured, sequence, shape).run();
}

}  // namespace ranvier::sim
