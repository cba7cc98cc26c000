// SPDX-License-Identifier: Apache-2.0
// A table of layers as operators of a dense device.
#pragma once

#include <vector>

#include "mapper/dense_cost.h"
#include "workloads/layer_table.h"

namespace ranvier::mapper {

/// In order of the table. Each layer that reads the image is preceded by an operator that takes it from memory in
/// 4-byte values and lays its channels out in groups of the matrix unit's depth. A sum that directly follows the
/// convolution it reads becomes part of that operator, as the device's compiler fuses them.
std::vector<DenseWork> dense_works_of(const workloads::LayerTable& table, const chips::Device& device,
                                      Precision precision);

}  // namespace ranvier::mapper
