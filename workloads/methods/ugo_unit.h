// SPDX-License-Identifier: Apache-2.0
// A universal group operator in integers (docs/explanation/ugo.md 3): every hidden unit is one signed IF neuron with
// memory and burst 2 (neuron_kinds.h), under rate semantics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/methods/ugo_network.h"

namespace ranvier::workloads {

inline constexpr int kUgoBurst = 2;
inline constexpr std::int32_t kUgoWeightLimit = (1 << 15) - 1;
inline constexpr int kUgoMostSteps = 1 << 12;
inline constexpr std::int64_t kUgoPotentialLimit = (std::int64_t{1} << 30) - 1;

/// kMmse: the released code's search over 95 shares of the greatest value, without regard to the burst. kShare: theta
/// is a fixed share of it.
enum class UgoThreshold : std::uint8_t { kMmse, kShare };

struct UgoDesign {
  double in_scale = 1;   // real value of one unit of the input
  double out_scale = 1;  // real value of one unit of the output
  double low = 0;        // domain in which the mean input lies; hidden units that are silent there are left out
  double high = 0;
  int steps = 0;                   // that kMmse searches thresholds for
  std::int64_t largest_input = 0;  // magnitude that the mean input can have, in units of the input
  UgoThreshold rule = UgoThreshold::kMmse;
  double share = 0.5;   // kShare: theta of a hidden neuron over its greatest value in the domain
  bool centred = true;  // potentials start at theta / 4, so that emissions are rounded; the paper starts at 0
};

/// One hidden neuron. Homogeneity of the ReLU makes w1 a sign: w2 relu(w1 x + b1) = w2 |w1| relu(+-x + b1 / |w1|), so
/// that an input adds its payload, shifted, and needs no multiplication.
struct UgoHidden {
  std::int32_t sign = 1;     // of the input
  std::int32_t bias = 0;     // added to the potential in every step
  std::int32_t half = 1;     // theta / 2: the value of payload 1
  std::int32_t initial = 0;  // potential before the first step
  std::int32_t weight = 0;   // output units that payload 1 adds; 16 bits
};

struct UgoUnit {
  int input_shift = 0;  // potentials are in 2^-this of an input unit
  std::vector<UgoHidden> hidden;
  std::int32_t offset = 0;  // added to the output in every step
};

/// Throws DoesNotFitIntegers, naming `stage`.
UgoUnit make_ugo_unit(const std::string& stage, const UgoNetwork& network, const UgoDesign& design);

/// What the neurons tend to for a constant input, in units of the output: the network with its integers.
double ugo_unit_value(const UgoUnit& unit, double input);

/// |emitted / t - relu(mean)| <= theta / t for each hidden neuron and every t, as long as no step's input moves a
/// potential by more than 2 theta (docs/explanation/ugo.md 2); the sum of |weight| times that, in units of the output.
double ugo_unit_bound(const UgoUnit& unit, int steps);
/// Whether a step's input of this size, in units of the input, is one for which the bound holds.
bool ugo_bound_applies(const UgoUnit& unit, std::int64_t largest_increment);

}  // namespace ranvier::workloads
