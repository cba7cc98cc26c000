// SPDX-License-Identifier: Apache-2.0
// A model's weights by the names of a program's stages.
#pragma once

#include <string>

#include "workloads/model.h"

namespace ranvier::workloads {

/// "block0.q" ... "head", "embed"; none for the constant row of a mean ("pool_row").
const LinearWeights* linear_weights_of(const VitModel& model, const std::string& stage);
/// "block0.ln1", "norm", "pre_norm".
const NormWeights& norm_weights_of(const VitModel& model, const std::string& stage);
/// The activation's name in approximators.json.
std::string approximator_name(Activation activation);

}  // namespace ranvier::workloads
