// SPDX-License-Identifier: Apache-2.0
#include "mapper/measured_rates.h"

namespace ranvier::mapper {

std::vector<double> shrunk_flow_events(const MappingProblem& problem, const Profile& measured, std::int64_t images,
                                       double prior_images) {
  std::vector<double> events(problem.program->stages.size(), 0);
  std::vector<double> values(problem.program->stages.size(), 0);
  const auto values_of = [](const Flow& flow) {
    return static_cast<double>(flow.tokens.size()) * static_cast<double>(flow.channels.size());
  };
  const auto stage_of = [&](std::size_t f) { return problem.tiles[problem.flows[f].source.value()].stage.value(); };
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    events[stage_of(f)] += measured.flow_events[f];
    values[stage_of(f)] += values_of(problem.flows[f]);
  }
  std::vector<double> shrunk(problem.flows.size());
  const auto n = static_cast<double>(images);
  for (std::size_t f = 0; f < shrunk.size(); ++f) {
    const std::size_t s = stage_of(f);
    const double mean = values[s] > 0 ? events[s] / values[s] * values_of(problem.flows[f]) : 0;
    shrunk[f] = (prior_images * mean + n * measured.flow_events[f]) / (prior_images + n);
  }
  return shrunk;
}

std::vector<double> damped(const std::vector<double>& old_loads, const std::vector<double>& new_loads, double share) {
  if (old_loads.size() != new_loads.size()) return new_loads;
  std::vector<double> result(new_loads.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = share * new_loads[i] + (1 - share) * old_loads[i];
  return result;
}

}  // namespace ranvier::mapper
