// SPDX-License-Identifier: Apache-2.0
// A rectangle of cells of a mesh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ranvier::mapper::clusters {

struct Box {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t cells() const { return std::size_t{width} * height; }
};

/// Across the longer side; the second is the larger of uneven ones.
inline std::pair<Box, Box> halves(const Box& box) {
  Box first = box;
  Box second = box;
  if (box.width >= box.height) {
    first.width = box.width / 2;
    second.x += first.width;
    second.width -= first.width;
  } else {
    first.height = box.height / 2;
    second.y += first.height;
    second.height -= first.height;
  }
  return {first, second};
}

}  // namespace ranvier::mapper::clusters
