// SPDX-License-Identifier: Apache-2.0
// Where the cores of a router stand in drawings of the board.
#include "report/mesh_view.h"

#include <gtest/gtest.h>

namespace ranvier::report {
namespace {

TEST(MeshView, CoresOfARouterStandInAGridWithinItsSquare) {
  chips::Board board;
  board.chip.noc.width = 2;
  board.chip.noc.height = 1;
  board.chip.noc.cores_per_router.value = 4;
  MeshView view;
  view.x1 = 1;
  view.pitch = 40;
  view.tile = 20;
  view.side = 2;
  EXPECT_DOUBLE_EQ(view.core_side(), 10);
  EXPECT_DOUBLE_EQ(view.core_x(board, CoreId(0)), 10);
  EXPECT_DOUBLE_EQ(view.core_x(board, CoreId(1)), 20);
  EXPECT_DOUBLE_EQ(view.core_y(board, CoreId(1)), 10);
  EXPECT_DOUBLE_EQ(view.core_x(board, CoreId(6)), 50);  // third of router 1
  EXPECT_DOUBLE_EQ(view.core_y(board, CoreId(6)), 20);
}

TEST(MeshView, ACoreAloneFillsItsSquare) {
  chips::Board board;
  board.chip.noc.width = board.chip.noc.height = 3;
  MeshView view;
  view.pitch = 40;
  view.tile = 20;
  EXPECT_DOUBLE_EQ(view.core_side(), 20);
  EXPECT_DOUBLE_EQ(view.core_x(board, CoreId(4)), view.centre_x(1) - 10);
  EXPECT_DOUBLE_EQ(view.core_y(board, CoreId(4)), view.centre_y(1) - 10);
}

}  // namespace
}  // namespace ranvier::report
