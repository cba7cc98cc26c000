// SPDX-License-Identifier: Apache-2.0
// Unicast flows of one destination each, summed before they load a link: tiles of irregular networks have hundreds of
// them, whose ways share most links.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "mapper/mapping.h"
#include "mapper/mesh.h"
#include "mapper/step_work.h"

namespace ranvier::mapper {

/// Flits of XY ways as differences along rows and columns: a way is four numbers, however long. Memory is linear in
/// links; flush() costs the lines that were touched.
class LinkSheet {
 public:
  explicit LinkSheet(const chips::Board& board);

  /// From router (x, y) to router (to_x, to_y), x first.
  void add(std::int32_t x, std::int32_t y, std::int32_t to_x, std::int32_t to_y, double flits) {
    if (to_x > x) span(Direction::kEast, y, x, to_x, flits);
    if (to_x < x) span(Direction::kWest, y, to_x + 1, x + 1, flits);
    if (to_y > y) span(Direction::kSouth, to_x, y, to_y, flits);
    if (to_y < y) span(Direction::kNorth, to_x, to_y + 1, y + 1, flits);
  }

  /// visit(router, Direction, flits) where the sum is not zero; then everything is zero.
  template <class Visit>
  void flush(Visit&& visit) {
    for (const std::uint32_t id : touched_) {
      Line& line = lines_[id];
      double sum = 0;
      double* change = changes_.data() + line.first;
      for (std::int32_t at = line.begin; at < line.end; ++at) {
        sum += std::exchange(change[at], 0.0);
        if (sum == 0) continue;
        const bool row = line.direction == Direction::kEast || line.direction == Direction::kWest;
        visit(row ? line.number * width_ + at : at * width_ + line.number, line.direction, sum);
      }
      change[line.end] = 0;
      line.end = 0;
    }
    touched_.clear();
  }

 private:
  /// Links of one direction in a row or column of routers, and which of them changed.
  struct Line {
    std::size_t first = 0;  // of changes_
    std::int32_t number = 0;
    Direction direction{};
    std::int32_t begin = 0;
    std::int32_t end = 0;  // 0: untouched
  };

  void span(Direction direction, std::int32_t number, std::int32_t begin, std::int32_t end, double flits) {
    const auto id = first_line_[static_cast<std::size_t>(direction)] + static_cast<std::uint32_t>(number);
    Line& line = lines_[id];
    if (line.end == 0) {
      touched_.push_back(id);
      line.begin = begin;
      line.end = end;
    } else {
      line.begin = std::min(line.begin, begin);
      line.end = std::max(line.end, end);
    }
    changes_[line.first + static_cast<std::size_t>(begin)] += flits;
    changes_[line.first + static_cast<std::size_t>(end)] -= flits;
  }

  std::int32_t width_;
  std::array<std::uint32_t, 4> first_line_{};
  std::vector<Line> lines_;
  std::vector<double> changes_;
  std::vector<std::uint32_t> touched_;
};

/// What the flows of a placement do to links and to the cores' units, by changes.
class PairTraffic {
 public:
  /// True where every flow is a unicast to one tile, all tiles share their steps, and tiles have many flows.
  static bool applies(const MappingProblem& problem, std::size_t buckets);

  PairTraffic(const MappingProblem& problem, const StepWork& work, const std::vector<double>& flits);

  /// Takes the flow up (sign 1) or away (-1), with tiles where they are.
  void add(std::size_t flow, const std::vector<CoreId>& core_of, double sign);

  /// link(router, Direction, flits), then integrate(core, cycles) and send(core, cycles), where something changed.
  template <class Link, class Integrate, class Send>
  void flush(Link&& link, Integrate&& integrate, Send&& send) {
    sheet_.flush(link);
    for (const CoreId core : cores_) {
      Work& work = work_[core.value()];
      if (work.integrate != 0) integrate(core, work.integrate);
      if (work.send != 0) send(core, work.send);
      work = {};
    }
    cores_.clear();
  }

 private:
  struct Pair {
    TileId from, to;
    double flits = 0;
    double integrate = 0;  // cycles of the receiver
    double send = 0;       // cycles of the sender, where the receiver is on another core
  };
  struct Work {
    double integrate = 0;
    double send = 0;
    bool touched = false;
  };
  Work& work_of(CoreId core) {
    Work& work = work_[core.value()];
    if (!std::exchange(work.touched, true)) cores_.push_back(core);
    return work;
  }

  const chips::Board& board_;
  LinkSheet sheet_;
  std::vector<Pair> pairs_;
  std::vector<std::pair<std::int32_t, std::int32_t>> place_;  // by core: x and y of its router
  std::vector<Work> work_;                                    // by core
  std::vector<CoreId> cores_;                                 // touched
};

}  // namespace ranvier::mapper
