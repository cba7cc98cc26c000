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

void copy_strided(const float* from, const Extents& shape, const Extents& strides, float* to) {
  const std::int64_t length = shape.empty() ? 1 : shape.back();
  const std::int64_t step = shape.empty() ? 1 : strides.back();
  for_each_run(shape, strides, strides, [&](std::int64_t first, std::int64_t offset, std::int64_t) {
    const float* source = from + offset;
    for (std::int64_t i = 0; i < length; ++i) to[first + i] = source[i * step];
  });
}

}  // namespace ranvier::workloads
