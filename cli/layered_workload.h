// SPDX-License-Identifier: Apache-2.0
// The layered conformance network as a workload of the command line: its numbers after --set, and the mapping that
// belongs to it.
#pragma once

#include <string>

#include "mapper/mapping.h"
#include "workloads/layered_lif.h"

namespace ranvier::cli {

struct LayeredWorkload {
  workloads::LayeredLif net;
  std::string mapping = "compact";  // 256 neurons a core, layer after layer; spread: 32 cores a layer

  std::string description() const;  // one sentence
};

bool is_layered_workload(const std::string& name);

/// neurons=N,density=P,rate=R,mapping=compact|spread,steps=T,seed=S, each at most once, in any order. Throws
/// UsageError.
LayeredWorkload parse_layered(const std::string& set);

/// Cuts the program as the workload's mapping says. Throws DoesNotFit.
mapper::MappingProblem layered_problem(const LayeredWorkload& workload, const workloads::Program& program,
                                       const chips::Board& board);

}  // namespace ranvier::cli
