// SPDX-License-Identifier: Apache-2.0
// Bytes as a constraints file for two chips of 2 x 2 cores. What is read comes back the same from the text that it
// makes, and is looked up for every tile of a small network.
#include <nlohmann/json.hpp>

#include "mapper/constraints_file.h"
#include "mapper/place_rules.h"
#include "tests/fuzz/feed.h"
#include "tests/mapper/fixtures.h"

namespace ranvier::fuzz {

bool feed_constraints(std::span<const std::uint8_t> bytes) {
  using namespace ranvier::mapper;
  static const workloads::Program program = mapper::testing::attention_program(2, 8, 1);
  static const MappingProblem problem =
      make_problem(program, mapper::testing::toy_board(2, 2, 2, 1), Schedule::kStagedGraded);
  const std::string text(bytes.begin(), bytes.end());
  return read_or_refused([&] {
    const MapConstraints read = read_constraints(text, "rules.yaml", problem.board);
    if (read_constraints(to_json(read).dump(), "again.json", problem.board) != read)
      throw std::logic_error("comes back as other rules");
    MappingProblem ruled = problem;
    ruled.constraints = read;
    const PlaceRules rules(ruled);
    for (std::size_t t = 1; rules.any() && t < ruled.tiles.size(); ++t) {
      const auto cores = rules.choices(rules.company(TileId(t)));
      if (cores && cores->empty()) throw std::logic_error("rules without a core that are no conflict");
      for (const CoreId core : cores.value_or(std::vector<CoreId>{}))
        if (!rules.allows(TileId(t), core)) throw std::logic_error("a core to choose that is not allowed");
    }
  });
}

}  // namespace ranvier::fuzz
