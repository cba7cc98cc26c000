// SPDX-License-Identifier: Apache-2.0
// A table of layers as operators of a dense device.
#pragma once

#include <vector>

#include "mapper/dense_cost.h"
#include "workloads/layer_table.h"

namespace ranvier::mapper {

/// In order of the table. A sum that directly follows the convolution it reads becomes part of that operator, as the
/// device's compiler fuses them. Only operators that read the image find their input in memory.
std::vector<DenseWork> dense_works_of(const workloads::LayerTable& table);

}  // namespace ranvier::mapper
