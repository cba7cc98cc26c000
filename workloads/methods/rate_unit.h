// SPDX-License-Identifier: Apache-2.0
// What maps the means of a kLayerNorm, kGelu or kScores stage in a rate network: the seam between the executor and the
// ways of computing a nonlinear function. The units of integer-units.md 3 are one implementation; groups of spiking
// neurons are another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "workloads/methods/converted_network.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// The unit of one stage in one run; it may keep state from step to step.
class RateUnit {
 public:
  virtual ~RateUnit() = default;

  /// Called once in every step = 1, 2, ... `total` [tokens][inputs] are running sums after this step's arrivals:
  /// kLayerNorm: sums of gain * payload, inputs = in_channels; kGelu: of payloads, inputs = channels; kScores: P_t =
  /// Q_t K_t^T, inputs = channels (the mean is P_t / step^2). Sets goal [tokens][channels], what the site should have
  /// put out by now: step * f(mean) in units of potential; payload 1 is worth Encoder::threshold of them. Adds what it
  /// did to `work`; the executor counts arrivals and the encoder.
  virtual void map(std::int64_t step, std::span<const std::int64_t> total, std::span<std::int64_t> goal,
                   StageWork& work) = 0;

  /// Spiking neurons inside, apart from the encoder's.
  virtual std::int64_t neurons() const { return 0; }
};

/// Makes the unit of a stage for one run; called from several threads. None: the stage's unit of integer-units.md.
using RateUnitMaker = std::function<std::unique_ptr<RateUnit>(const Program& program, StageId stage)>;

/// The table variant: mean in fixed point (rate_mean.h), then integer-units.md 3.1, 3.2 or 3.3 of it, times step.
std::unique_ptr<RateUnit> make_table_unit(const Program& program, StageId stage);

/// Real value of one unit of `goal` at a stage of one of the three kinds, for units that compute in real numbers.
double goal_scale(const Stage& stage);

}  // namespace ranvier::workloads
