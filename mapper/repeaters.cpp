// SPDX-License-Identifier: Apache-2.0
// Where repeaters are needed, and the program with them.
#include "mapper/repeaters.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "base/nearest_name.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr const char* kSuffix = ".fan";
constexpr int kMostRounds = 32;  // of a tree that grows by a level in each: beyond it repeaters do not help

StageId stage_named(const Program& program, const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    if (program.stages[s].name == name) return StageId(s);
    names.push_back(program.stages[s].name);
  }
  throw UnknownStage(name, nearest_name(name, names));
}

bool may_be_repeater(const Stage& s) {
  return s.kind == StageKind::kAdd && s.inputs.size() == 1 && s.inputs[0].gain == 1 &&
         s.name.find(kSuffix) != std::string::npos;
}

/// The stage that a repeater repeats, through others; other stages: themselves.
StageId origin_of(const Program& program, StageId id) {
  StageId origin = id;
  while (may_be_repeater(program.stage(origin))) origin = program.stage(origin).inputs[0].stage;
  return program.stage(id).name.starts_with(program.stage(origin).name + kSuffix) ? origin : id;
}

bool is_repeater(const Program& program, StageId id) { return origin_of(program, id) != id; }

void insert_one(Program& program, const Repeater& repeater) {
  const StageId behind = stage_named(program, repeater.behind);
  const StageId origin = origin_of(program, behind);
  const Stage& from = program.stage(behind);
  Stage stage;
  stage.name = repeater.name;
  stage.kind = StageKind::kAdd;
  stage.inputs = {{behind, 1}};
  stage.tokens = from.tokens;
  stage.channels = stage.in_channels = from.channels;
  stage.code_scale = from.code_scale;
  StageId at(behind.value() + std::size_t{1});
  while (at.value() < program.stages.size() && is_repeater(program, at)) at = StageId(at.value() + std::size_t{1});

  for (const std::string& reader : repeater.readers)
    for (auto& input : program.stages[stage_named(program, reader).value()].inputs)
      if (input.stage == origin) input.stage = StageId();  // the new stage, until the ids behind it have moved
  for (Stage& s : program.stages)
    for (auto& input : s.inputs) {
      if (!input.stage.valid())
        input.stage = at;
      else if (input.stage >= at)
        input.stage = StageId(input.stage.value() + std::size_t{1});
    }
  program.stages.insert(program.stages.begin() + static_cast<std::ptrdiff_t>(at.value()), std::move(stage));
}

/// What one stage sends to.
struct Reader {
  StageId stage;
  std::int64_t tiles = 0;  // that a channel goes to, at most
};

/// Readers of the stage's tiles on cores, in stage order; tiles without encoder send their sums to their own stage.
std::vector<Reader> readers_of(const MappingProblem& problem, StageId id) {
  const auto channels = static_cast<std::size_t>(problem.program->stage(id).channels);
  std::map<StageId, std::map<TileId, std::vector<bool>>> reached;
  for (const Flow& flow : problem.flows) {
    const Tile& source = problem.tiles[flow.source.value()];
    if (source.stage != id || source.sums_for_others()) continue;
    for (const TileId to : flow.destinations) {
      auto& reach = reached[problem.tiles[to.value()].stage][to];
      reach.resize(channels);
      std::fill(reach.begin() + flow.channels.begin, reach.begin() + flow.channels.end, true);
    }
  }
  std::vector<Reader> readers;
  for (const auto& [stage, tiles] : reached) {
    std::vector<std::int64_t> count(channels, 0);
    for (const auto& [tile, reach] : tiles)
      for (std::size_t c = 0; c < channels; ++c) count[c] += reach[c] ? 1 : 0;
    readers.push_back({stage, *std::max_element(count.begin(), count.end())});
  }
  return readers;
}

/// Groups of readers in order, each no larger than one channel's axons on a core.
std::vector<std::vector<Reader>> groups_of(const std::vector<Reader>& readers, std::int64_t limit) {
  std::vector<std::vector<Reader>> groups;
  std::int64_t tiles = 0;
  for (const Reader& reader : readers) {
    tiles += reader.tiles;
    if (groups.empty() || tiles > limit) {
      groups.emplace_back();
      tiles = reader.tiles;
    }
    groups.back().push_back(reader);
  }
  return groups;
}

class Planner {
 public:
  explicit Planner(const MappingProblem& problem, std::vector<Repeater>& plan)
      : problem_(problem),
        program_(*problem.program),
        limit_(problem.board.chip.core.route_entries.value),
        plan_(plan) {}

  /// Whether anything was inserted.
  bool run() {
    std::map<StageId, std::int32_t> widest;  // channels of the widest tile, by stage that does not fit
    std::set<StageId> full;
    for (const Tile& tile : problem_.tiles) {
      if (tile.sums_for_others()) continue;
      auto& width = widest[tile.stage];
      width = std::max(width, tile.outputs.size());
      if (tile.demand.out_axons > limit_) full.insert(tile.stage);
    }
    bool changed = false;
    for (const StageId id : full)
      if (widest[id] <= limit_) changed = relieve(id) || changed;
    return changed;
  }

 private:
  bool relieve(StageId id) {
    const auto groups = groups_of(readers_of(problem_, id), limit_);
    bool changed = false;
    for (const auto& group : groups) {
      std::int64_t tiles = 0;
      for (const Reader& reader : group) tiles += reader.tiles;
      const bool only_a_repeater = group.size() == 1 && is_repeater(program_, group[0].stage);
      const bool would_repeat_itself = groups.size() == 1 && is_repeater(program_, id);
      if (tiles > limit_ || only_a_repeater || would_repeat_itself) continue;
      insert(id, group);
      changed = true;
    }
    return changed;
  }

  void insert(StageId id, const std::vector<Reader>& group) {
    const std::string& origin = program_.stage(origin_of(program_, id)).name;
    Repeater repeater{origin + kSuffix, program_.stage(id).name, {}};
    for (int n = 2; named(repeater.name) != plan_.end(); ++n) repeater.name = origin + kSuffix + std::to_string(n);
    auto at = plan_.end();
    for (const Reader& reader : group) {
      const std::string& name = program_.stage(reader.stage).name;
      if (const auto child = named(name); child != plan_.end()) {
        child->behind = repeater.name;
        at = std::min(at, child);
        continue;
      }
      for (Repeater& other : plan_) std::erase(other.readers, name);
      repeater.readers.push_back(name);
    }
    plan_.insert(at, std::move(repeater));
  }

  std::vector<Repeater>::iterator named(const std::string& name) {
    return std::find_if(plan_.begin(), plan_.end(), [&](const Repeater& r) { return r.name == name; });
  }

  const MappingProblem& problem_;
  const Program& program_;
  std::int64_t limit_;
  std::vector<Repeater>& plan_;
};

}  // namespace

Program insert_repeaters(const Program& program, const std::vector<Repeater>& repeaters) {
  Program result = program;
  for (const Repeater& repeater : repeaters) insert_one(result, repeater);
  return result;
}

std::vector<Repeater> repeaters_of(const Program& program) {
  std::vector<Repeater> repeaters;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    if (!is_repeater(program, StageId(s))) continue;
    Repeater repeater{program.stages[s].name, program.stage(program.stages[s].inputs[0].stage).name, {}};
    for (std::size_t r = s + 1; r < program.stages.size(); ++r)
      for (const auto& input : program.stages[r].inputs)
        if (input.stage == StageId(s) && !is_repeater(program, StageId(r)))
          repeater.readers.push_back(program.stages[r].name);
    repeaters.push_back(std::move(repeater));
  }
  return repeaters;
}

Program with_repeaters(const Program& program, const chips::Board& board, Schedule schedule,
                       const TilingOptions& options) {
  if (!options.engines.empty()) throw std::logic_error("engines by stage do not count the repeaters");
  if (board.chip.noc.multicast != chips::Multicast::kUnicast || program.temporal()) return program;
  std::vector<Repeater> plan;
  for (int round = 0; round < kMostRounds; ++round) {
    Program result = insert_repeaters(program, plan);
    if (!Planner(make_problem(result, board, schedule, options), plan).run()) return result;
  }
  return program;  // routing says what is short
}

}  // namespace ranvier::mapper
