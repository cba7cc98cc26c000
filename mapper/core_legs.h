// SPDX-License-Identifier: Apache-2.0
// Ways from one core to many, remembered while flows of that core follow each other.
#pragma once

#include <cstdint>
#include <vector>

#include "mapper/mesh.h"
#include "mapper/step_work.h"

namespace ranvier::mapper {

class CoreLegs {
 public:
  struct Leg {
    std::uint32_t round = 0;
    std::int32_t hops = 0;
    WayLinks way;
    double cycles = 0;  // of a packet, in an empty network
    double flits = 0;   // that have gone this way
  };

  explicit CoreLegs(const chips::Board& board) : board_(board) {}

  /// True where flows from `entry` of packets of `flits` come next, and others came before: flush() first.
  bool begins(std::size_t bucket, CoreId entry, double flits) const {
    return round_ == 0 || bucket != bucket_ || entry != entry_ || flits != flits_;
  }
  void begin(std::size_t bucket, CoreId entry, double flits) {
    if (legs_.empty()) legs_.resize(board_.cores());
    bucket_ = bucket;
    entry_ = entry;
    flits_ = flits;
    used_.clear();
    ++round_;
  }

  Leg& to(CoreId core) {
    Leg& leg = legs_[core.value()];
    if (leg.round != round_) {
      leg = {round_, hops(board_, entry_, core), way_links(board_, entry_, core),
             leg_cycles(board_, entry_, core, flits_), 0};
      used_.push_back(core);
    }
    return leg;
  }

  /// visit(bucket, LinkId, flits) for each link of each way with flits on it.
  template <class Visit>
  void flush(Visit&& visit) {
    for (const CoreId core : used_) {
      const double flits = legs_[core.value()].flits;
      if (flits > 0) for_each_xy_link(board_, entry_, core, [&](LinkId link) { visit(bucket_, link, flits); });
    }
    used_.clear();
  }

 private:
  const chips::Board& board_;
  std::vector<Leg> legs_;  // by core
  std::vector<CoreId> used_;
  std::size_t bucket_ = 0;
  CoreId entry_;
  double flits_ = 0;
  std::uint32_t round_ = 0;
};

}  // namespace ranvier::mapper
