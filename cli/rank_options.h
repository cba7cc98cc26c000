// SPDX-License-Identifier: Apache-2.0
// --ranks: the board split by chip over threads of this process, over MPI processes, or as a dry run.
#pragma once

#include <string>

#include "sim/simulate.h"

namespace ranvier::cli {

struct RankChoice {
  enum class Kind { kNone, kLocal, kDryRun, kMpi };
  Kind kind = Kind::kNone;
  int ranks = 1;
};

/// "" (none), a number, "dry-run:N" or "mpi". Throws UsageError; RanksUnavailable without MPI.
RankChoice parse_ranks(const std::string& text);

/// True in the MPI processes whose results nobody writes; they fall silent.
bool is_silent_rank(const RankChoice& choice);

/// simulate() by all ranks; the result is rank 0's. MPI processes but rank 0 end here, with the run's exit code.
/// Throws UsageError for what ranks cannot do: `cycle`, RTL.
sim::RunResult simulate_on_ranks(const RankChoice& choice, const mapper::MappingProblem& problem,
                                 const mapper::Mapping& mapping, std::span<const std::vector<std::int32_t>> images,
                                 const sim::SimOptions& options);

}  // namespace ranvier::cli
