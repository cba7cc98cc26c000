// SPDX-License-Identifier: Apache-2.0
// Cropping and the frame of a mesh drawing.
#include "report/mesh_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/palette.h"

namespace ranvier::report {
namespace {

constexpr double kLargestPitch = 64;
constexpr double kLabelRoom = 96;    // pixels that "chip column 2" takes
constexpr double kTileShare = 0.56;  // of the pitch; the rest is for two directed links side by side

/// Where few routers of a chip are shown, its number alone.
std::string chip_label(const char* name, std::int32_t number, double room) {
  return room < kLabelRoom ? std::to_string(number) : fmt::format("{} {}", name, number);
}

}  // namespace

MeshView view_of(const RunRecord& record, double width, double left, double top) {
  const chips::Board& board = record.problem->board;
  MeshView view;
  view.x0 = board.width() - 1;
  view.y0 = board.height() - 1;
  const auto include = [&](CoreId core) {
    view.x0 = std::min(view.x0, board.x(core));
    view.y0 = std::min(view.y0, board.y(core));
    view.x1 = std::max(view.x1, board.x(core));
    view.y1 = std::max(view.y1, board.y(core));
  };
  for (const sim::CoreResult& core : record.result.cores) include(core.core);
  for (const sim::LinkResult& link : record.result.links) {
    include(link.from);
    include(link.to);
  }
  if (record.result.cores.empty() && record.result.links.empty()) include(CoreId(0));
  view.x0 = std::max(0, view.x0 - 1);
  view.y0 = std::max(0, view.y0 - 1);
  view.x1 = std::min(board.width() - 1, view.x1 + 1);
  view.y1 = std::min(board.height() - 1, view.y1 + 1);
  view.pitch = std::min(kLargestPitch, width / view.columns());
  view.tile = view.pitch * kTileShare;
  while (view.side * view.side < static_cast<std::int32_t>(board.cores_per_router())) ++view.side;
  view.left = left;
  view.top = top;
  return view;
}

void draw_frame(Svg& svg, const MeshView& view, const chips::Board& board) {
  const auto edge_x = [&](std::int32_t x) { return view.left + (x - view.x0) * view.pitch; };
  const auto edge_y = [&](std::int32_t y) { return view.top + (y - view.y0) * view.pitch; };
  const std::int32_t every = view.pitch < 22 ? 4 : view.pitch < 34 ? 2 : 1;
  for (std::int32_t x = view.x0; x <= view.x1; ++x) {
    if (x % every == 0) svg.text(view.centre_x(x), view.top - 6, std::to_string(x), Anchor::kMiddle, "small");
  }
  for (std::int32_t y = view.y0; y <= view.y1; ++y) {
    if (y % every == 0) svg.text(view.left - 6, view.centre_y(y) + 4, std::to_string(y), Anchor::kEnd, "small");
  }
  // Solid where the board ends or two chips meet, nothing where the drawing is cropped.
  for (std::int32_t x = 0; x <= board.width(); x += board.chip.noc.width) {
    if (x < view.x0 || x > view.x1 + 1) continue;
    svg.line(edge_x(x), view.top, edge_x(x), view.top + view.height(), kInk, 1.5, x % board.width() == 0 ? "" : "6 3");
  }
  for (std::int32_t y = 0; y <= board.height(); y += board.chip.noc.height) {
    if (y < view.y0 || y > view.y1 + 1) continue;
    svg.line(view.left, edge_y(y), view.left + view.width(), edge_y(y), kInk, 1.5,
             y % board.height() == 0 ? "" : "6 3");
  }
  if (board.chips() == 1) return;
  for (std::int32_t c = 0; c < board.columns; ++c) {
    const std::int32_t from = std::max(view.x0, c * board.chip.noc.width);
    const std::int32_t to = std::min(view.x1 + 1, (c + 1) * board.chip.noc.width);
    if (from >= to) continue;
    svg.text((edge_x(from) + edge_x(to)) / 2, view.top - 20, chip_label("chip column", c, (to - from) * view.pitch),
             Anchor::kMiddle);
  }
  for (std::int32_t r = 0; r < board.rows; ++r) {
    const std::int32_t from = std::max(view.y0, r * board.chip.noc.height);
    const std::int32_t to = std::min(view.y1 + 1, (r + 1) * board.chip.noc.height);
    if (from >= to) continue;
    svg.vertical_text(view.left - 26, (edge_y(from) + edge_y(to)) / 2,
                      chip_label("chip row", r, (to - from) * view.pitch));
  }
}

}  // namespace ranvier::report
