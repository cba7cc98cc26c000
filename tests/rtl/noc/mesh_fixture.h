// SPDX-License-Identifier: Apache-2.0
// Boards whose network is in RTL.
#pragma once

#include <gtest/gtest.h>

#include "chips/target.h"
#include "rtl/noc/mesh_port.h"

namespace ranvier::rtl {

/// One tianjic-like chip cut down to side x side cores.
inline chips::Board small_board(std::int32_t side) {
  chips::Board board = chips::load_target("tianjic-like");
  board.chip.noc.width = board.chip.noc.height = side;
  return board;
}

}  // namespace ranvier::rtl
