// SPDX-License-Identifier: Apache-2.0
// Words of config.json for the structure of a network.
#pragma once

#include <array>

#include "workloads/vit_config.h"

namespace ranvier::workloads {

template <class Choice>
struct NamedChoice {
  const char* name;
  Choice choice;
};

inline constexpr std::array<NamedChoice<NormPlacement>, 2> kPlacementNames = {
    {{"pre", NormPlacement::kPre}, {"post", NormPlacement::kPost}}};
inline constexpr std::array<NamedChoice<NormKind>, 2> kNormNames = {
    {{"layer", NormKind::kLayer}, {"batch", NormKind::kBatch}}};
inline constexpr std::array<NamedChoice<Activation>, 4> kActivationNames = {{{"gelu", Activation::kGelu},
                                                                             {"gelu_tanh", Activation::kGeluTanh},
                                                                             {"quick_gelu", Activation::kQuickGelu},
                                                                             {"relu", Activation::kRelu}}};
inline constexpr std::array<NamedChoice<Pooling>, 2> kPoolingNames = {
    {{"first_token", Pooling::kFirstToken}, {"mean", Pooling::kMean}}};

/// The word for a choice.
template <class Choice, std::size_t kCount>
const char* choice_name(const std::array<NamedChoice<Choice>, kCount>& names, Choice choice) {
  for (const auto& named : names)
    if (named.choice == choice) return named.name;
  return names[0].name;
}

}  // namespace ranvier::workloads
