// SPDX-License-Identifier: Apache-2.0
#include "sim/core_bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/communicator.h"
#include "sim/engine_cores.h"
#include "sim/remote_core.h"
#include "sim/tile_selection.h"

namespace ranvier::sim {
namespace {

/// Of a mismatch of this tile; several tiles may fail in one step.
std::filesystem::path wave_of(const SimOptions& options, std::size_t tile) {
  if (options.lockstep_wave.empty()) return {};
  return fmt::format("{}-tile{}.fst", options.lockstep_wave.string(), tile);
}

}  // namespace

CoreBank::CoreBank(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const SimOptions& options,
                   const RankSplit& split)
    : problem_(problem) {
  models_.resize(problem.tiles.size());
  const bool split_up = options.ranks != nullptr && !options.ranks->dry_run();
  for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
    if (split_up && !split.mine(TileId(t))) {
      models_[t] = std::make_unique<RemoteCore>();
      continue;
    }
    const TileSpec spec = tile_spec(problem, TileId(t));
    const CoreFactory factory = t < options.core_of_tile.size() ? options.core_of_tile[t] : nullptr;
    if (factory == nullptr) {
      models_[t] = make_model_core(spec);
      continue;
    }
    under_test_.emplace_back(t);
    models_[t] = factory(spec);
    if (options.lockstep) {
      auto pair = std::make_unique<LockstepCore>(std::move(models_[t]), spec,
                                                 LockstepPlace{TileId(t), mapping.core_of[t], wave_of(options, t)});
      lockstep_.push_back(pair.get());
      models_[t] = std::move(pair);
    }
  }
}

void CoreBank::begin_image(std::int32_t image) {
  image_ = image;
  for (const auto& model : models_) {
    if (model) model->begin_image();
  }
}

void CoreBank::begin_step(std::int32_t step) {
  for (LockstepCore* pair : lockstep_) pair->set_place(image_, step);
}

void CoreBank::check_codes() const {
  for (const LockstepCore* pair : lockstep_) pair->check_codes();
}

workloads::Activations CoreBank::gather(const std::vector<std::int32_t>& input_codes) const {
  const workloads::Program& program = *problem_.program;
  workloads::Activations all;
  for (const workloads::Stage& stage : program.stages) {
    all.codes.emplace_back(static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
  }
  if (program.temporal()) {
    for (std::size_t i = 1; i < input_codes.size(); i += 2)
      ++all.codes.front()[static_cast<std::size_t>(input_codes[i])];
  } else {
    all.codes.front() = input_codes;
  }
  for (std::size_t t = 1; t < models_.size(); ++t) {
    const mapper::Tile& tile = problem_.tiles[t];
    if (tile.sums_for_others()) continue;
    const std::vector<std::int32_t> codes = models_[t]->codes();
    const auto width = static_cast<std::size_t>(tile.outputs.size());
    const auto channels = static_cast<std::size_t>(program.stage(tile.stage).channels);
    for (std::int32_t token = tile.tokens.begin; token < tile.tokens.end; ++token) {
      const auto row =
          codes.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(token - tile.tokens.begin) * width);
      std::copy(row, row + static_cast<std::ptrdiff_t>(width),
                all.codes[tile.stage.value()].begin() +
                    static_cast<std::ptrdiff_t>(static_cast<std::size_t>(token) * channels +
                                                static_cast<std::size_t>(tile.outputs.begin)));
    }
  }
  const std::vector<std::int32_t>& head = all.codes.back();
  all.logits.assign(head.begin(), head.begin() + program.stages.back().channels);
  return all;
}

void CoreBank::save(StateWriter& w) const {
  w(image_);
  for (const auto& model : models_) {
    if (model) w(model->save());
  }
}

void CoreBank::restore(StateReader& r) {
  r(image_);
  std::vector<std::uint8_t> state;
  for (const auto& model : models_) {
    if (!model) continue;
    r(state);
    model->restore(state);
  }
}

std::vector<std::string> CoreBank::cores_under_test() const {
  std::vector<std::string> names;
  for (const TileId tile : under_test_) names.push_back(tile_name(problem_, tile));
  return names;
}

std::int64_t CoreBank::events_compared() const {
  std::int64_t n = 0;
  for (const LockstepCore* pair : lockstep_) n += pair->events_compared();
  return n;
}

std::int64_t CoreBank::cycles_under_test() const {
  std::int64_t n = 0;
  for (const TileId tile : under_test_) n += models_[tile.value()]->counters().busy.count();
  return n;
}

}  // namespace ranvier::sim
