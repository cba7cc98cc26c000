// SPDX-License-Identifier: Apache-2.0
// From weights and quantiser steps to the stages of the integer program.
#pragma once

#include <map>
#include <string>

#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// `scales` by stage name, for every stage with a quantiser; `bounds` by kind of site. Throws DoesNotFitIntegers.
Program build_program(const VitModel& model, std::map<std::string, double> scales,
                      std::map<std::string, CodeBounds> bounds);

}  // namespace ranvier::workloads
