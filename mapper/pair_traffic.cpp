// SPDX-License-Identifier: Apache-2.0
// Sums of unicasts.
#include "mapper/pair_traffic.h"

#include <algorithm>

#include "mapper/merged_flows.h"

namespace ranvier::mapper {

LinkSheet::LinkSheet(const chips::Board& board) : width_(board.width()) {
  for (const Direction d : {Direction::kEast, Direction::kWest, Direction::kSouth, Direction::kNorth}) {
    const std::int32_t lines = vertical(d) ? board.width() : board.height();
    const std::int32_t length = vertical(d) ? board.height() : board.width();
    first_line_[static_cast<std::size_t>(d)] = static_cast<std::uint32_t>(lines_.size());
    for (std::int32_t number = 0; number < lines; ++number) {
      lines_.push_back({changes_.size(), number, d, 0, 0});
      changes_.resize(changes_.size() + static_cast<std::size_t>(length) + 1, 0.0);
    }
  }
}

bool PairTraffic::applies(const MappingProblem& problem, std::size_t buckets) {
  return problem.board.chip.noc.multicast == chips::Multicast::kUnicast && buckets == 1 &&
         problem.flows.size() > kManyFlowsOfATile * problem.tiles.size() &&
         std::all_of(problem.flows.begin(), problem.flows.end(),
                     [](const Flow& flow) { return flow.destinations.size() == 1; });
}

PairTraffic::PairTraffic(const MappingProblem& problem, const StepWork& work, const std::vector<double>& flits)
    : board_(problem.board), sheet_(problem.board), work_(problem.board.cores()) {
  pairs_.reserve(problem.flows.size());
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    const double send = static_cast<double>(work.more_packets(f, 1)) * work.emit[f];
    pairs_.push_back({flow.source, flow.destinations[0], flits[f], work.integrate[f][0], send});
  }
  for (std::size_t c = 0; c < board_.cores(); ++c) place_.emplace_back(board_.x(CoreId(c)), board_.y(CoreId(c)));
}

void PairTraffic::add(std::size_t flow, const std::vector<CoreId>& core_of, double sign) {
  const Pair& pair = pairs_[flow];
  const CoreId from = core_of[pair.from.value()];
  const CoreId to = core_of[pair.to.value()];
  // Tiles without a core are behind the router of core 0; between two of them nothing passes.
  const bool apart = from != to;
  if (apart && pair.flits != 0) {
    const auto [x, y] = place_[from.valid() ? from.value() : 0];
    const auto [to_x, to_y] = place_[to.valid() ? to.value() : 0];
    sheet_.add(x, y, to_x, to_y, sign * pair.flits);
  }
  if (apart && from.valid() && pair.send > 0) work_of(from).send += sign * pair.send;
  if (to.valid() && pair.integrate != 0) work_of(to).integrate += sign * pair.integrate;
}

}  // namespace ranvier::mapper
