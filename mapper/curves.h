// SPDX-License-Identifier: Apache-2.0
// Orders in which a placement may fill the cores of a chip.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "chips/chip.h"

namespace ranvier::mapper {

enum class Curve : std::uint8_t { kRowMajor, kSnake, kHilbert };
inline constexpr int kCurves = 3;

/// Every core of the chip once. Hilbert: the curve of the enclosing square, without what lies outside.
std::vector<CoreId> cores_along(const chips::Board& board, ChipId chip, Curve curve);

}  // namespace ranvier::mapper
