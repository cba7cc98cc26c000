// SPDX-License-Identifier: Apache-2.0
// Row-major, snake and Hilbert order.
#include "mapper/curves.h"

#include <algorithm>
#include <utility>

namespace ranvier::mapper {

namespace {

/// Position `d` on the Hilbert curve of a square of side `side`, a power of two.
std::pair<std::int32_t, std::int32_t> hilbert_point(std::int32_t side, std::int32_t d) {
  std::int32_t x = 0;
  std::int32_t y = 0;
  for (std::int32_t s = 1; s < side; s *= 2) {
    const std::int32_t rx = 1 & (d / 2);
    const std::int32_t ry = 1 & (d ^ rx);
    if (ry == 0) {
      if (rx == 1) {
        x = s - 1 - x;
        y = s - 1 - y;
      }
      std::swap(x, y);
    }
    x += s * rx;
    y += s * ry;
    d /= 4;
  }
  return {x, y};
}

}  // namespace

std::vector<CoreId> cores_along(const chips::Board& board, ChipId chip, Curve curve) {
  const std::int32_t width = board.chip.noc.width;
  const std::int32_t height = board.chip.noc.height;
  const std::int32_t left = static_cast<std::int32_t>(chip.value()) % board.columns * width;
  const std::int32_t top = static_cast<std::int32_t>(chip.value()) / board.columns * height;
  std::vector<CoreId> cores;
  const auto visit = [&](std::int32_t x, std::int32_t y) {
    const CoreId first = board.core_at(left + x, top + y);
    for (std::size_t c = 0; c < board.cores_per_router(); ++c) cores.emplace_back(first.value() + c);
  };
  if (curve == Curve::kHilbert) {
    std::int32_t side = 1;
    while (side < std::max(width, height)) side *= 2;
    for (std::int32_t d = 0; d < side * side; ++d) {
      const auto [x, y] = hilbert_point(side, d);
      if (x < width && y < height) visit(x, y);
    }
    return cores;
  }
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t i = 0; i < width; ++i) {
      const std::int32_t x = curve == Curve::kSnake && y % 2 == 1 ? width - 1 - i : i;
      visit(x, y);
    }
  return cores;
}

}  // namespace ranvier::mapper
