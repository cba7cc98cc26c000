// SPDX-License-Identifier: Apache-2.0
// From weights and quantiser steps to the stages of the integer program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// What makes a program one of rate semantics: neurons instead of ST-BIF encoders, and means in fixed point, finer than
/// codes, as inputs of the units (docs/explanation/methods.md).
struct RateForm {
  std::string method;
  std::int32_t steps = 0;
  NeuronKind neuron = NeuronKind::kSignedIf;
  std::int32_t levels = 0;
  std::int32_t initial = 0;
  /// By stage with a unit or a mix, of the scale, by channel: in (0, 1], the largest 1. Thresholds of the stage and the
  /// weights behind it take them up; stages that are summed or multiplied cannot have any.
  std::map<std::string, std::vector<double>> channel_shares;
};

/// `scales` by stage name, for every stage with a quantiser; `bounds` by kind of site. `rate`: a program of rate
/// semantics, whose codes are payloads of a step. Throws DoesNotFitIntegers.
Program build_program(const VitModel& model, std::map<std::string, double> scales,
                      std::map<std::string, CodeBounds> bounds, const RateForm* rate = nullptr);

}  // namespace ranvier::workloads
