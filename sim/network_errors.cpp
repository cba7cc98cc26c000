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
    : Error(ExitCode::kUsage, fmt::format("network: no router preset '{}'; there are p3, s3, d5", preset_)),
      preset(preset_) {}

TrafficError::TrafficError(const std::string& traffic_, const std::string& reason_)
    : Error(ExitCode::kUsage, fmt::format("network: traffic '{}': {}", traffic_, reason_)),
      traffic(traffic_),
      reason(reason_) {}

RateError::RateError(double rate_)
    : Error(ExitCode::kUsage, fmt::format("network: rate {} is not a probability; give 0 to 1", rate_)), rate(rate_) {}

}  // namespace ranvier::sim
