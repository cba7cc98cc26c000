// SPDX-License-Identifier: Apache-2.0
// Options of universal group operators, what makes their units, and how many neurons they take.
#include "workloads/methods/ugo_units.h"

#include <fmt/format.h>

#include "workloads/methods/ugo_errors.h"

namespace ranvier::workloads {

RateUnitMaker ugo_units(const UgoOptions& options) {
  constexpr double kLeastShare = 0.125, kMostShare = 2;
  if (!(options.share >= kLeastShare && options.share <= kMostShare))
    throw BadUgoOption("share", fmt::format("{}", options.share), fmt::format("{} to {}", kLeastShare, kMostShare));
  for (const auto& [function, hidden] :
       {std::pair{UgoFunction::kGelu, options.gelu}, std::pair{UgoFunction::kExp, options.exp},
        std::pair{UgoFunction::kReciprocal, options.reciprocal}, std::pair{UgoFunction::kRoot, options.root}})
    if (hidden != 0) UgoLibrary::bundled().find(function, hidden);
  return [options](const Program& program, StageId stage) -> std::unique_ptr<RateUnit> {
    const StageKind kind = program.stage(stage).kind;
    if (kind == StageKind::kGelu) return make_gelu_ugo(program, stage, options);
    if (kind == StageKind::kScores) return make_softmax_ugo(program, stage, options);
    if (kind == StageKind::kLayerNorm) return make_norm_ugo(program, stage, options);
    return nullptr;
  };
}

UgoNeurons ugo_neurons(const VitConfig& config, const UgoOptions& options) {
  const std::int64_t tokens = config.tokens(), rows = config.heads * tokens;
  const std::int64_t norms = 2 * config.blocks + (config.final_norm ? 1 : 0) + (config.pre_norm ? 1 : 0);
  UgoNeurons neurons;
  if (config.activation != Activation::kRelu) neurons.gelu = config.blocks * tokens * config.hidden * options.gelu;
  if (options.exp > 0 && options.reciprocal > 0)
    neurons.softmax = config.blocks * rows * (tokens * options.exp + options.reciprocal);
  if (config.norm == NormKind::kLayer) neurons.norm = norms * tokens * options.root;
  return neurons;
}

}  // namespace ranvier::workloads
