// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/tensor.h"

namespace ranvier::workloads {

Extents row_major_strides(const Extents& shape) {
  Extents strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) strides[i] = stride;
  return strides;
}

Extents broadcast_strides(const Extents& shape, const Extents& to) {
  const Extents own = row_major_strides(shape);
  Extents strides(to.size(), 0);
  const std::size_t missing = to.size() - shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 1) strides[missing + i] = own[i];
  return strides;
}

}  // namespace ranvier::workloads
