// SPDX-License-Identifier: Apache-2.0
// Geometry of a drawing of the board: which routers are shown, and where.
#pragma once

#include <functional>
#include <string>

#include "report/run_record.h"
#include "report/svg.h"

namespace ranvier::report {

struct MeshView {
  std::int32_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // first and last router shown
  double pitch = 0;                             // pixels from router to router
  double tile = 0;                              // side of a router's square
  std::int32_t side = 1;                        // cores along it: those of a router stand in a small grid
  double left = 0, top = 0;                     // of the first router's cell

  std::int32_t columns() const { return x1 - x0 + 1; }
  std::int32_t rows() const { return y1 - y0 + 1; }
  double width() const { return pitch * columns(); }
  double height() const { return pitch * rows(); }
  double centre_x(std::int32_t x) const { return left + (x - x0 + 0.5) * pitch; }
  double centre_y(std::int32_t y) const { return top + (y - y0 + 0.5) * pitch; }
  /// Side and top left corner of a core's square.
  double core_side() const { return tile / side; }
  double core_x(const chips::Board& board, CoreId core) const {
    return centre_x(board.x(core)) - tile / 2 + local(board, core) % side * core_side();
  }
  double core_y(const chips::Board& board, CoreId core) const {
    return centre_y(board.y(core)) - tile / 2 + local(board, core) / side * core_side();
  }
  static std::int32_t local(const chips::Board& board, CoreId core) {
    return static_cast<std::int32_t>(core.value() % board.cores_per_router());
  }
  bool shows(std::int32_t x, std::int32_t y) const { return x >= x0 && x <= x1 && y >= y0 && y <= y1; }
};

/// The part of the board that holds tiles or carries traffic, with one router of margin, at most `width` pixels wide.
MeshView view_of(const RunRecord& record, double width, double left, double top);

/// Axis numbers, chip borders and chip names. Call after the cores are drawn, so that borders stay visible.
void draw_frame(Svg& svg, const MeshView& view, const chips::Board& board);

}  // namespace ranvier::report
