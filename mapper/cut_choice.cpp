// SPDX-License-Identifier: Apache-2.0
// Which cut and token mode a stage gets: one that fits a core, then finer ones within a budget or for its out axons.
#include "mapper/cut_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "mapper/delivery.h"
#include "mapper/errors.h"
#include "mapper/flows.h"
#include "mapper/out_axons.h"
#include "mapper/work.h"
#include "workloads/stage_inputs.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr double kWorthwhile = 0.99;  // a finer cut must bring its stage below this share of its time

struct CutChoice {
  const Program& program;
  const chips::CoreKind& core;
  Schedule schedule;
  const TilingOptions& options;
  const std::vector<Engine>& engines;  // by stage

  /// The host's stage, and those of the device: whole, on no core.
  bool off_chip(StageId id) const { return id == StageId(0) || engines[id.value()] == Engine::kOffload; }

  TokenChoice choice_of(const Stage& stage) const {
    const auto found = options.stage_token_mode.find(stage.name);
    return found == options.stage_token_mode.end() ? options.token_mode : found->second;
  }

  static bool has_weights(const Stage& stage) { return stage.kind == StageKind::kLinear; }

  /// Scores and mix add each key-side event to every query: there is no one context to keep.
  static bool can_stream(const Stage& stage) {
    return stage.kind != StageKind::kScores && stage.kind != StageKind::kMix && stage.kind != StageKind::kLif;
  }

  /// Busy cycles of the slowest tile; what a tile passes on to the other tiles that share its inputs is its work too.
  double slowest(StageId id, const StageCut& cut) const {
    double most = 0;
    for (const Tile& tile : tiles_of(program, core, id, cut, TileId(0)))
      most = std::max(most, busy_cycles(program, core, schedule, tile) + relay_cycles(id, cut, tile));
    return most;
  }

  double relay_cycles(StageId id, const StageCut& cut, const Tile& tile) const {
    if (cut.output_parts == 1) return 0;
    const Stage& stage = program.stage(id);
    if (stage.kind != StageKind::kLinear && stage.kind != StageKind::kLif) return 0;
    double events = 0;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const Reach reach = reach_of(program, tile, port);
      const double values = static_cast<double>(reach.tokens.size()) * reach.channels.size();
      events += values * events_per_value(program, stage.inputs[port].stage, schedule);
    }
    return events * static_cast<double>(core.relay_cycles.value);
  }

  double share(StageId id, const StageCut& cut) const {
    double sum = 0;
    for (const Tile& tile : tiles_of(program, core, id, cut, TileId(0))) sum += core_share(core, tile.demand);
    return sum;
  }

  [[noreturn]] void fail(StageId id, const Excess& excess) const {
    const Stage& stage = program.stage(id);
    std::string nearest = "no grid of this chip helps";
    if (excess.resource == "fan_in_axons" && stage.kind == StageKind::kLif)
      nearest += ": a compartment and all its inputs stay on one core";
    if (stage.kind == StageKind::kScores) nearest += ": a softmax row cannot be cut";
    nearest += "; take a chip with larger " + excess.resource +
               ", a narrower network, or a device beside the chip for this stage";
    throw DoesNotFit(
        {{excess.resource, id, stage.name, CoreId(), excess.needed, excess.available, "a core of this chip"}}, nearest);
  }

  StageCut required(StageId id, const StageCut& from, bool tokens_may_grow) const {
    const CutResult found = find_cut(program, core, id, from, tokens_may_grow);
    if (!found.cut) fail(id, found.excess);
    return *found.cut;
  }

  StageCut choose(StageId id) const {
    const Stage& stage = program.stage(id);
    const std::int32_t ways = std::clamp(options.replicas, 1, std::max(1, stage.tokens));
    const StageCut shared{};
    // Positions of a convolution are compartments, not contexts: how many a tile holds is for the search to say.
    if (stage.kind == StageKind::kLif && choice_of(stage) != TokenChoice::kStream) return required(id, shared, true);
    const StageCut stream{.mode = TokenMode::kStream};
    const StageCut replicate{.token_parts = ways, .mode = TokenMode::kReplicate};
    switch (choice_of(stage)) {
      case TokenChoice::kShared:
        return required(id, shared, !has_weights(stage));
      case TokenChoice::kReplicate:
        return required(id, replicate, true);
      case TokenChoice::kStream:
        if (core.bulk_memory.value.count() <= 0)
          throw BadTokenMode(stage.name, "stream", "the chip has no bulk memory to keep the other contexts in");
        if (!can_stream(stage)) {
          // Asked for all stages, it holds for those that can.
          if (options.stage_token_mode.contains(stage.name))
            throw BadTokenMode(stage.name, "stream",
                               stage.kind == StageKind::kLif ? "every compartment runs in every step"
                                                             : "a key event adds to the contexts of all tokens");
          return required(id, shared, true);
        }
        return required(id, stream, false);
      case TokenChoice::kAuto:
        break;
    }
    std::optional<StageCut> best;
    double best_score = 0;
    const auto consider = [&](const StageCut& from, bool tokens_may_grow) {
      const CutResult found = find_cut(program, core, id, from, tokens_may_grow);
      if (!found.cut) return;
      const double score = slowest(id, *found.cut) * share(id, *found.cut);
      if (!best || score < best_score * kWorthwhile) {
        best = found.cut;
        best_score = score;
      }
    };
    consider(shared, !has_weights(stage));
    if (stage.tokens > 1) {
      if (core.bulk_memory.value.count() > 0 && can_stream(stage)) consider(stream, false);
      consider({.token_parts = 2, .mode = TokenMode::kReplicate}, true);
    }
    return best ? *best : required(id, shared, true);
  }

  /// Parts that a finer cut may have: a row that is whole stays so, since cutting it takes statistics tiles.
  static std::int32_t most_outputs_beside(const Stage& stage, const StageCut& cut) {
    return needs_statistics(stage) && cut.output_parts == 1 ? 1 : max_output_parts(stage);
  }

  /// Longest path of stages, for the time that a level holds up the rest.
  std::vector<std::size_t> stage_levels() const {
    std::vector<std::size_t> level(program.stages.size(), 0);
    for (std::size_t s = 0; s < program.stages.size(); ++s)
      for (const auto& input : program.stages[s].inputs)
        if (!workloads::feeds_back(StageId(s), input)) level[s] = std::max(level[s], level[input.stage.value()] + 1);
    return level;
  }

  /// Cuts the stage that holds up its level longest one part finer, until the budget is spent or nothing gains.
  void spend(std::vector<StageCut>& cuts, std::int64_t budget) const {
    const auto level = stage_levels();
    std::vector<double> busy(cuts.size(), 0);
    std::vector<bool> done(cuts.size(), false);
    std::int64_t tiles = 0;
    for (std::size_t s = 1; s < cuts.size(); ++s) {
      done[s] = off_chip(StageId(s));
      if (done[s]) continue;
      busy[s] = slowest(StageId(s), cuts[s]);
      tiles += cuts[s].tiles();
    }
    for (;;) {
      std::vector<double> level_time(cuts.size(), 0);
      for (std::size_t s = 1; s < cuts.size(); ++s) level_time[level[s]] = std::max(level_time[level[s]], busy[s]);
      std::size_t worst = 0;
      for (std::size_t s = 1; s < cuts.size(); ++s)
        if (!done[s] && busy[s] >= level_time[level[s]] && (worst == 0 || busy[s] > busy[worst])) worst = s;
      if (worst == 0) return;
      const StageId id(worst);
      const Stage& stage = program.stage(id);
      const TokenChoice choice = choice_of(stage);
      std::optional<StageCut> finer;
      double finer_busy = busy[worst] * kWorthwhile;
      const auto consider = [&](StageCut from) {
        const CutResult found = find_cut(program, core, id, from, true);
        if (!found.cut || tiles - cuts[worst].tiles() + found.cut->tiles() > budget) return;
        const double time = slowest(id, *found.cut);
        if (time < finer_busy) {
          finer = found.cut;
          finer_busy = time;
        }
      };
      StageCut from = cuts[worst];
      const bool tokens_may_split = choice == TokenChoice::kAuto || !has_weights(stage);
      if (tokens_may_split && from.token_parts < stage.tokens) {
        StageCut split = from;
        ++split.token_parts;
        if (split.mode == TokenMode::kShared && stage.kind != StageKind::kLif) split.mode = TokenMode::kReplicate;
        consider(split);
      }
      if (from.output_parts < most_outputs_beside(stage, from)) {
        StageCut split = from;
        ++split.output_parts;
        consider(split);
      }
      if (!finer) {
        done[worst] = true;
        continue;
      }
      tiles += finer->tiles() - cuts[worst].tiles();
      cuts[worst] = *finer;
      busy[worst] = finer_busy;
    }
  }

  /// Tiles of the stage and of those that it feeds.
  std::int64_t most_axons_out(StageId id, const std::vector<StageCut>& cuts) const {
    std::vector<Tile> tiles;
    for (std::size_t s = id.value(); s < cuts.size(); ++s) {
      const auto& inputs = program.stages[s].inputs;
      const bool fed = std::any_of(inputs.begin(), inputs.end(), [&](const auto& input) { return input.stage == id; });
      if (s != id.value() && !fed) continue;
      const auto made = tiles_of(program, core, StageId(s), cuts[s], TileId(tiles.size()));
      tiles.insert(tiles.end(), made.begin(), made.end());
    }
    const auto most = most_out_axons(program, tiles, make_flows(program, tiles, schedule));
    return *std::max_element(most.begin(), most.end());
  }

  /// Unicast chips: cuts stages finer whose tiles need more out axons than a core has, the last first, since it is
  /// their consumers that they depend on. What cannot be cut so far is left to the routes, which count the cores used.
  void spread_out_axons(std::vector<StageCut>& cuts) const {
    const std::int64_t limit = std::max<std::int64_t>(1, core.route_entries.value);
    for (std::size_t s = cuts.size() - 1; s >= 1; --s) {
      const StageId id(s);
      const Stage& stage = program.stage(id);
      if (off_chip(id)) continue;
      for (bool first = true;; first = false) {
        const std::int64_t most = most_axons_out(id, cuts);
        if (most <= limit) break;
        // Positions of a convolution are neurons; tokens of other stages are not, cutting them frees no axon.
        StageCut from = cuts[s];
        // As many parts as divide it to the limit; uneven ones are then cut one by one.
        const std::int64_t owners = std::int64_t{from.output_parts} * from.token_parts;
        const std::int64_t parts = first ? (owners * most + limit - 1) / limit : 0;
        const auto share = [&](std::int32_t other) { return static_cast<std::int32_t>((parts + other - 1) / other); };
        if (stage.kind == StageKind::kLif && from.token_parts < stage.tokens &&
            share(from.output_parts) <= stage.tokens)
          from.token_parts = std::max(from.token_parts + 1, share(from.output_parts));
        else
          from.output_parts = std::max(from.output_parts + 1, share(from.token_parts));
        if (from.output_parts > most_outputs_beside(stage, cuts[s]) || from.token_parts > stage.tokens) break;
        const CutResult found = find_cut(program, core, id, from, stage.kind == StageKind::kLif);
        if (!found.cut || found.cut->tiles() <= cuts[s].tiles()) break;
        cuts[s] = *found.cut;
      }
    }
  }
};

}  // namespace

std::vector<StageCut> choose_cuts(const Program& program, const chips::Board& board, Schedule schedule,
                                  const TilingOptions& options, const std::vector<Engine>& engines) {
  const CutChoice choice{program, board.chip.core, schedule, options, engines};
  std::vector<StageCut> cuts(program.stages.size());
  for (std::size_t s = 1; s < cuts.size(); ++s)
    if (!choice.off_chip(StageId(s))) cuts[s] = choice.choose(StageId(s));
  if (options.preset == Preset::kLatency) {
    const auto share =
        static_cast<std::int64_t>(std::floor(static_cast<double>(board.cores()) * options.core_budget_fraction));
    choice.spend(cuts, options.core_budget > 0 ? options.core_budget : share);
  }
  if (board.chip.noc.multicast == chips::Multicast::kUnicast) choice.spread_out_axons(cuts);
  return cuts;
}

}  // namespace ranvier::mapper
