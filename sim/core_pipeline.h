// SPDX-License-Identifier: Apache-2.0
// What the queues and registers around a core add to a step. The costs of core_costs.h have none of it; core models
// that stand for a core together with its queues say how many cycles these take.
#pragma once

#include <cstdint>

#include "sim/core_model.h"

namespace ranvier::sim {

struct CorePipeline {
  std::int64_t start = 0;    // cycles from the beginning of a step until the core fires
  std::int64_t receive = 0;  // from the network's way out to the integrating unit
  std::int64_t drain = 0;    // of the integrating unit, after the last event of a step
};

/// A core model with queues around it is this too.
class PipelinedCore {
 public:
  virtual ~PipelinedCore() = default;
  virtual CorePipeline pipeline() const = 0;
};

inline CorePipeline pipeline_of(const CoreModel& core) {
  const auto* pipelined = dynamic_cast<const PipelinedCore*>(&core);
  return pipelined != nullptr ? pipelined->pipeline() : CorePipeline{};
}

}  // namespace ranvier::sim
