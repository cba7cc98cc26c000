// SPDX-License-Identifier: Apache-2.0
#include "sim/rank_split.h"

#include <algorithm>

namespace ranvier::sim {

RankSplit::RankSplit(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, int ranks, int rank)
    : ranks_(ranks),
      rank_(rank),
      owner_(problem.tiles.size()),
      chips_(static_cast<std::size_t>(ranks)),
      tiles_(chips_.size()) {
  std::vector<std::size_t> on_chip(problem.board.chips());
  std::size_t all = 0;
  for (const CoreId core : mapping.core_of) {
    if (!core.valid()) continue;
    ++on_chip[problem.board.chip_of(core).value()];
    ++all;
  }
  std::vector<int> rank_of_chip(on_chip.size());
  std::size_t before = 0;
  for (std::size_t c = 0; c < on_chip.size(); ++c) {
    // Where the middle of the chip's tiles lies among all of them.
    const std::size_t middle = 2 * before + on_chip[c];
    if (all > 0)
      rank_of_chip[c] = static_cast<int>(std::min<std::size_t>(chips_.size() - 1, middle * chips_.size() / (2 * all)));
    before += on_chip[c];
    if (on_chip[c] > 0) ++chips_[static_cast<std::size_t>(rank_of_chip[c])];
  }
  for (std::size_t t = 1; t < owner_.size(); ++t) {
    const CoreId core = mapping.core_of[t];
    if (core.valid()) owner_[t] = rank_of_chip[problem.board.chip_of(core).value()];
    ++tiles_[static_cast<std::size_t>(owner_[t])];
  }
}

}  // namespace ranvier::sim
