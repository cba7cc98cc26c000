// SPDX-License-Identifier: Apache-2.0
// GELU of every channel and token by a group of spiking neurons (STA, ICLR 2024).
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "workloads/methods/rate_mean.h"
#include "workloads/methods/rate_network.h"
#include "workloads/methods/ugo_rows.h"

namespace ranvier::workloads {
namespace {

double in_scale_of(const Program& program, const Stage& stage) {
  return payload_scale(program.stage(stage.inputs[0].stage), 0);
}

class GeluUgo : public RateUnit {
 public:
  GeluUgo(const UgoUnit& unit, std::size_t sites) : groups_(unit, sites), totals_(sites) {}

  /// The input's events go straight to the hidden neurons: their payloads are the increments of its running sum.
  void map(std::int64_t, std::span<const std::int64_t> total, std::span<std::int64_t> goal, StageWork& work) override {
    std::int64_t changed = 0;
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      const auto now = static_cast<std::int32_t>(total[i]);
      changed += now != totals_[i];
      totals_[i] = now;
    }
    const auto made = step_and_count(groups_, totals_, changed, work);
    std::copy(made.begin(), made.end(), goal.begin());
  }

  std::int64_t neurons() const override { return groups_.neurons(); }

 private:
  UgoGroups groups_;
  std::vector<std::int32_t> totals_;
};

}  // namespace

UgoFunction gelu_function_of(const Program& program, StageId id) {
  const Stage& stage = program.stage(id);
  const GeluParams& gelu = stage.gelu;
  UgoFunction best = UgoFunction::kGelu;
  double least = std::numeric_limits<double>::infinity();
  for (const UgoFunction function : {UgoFunction::kGelu, UgoFunction::kGeluTanh, UgoFunction::kQuickGelu}) {
    double error = 0;
    for (std::size_t i = 0; i < gelu.table.size(); ++i) {
      const double code = std::ldexp(gelu.first_code + static_cast<double>(i), -gelu.fraction_bits);
      const double wanted = ugo_function_value(function, code * in_scale_of(program, stage));
      const double gap = gelu.table[i] * goal_scale(stage) - wanted;
      error += gap * gap;
    }
    if (error < least) least = error, best = function;
  }
  return best;
}

std::unique_ptr<RateUnit> make_gelu_ugo(const Program& program, StageId id, const UgoOptions& options) {
  if (options.gelu == 0) return nullptr;
  const Stage& stage = program.stage(id);
  const UgoNetwork& network = UgoLibrary::bundled().find(gelu_function_of(program, id), options.gelu);
  const double in_scale = in_scale_of(program, stage);
  UgoDesign design = ugo_design(options, network, program.rate_steps, in_scale, goal_scale(stage));
  design.largest_input = largest_mean(program, stage.inputs[0].stage);
  const double reach = static_cast<double>(design.largest_input) * in_scale;
  design.low = std::max(network.low, -reach);
  design.high = std::min(network.high, reach);
  return std::make_unique<GeluUgo>(make_ugo_unit(stage.name, network, design),
                                   static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels));
}

}  // namespace ranvier::workloads
