// SPDX-License-Identifier: Apache-2.0
// What would have to be larger for a program that does not fit: limits of the chip, or the grid of chips.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

/// A limit and the value that is enough for it, all other relaxations given too.
struct Relaxation {
  std::string resource;  // key of the chip file's core, or "cores" of the board
  std::int64_t at_hand = 0;
  std::int64_t enough = 0;
  std::string because;  // the stage or core that asks for it
};

struct WayOut {
  std::vector<Relaxation> together;  // in the order in which they were found
  chips::Board board;                // with all of them; its grid is the smallest near square that has the cores
  bool fits = false;                 // false: something was short that no size helps, named by `obstacle`
  std::string obstacle;
};

/// `attempt` maps the program on the board that it is given and throws DoesNotFit. What falls short is raised to what
/// was needed, and the attempt made again, until it fits or nothing can be raised.
WayOut find_way_out(const chips::Board& board, const std::function<void(const chips::Board&)>& attempt);

}  // namespace ranvier::mapper
