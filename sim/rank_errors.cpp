// SPDX-License-Identifier: Apache-2.0
#include "sim/rank_errors.h"

#include <fmt/format.h>

namespace ranvier::sim {

RankLost::RankLost(int rank)
    : Error(ExitCode::kInterrupted,
            fmt::format("rank {}: another rank stopped before the run was done; its own message says why", rank)) {}

RanksUnavailable::RanksUnavailable(const std::string& what) : Error(ExitCode::kUsage, what) {}

}  // namespace ranvier::sim
