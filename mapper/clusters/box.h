// SPDX-License-Identifier: Apache-2.0
// A rectangle of cells of a mesh.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ranvier::mapper::clusters {

struct Box {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t cells() const { return std::size_t{width} * height; }
};

}  // namespace ranvier::mapper::clusters
