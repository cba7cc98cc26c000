// SPDX-License-Identifier: Apache-2.0
// The messages of the network models' errors.
#include "sim/network_errors.h"

#include <fmt/format.h>

namespace ranvier::sim {

NetworkParameterError::NetworkParameterError(const std::string& parameter_, std::int64_t value_, std::int64_t least_,
                                             std::int64_t most_)
    : Error(ExitCode::kUsage, fmt::format("network: {} is {}; give {} to {}", parameter_, value_, least_, most_)),
      parameter(parameter_),
      value(value_),
      least(least_),
      most(most_) {}

UnknownPreset::UnknownPreset(const std::string& preset_)
    : Error(ExitCode::kUsage, fmt::format("network: no router preset '{}'; there are p3, s3, d5, half-rate", preset_)),
      preset(preset_) {}

UnknownTopology::UnknownTopology(const std::string& topology_)
    : Error(ExitCode::kUsage,
            fmt::format("network: no topology '{}'; there are mesh, torus, cmesh, triangular-torus", topology_)),
      topology(topology_) {}

UnknownAllocator::UnknownAllocator(const std::string& allocator_)
    : Error(ExitCode::kUsage, fmt::format("network: no allocator '{}'; there are islip, input-first", allocator_)),
      allocator(allocator_) {}

TrafficError::TrafficError(const std::string& traffic_, const std::string& reason_)
    : Error(ExitCode::kUsage, fmt::format("network: traffic '{}': {}", traffic_, reason_)),
      traffic(traffic_),
      reason(reason_) {}

RateError::RateError(double rate_, std::int32_t most)
    : Error(ExitCode::kUsage, fmt::format("network: rate {} flits per core and cycle; give 0 to {}", rate_, most)),
      rate(rate_) {}

RateRangeError::RateRangeError(double from_, double to_, double step_, std::int64_t most_rates)
    : Error(ExitCode::kUsage, fmt::format("network: rates {}:{}:{}; give from:to:step with 0 <= from <= to, a step above "
                                          "0 and no more than {} rates",
                                          from_, to_, step_, most_rates)),
      from(from_),
      to(to_),
      step(step_) {}

}  // namespace ranvier::sim
