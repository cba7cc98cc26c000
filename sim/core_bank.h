// SPDX-License-Identifier: Apache-2.0
// The core models of all tiles of a mapping, in lock-step where asked for, and the integers that they hold together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/lockstep_core.h"
#include "sim/rank_split.h"
#include "sim/simulate.h"
#include "sim/state_bytes.h"
#include "workloads/reference.h"

namespace ranvier::sim {

class CoreBank {
 public:
  /// Cores of other ranks are told of (remote_core.h), not built.
  CoreBank(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const SimOptions& options,
           const RankSplit& split);

  void begin_image(std::int32_t image);
  void begin_step(std::int32_t step);
  CoreModel& operator[](TileId tile) { return *models_[tile.value()]; }
  const CoreModel& operator[](TileId tile) const { return *models_[tile.value()]; }

  /// Compares the codes of lock-step cores; throws LockstepMismatch.
  void check_codes() const;
  /// All stages' integers put together from the tiles; the input stage's are `input_codes`.
  workloads::Activations gather(const std::vector<std::int32_t>& input_codes) const;

  std::vector<std::string> cores_under_test() const;
  std::int64_t events_compared() const;
  std::int64_t cycles_under_test() const;  // since begin_image()

  /// All cores, for checkpoints. restore() throws StateMismatch where a core does not take its bytes.
  void save(StateWriter& w) const;
  void restore(StateReader& r);

 private:
  const mapper::MappingProblem& problem_;
  std::vector<std::unique_ptr<CoreModel>> models_;  // by tile; none for the host's
  std::vector<LockstepCore*> lockstep_;
  std::vector<TileId> under_test_;
  std::int32_t image_ = 0;
};

}  // namespace ranvier::sim
