// SPDX-License-Identifier: Apache-2.0
// Sums and set unions of what a core holds.
#include "mapper/core_load.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>

#include "mapper/delivery.h"
#include "mapper/demand.h"
#include "workloads/conv.h"

namespace ranvier::mapper {

using workloads::Stage;
using workloads::StageKind;
using Run = TileNeeds::Run;

namespace {

/// The axons of one producer, as often as a consumer may read it on different ports, begin at these numbers.
class AxonLine {
 public:
  explicit AxonLine(const workloads::Program& program) : program_(program) {}

  /// `again`: how many earlier ports of the consumer read the same producer.
  std::int64_t first(StageId producer, std::size_t again) {
    const auto [at, is_new] = begin_.try_emplace({producer, again}, next_);
    const Stage& stage = program_.stage(producer);
    if (is_new) next_ += std::int64_t{stage.channels} * stage.tokens;
    return at->second;
  }

 private:
  const workloads::Program& program_;
  std::map<std::pair<StageId, std::size_t>, std::int64_t> begin_;
  std::int64_t next_ = 0;
};

/// In place: sorted, and without overlaps or gaps of no length.
void unite(std::vector<Run>& runs) {
  std::sort(runs.begin(), runs.end(), [](Run a, Run b) { return a.begin < b.begin; });
  std::size_t out = 0;
  for (const Run run : runs) {
    if (out > 0 && run.begin <= runs[out - 1].end)
      runs[out - 1].end = std::max(runs[out - 1].end, run.end);
    else
      runs[out++] = run;
  }
  runs.resize(out);
}

void append_runs(const MappingProblem& problem, TileId id, const SynapseRuns& synapses, AxonLine& line,
                 std::vector<Run>& runs) {
  const workloads::Program& program = *problem.program;
  const Tile& tile = problem.tiles[id.value()];
  const Stage& stage = program.stage(tile.stage);
  const auto old = static_cast<std::ptrdiff_t>(runs.size());
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    const StageId producer = stage.inputs[port].stage;
    const auto again = static_cast<std::size_t>(
        std::count_if(stage.inputs.begin(), stage.inputs.begin() + static_cast<std::ptrdiff_t>(port),
                      [&](const auto& input) { return input.stage == producer; }));
    const std::int64_t first = line.first(producer, again);
    if (stage.sparse) {
      for (const Range r : synapses.of(id, port)) runs.push_back({first + r.begin, first + r.end});
      continue;
    }
    const Reach reach = reach_of(program, tile, port);
    const std::int64_t width = program.stage(producer).channels;
    // Tokens are contexts behind the same axons, but positions of a convolution have axons of their own.
    const Range tokens = stage.kind == StageKind::kLif ? reach.tokens : Range{0, 1};
    if (reach.channels.size() == width) {
      runs.push_back({first + tokens.begin * width, first + tokens.end * width});
      continue;
    }
    for (std::int64_t t = tokens.begin; t < tokens.end; ++t)
      runs.push_back({first + t * width + reach.channels.begin, first + t * width + reach.channels.end});
  }
  std::vector<Run> own(runs.begin() + old, runs.end());
  std::erase_if(own, [](Run r) { return r.begin == r.end; });
  unite(own);
  runs.resize(static_cast<std::size_t>(old));
  runs.insert(runs.end(), own.begin(), own.end());
}

/// True where tiles of these outputs and inputs have equal weights, whatever tokens or positions they hold.
bool weights_repeat(const Stage& stage) {
  if (stage.kind == StageKind::kLinear) return true;
  return stage.kind == StageKind::kLif && !stage.sparse && workloads::out_tokens(stage.conv) > 1;
}

std::int64_t length(const std::vector<Run>& runs) {
  std::int64_t sum = 0;
  for (const Run r : runs) sum += r.end - r.begin;
  return sum;
}

}  // namespace

bool tiles_share(const chips::CoreKind& core) { return core.tiles.value == 0; }

TileNeeds::TileNeeds(const MappingProblem& problem)
    : problem_(&problem), share_(tiles_share(problem.board.chip.core)), first_run_{0} {
  AxonLine line(*problem.program);
  const SynapseRuns synapses(*problem.program, problem.tiles);
  std::map<std::tuple<StageId, std::int32_t, std::int32_t, std::int32_t, std::int32_t>, std::uint32_t> copies;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    const Tile& tile = problem.tiles[t];
    if (share_ && t > 0 && tile.engine != Engine::kOffload) append_runs(problem, TileId(t), synapses, line, runs_);
    first_run_.push_back(runs_.size());
    weights_.push_back(static_cast<std::uint32_t>(t));
    if (share_ && weights_repeat(problem.program->stage(tile.stage)))
      weights_.back() =
          copies
              .try_emplace({tile.stage, tile.outputs.begin, tile.outputs.end, tile.inputs.begin, tile.inputs.end},
                           static_cast<std::uint32_t>(t))
              .first->second;
  }
  make_bits();
}

void TileNeeds::make_bits() {
  std::int64_t end = 0;
  for (const Run& run : runs_) end = std::max(end, run.end);
  const auto words = static_cast<std::size_t>(end + 63) / 64;
  if (words * weights_.size() > runs_.size()) return;
  words_ = words;
  bits_.assign(words * weights_.size(), 0);
  for (std::size_t t = 0; t < weights_.size(); ++t)
    for (const Run run : axons(TileId(t)))
      for (std::int64_t axon = run.begin; axon < run.end; ++axon)
        bits_[t * words + static_cast<std::size_t>(axon / 64)] |= std::uint64_t{1} << (axon % 64);
}

std::int64_t TileNeeds::count_axons(std::span<const TileId> some, std::span<const TileId> more) const {
  std::int64_t count = 0;
  if (some.size() + more.size() <= 2) {  // nearly all questions are about two tiles
    const std::span<const TileId> first = some.empty() ? more : some;
    if (first.empty()) return 0;
    const TileId last = more.empty() ? some.back() : more.back();
    const std::uint64_t* a = bits_.data() + first.front().value() * words_;
    const std::uint64_t* b = bits_.data() + last.value() * words_;
    for (std::size_t w = 0; w < words_; ++w) count += std::popcount(a[w] | b[w]);
    return count;
  }
  std::vector<std::uint64_t> all(words_, 0);
  for (const auto tiles : {some, more})
    for (const TileId t : tiles) {
      const std::uint64_t* bits = bits_.data() + t.value() * words_;
      for (std::size_t w = 0; w < words_; ++w) all[w] |= bits[w];
    }
  for (const std::uint64_t word : all) count += std::popcount(word);
  return count;
}

void CoreLoad::add(const TileNeeds& needs, TileId tile) {
  tiles_.push_back(tile);
  sums_ += needs.demand(tile);
  stale_ = true;
}

void CoreLoad::remove(const TileNeeds& needs, TileId tile) {
  std::erase(tiles_, tile);
  sums_ -= needs.demand(tile);
  stale_ = true;
}

const Demand& CoreLoad::total(const TileNeeds& needs) const {
  if (!stale_) return total_;
  axons_.clear();
  if (!needs.by_bits()) {
    for (const TileId t : tiles_) {
      const auto runs = needs.axons(t);
      axons_.insert(axons_.end(), runs.begin(), runs.end());
    }
    unite(axons_);
  }
  total_ = sums_;
  if (needs.share()) total_.axons = needs.by_bits() ? needs.count_axons(tiles_) : length(axons_);
  total_.synapse_bytes = Bytes(0);
  total_.receive_bytes = Bytes(0);
  total_.profiles = total_.formats = 0;
  std::set<std::uint32_t> weights;
  std::set<StageId> stages, with_formats;
  for (const TileId t : tiles_) {
    const Demand& d = needs.demand(t);
    total_.receive_bytes = std::max(total_.receive_bytes, d.receive_bytes);
    if (weights.insert(needs.weights(t)).second) total_.synapse_bytes += d.synapse_bytes;
    if (stages.insert(needs.stage(t)).second) total_.profiles += d.profiles;
    if (d.formats > 0 && with_formats.insert(needs.stage(t)).second) total_.formats += d.formats;
  }
  stale_ = false;
  return total_;
}

Demand CoreLoad::total_with(const TileNeeds& needs, std::span<const TileId> more) const {
  Demand all = total(needs);
  std::vector<Run> axons;
  for (auto t = more.begin(); t != more.end(); ++t) {
    const Demand& d = needs.demand(*t);
    Demand rest = d;
    rest.axons = rest.profiles = rest.formats = 0;
    rest.synapse_bytes = Bytes(0);
    all += rest;
    const auto before = [&](const auto& same) {
      return std::any_of(tiles_.begin(), tiles_.end(), same) || std::any_of(more.begin(), t, same);
    };
    if (!before([&](TileId o) { return needs.weights(o) == needs.weights(*t); })) all.synapse_bytes += d.synapse_bytes;
    const auto alike = [&](TileId o) { return needs.stage(o) == needs.stage(*t); };
    if (!before(alike)) all.profiles += d.profiles;
    if (!before([&](TileId o) { return alike(o) && needs.demand(o).formats > 0; })) all.formats += d.formats;
    if (!needs.share()) all.axons += d.axons;
    if (needs.by_bits()) continue;
    const auto runs = needs.axons(*t);
    axons.insert(axons.end(), runs.begin(), runs.end());
  }
  if (needs.by_bits()) {
    all.axons = needs.count_axons(tiles_, more);
  } else if (needs.share()) {
    axons.insert(axons.end(), axons_.begin(), axons_.end());
    unite(axons);
    all.axons = length(axons);
  }
  return all;
}

bool CoreLoad::has_room(const TileNeeds& needs, std::span<const TileId> more) const {
  const chips::CoreKind& core = needs.problem().board.chip.core;
  Demand most = sums_;  // each tile alone receives what the chip can take
  for (const TileId t : more) most += needs.demand(t);
  if (fits(core, most)) return true;
  Demand least = most;
  least.axons = least.profiles = least.formats = 0;
  least.synapse_bytes = Bytes(0);
  return fits(core, least) && fits(core, total_with(needs, more));
}

}  // namespace ranvier::mapper
