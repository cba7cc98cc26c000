// SPDX-License-Identifier: Apache-2.0
#include "mapper/mapping_sketch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/nearest_name.h"
#include "mapper/candidates.h"
#include "mapper/demand.h"
#include "mapper/errors.h"
#include "mapper/levels.h"
#include "mapper/tiler.h"

namespace ranvier::mapper {

namespace {

using workloads::Program;
using workloads::Stage;

class Completion {
 public:
  explicit Completion(MappingFile& file) : file_(file), program_(*file.problem.program) {}

  void run() {
    MappingProblem& problem = file_.problem;
    Tile host;
    host.stage = StageId(0);
    host.outputs = {0, program_.stages.front().channels};
    host.tokens = {0, program_.stages.front().tokens};
    problem.tiles = {host};
    std::vector<CoreId> core_of{CoreId()};
    for (std::size_t t = 0; t < file_.sketch_tiles.size(); ++t) {
      problem.tiles.push_back(tile(t));
      core_of.push_back(file_.sketch_tiles[t].core);
    }
    check_cores(core_of);
    derive_flows(problem);
    file_.mapping = complete(problem, compute_levels(problem), core_of);
  }

 private:
  [[noreturn]] void fail(std::size_t t, const char* member, const std::string& reason) const {
    throw MappingFileError(file_.file, fmt::format("/tiles/{}/{}", t, member), reason);
  }

  Range within(std::size_t t, const char* member, const std::optional<Range>& given, std::int32_t size) const {
    if (!given) return {0, size};
    if (given->size() == 0 || given->end > size) fail(t, member, fmt::format("the stage has {} of them, from 0", size));
    return *given;
  }

  Tile tile(std::size_t t) const {
    const SketchTile& given = file_.sketch_tiles[t];
    const auto found = std::find_if(program_.stages.begin() + 1, program_.stages.end(),
                                    [&](const Stage& s) { return s.name == given.stage; });
    if (found == program_.stages.end()) {
      std::vector<std::string> names;
      for (std::size_t s = 1; s < program_.stages.size(); ++s) names.push_back(program_.stages[s].name);
      fail(t, "stage", fmt::format("no stage is called {}{}", given.stage, did_you_mean(given.stage, names)));
    }
    const Stage& stage = *found;
    Tile tile;
    tile.stage = StageId(static_cast<std::size_t>(found - program_.stages.begin()));
    tile.statistics = given.statistics;
    tile.outputs = within(t, "outputs", given.outputs, given.statistics ? kStatisticsDigits : stage.channels);
    tile.inputs = within(t, "inputs", given.inputs, program_.stage(stage.inputs.front().stage).channels);
    tile.tokens = within(t, "tokens", given.tokens, stage.tokens);
    tile.mode = given.mode;
    tile.engine = given.engine;
    tile.partial_of = given.partial_of;
    if (tile.engine != Engine::kOffload) tile.demand = demand_of(program_, file_.problem.board.chip.core, tile);
    return tile;
  }

  void check_cores(const std::vector<CoreId>& core_of) const {
    for (std::size_t t = 1; t < core_of.size(); ++t) {
      const bool offload = file_.problem.tiles[t].engine == Engine::kOffload;
      if (core_of[t].valid() == offload)
        fail(t - 1, "core", offload ? "an offloaded stage has none: null is expected" : "a core is expected");
      if (core_of[t].valid() && core_of[t].value() >= file_.problem.board.cores())
        fail(t - 1, "core", fmt::format("the board has {}, from 0", counted(file_.problem.board.cores(), "core")));
    }
  }

  MappingFile& file_;
  const Program& program_;
};

}  // namespace

void complete_sketch(MappingFile& file) { Completion(file).run(); }

}  // namespace ranvier::mapper
