// SPDX-License-Identifier: Apache-2.0
// What a level's flows and tiles load cores, links and host with, and how long its steps take by that: the rule of the
// estimate (cost.h), for one level whose chains are being cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mapper/device_schedule.h"
#include "mapper/mapping.h"
#include "mapper/peaks.h"
#include "mapper/step_work.h"

namespace ranvier::mapper::routing {

/// Of a placement: the same for all levels and routes.
struct LevelRule {
  const MappingProblem& problem;
  const std::vector<CoreId>& core_of;
  const StepWork& work;
  LevelSteps steps;
  DeviceSchedule device;
  std::int64_t barrier;
  LevelRule(const MappingProblem& p, const std::vector<std::int32_t>& level, const std::vector<CoreId>& cores,
            const StepWork& w);
};

class LevelLoad {
 public:
  /// Of all that fires in the level, `flows` by their routes as they are.
  LevelLoad(const LevelRule& rule, std::size_t level, const std::vector<std::size_t>& flows,
            const std::vector<Route>& routes);

  /// Cycles of the level's steps in so many waves.
  double cycles(std::int32_t waves);
  /// What its busiest unit or fullest link works, in all of them.
  double busiest();

  /// The flow's route changes from one to the other.
  void change(std::size_t flow, const Route& from, const Route& to);
  /// The longest way of a packet, which change() leaves as it was.
  void measure_ways(const std::vector<std::size_t>& flows, const std::vector<Route>& routes);
  /// Cycles that the busiest of the units and links that the change adds to would then have.
  double busiest_of(std::size_t flow, const Route& from, const Route& to) const;
  /// Link cycles of a route.
  double link_cycles(std::size_t flow, const Route& route) const;

 private:
  void add(std::size_t flow, const Route& route, double sign);
  double way(std::size_t flow, const Route& route) const;
  double host_cycles_of(std::size_t flow, const Route& route) const;
  CoreId home(std::size_t flow) const { return rule_->core_of[rule_->problem.flows[flow].source.value()]; }

  const LevelRule* rule_;
  std::size_t level_;
  Peaks units_;  // integrating, firing and relaying of each core; where they take turns the first two as one
  Peaks links_;
  double host_ = 0;
  double longest_ = 0;
};

}  // namespace ranvier::mapper::routing
