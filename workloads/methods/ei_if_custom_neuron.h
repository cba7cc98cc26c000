// SPDX-License-Identifier: Apache-2.0
// CustomNeuron of BrainTransformers and the approximators built of it: SiLU (bands of the released code), GELU of the
// same construction, Square and Sqrt. Integers; docs/explanation/ei-if.md has the definitions and the error table.
#pragma once

#include <cstdint>
#include <vector>

namespace ranvier::workloads {

/// What a neuron does to V when it fires. The released SiLU versions do nothing, the square and root versions go to 0;
/// the report prints subtraction.
enum class CustomReset : std::uint8_t { kNone, kZero, kSubtract };

/// Step t: V = ((leak V) >> 16) + x; where V >= threshold[t] (theta0 + delta_t) emit amplitude[t].
struct CustomNeuronParams {
  std::int64_t leak = 1 << 16;  // lambda in 2^-16
  CustomReset reset = CustomReset::kNone;
  std::vector<std::int64_t> threshold;  // by step, units of x
  std::vector<std::int64_t> amplitude;  // by step, units of the output
};

/// One step is a state read, a multiplication by lambda and an add; a spike adds its amplitude to the output.
struct ApproximatorWork {
  std::int64_t steps = 0;
  std::int64_t spikes = 0;
  ApproximatorWork& operator+=(const ApproximatorWork& other) {
    steps += other.steps;
    spikes += other.spikes;
    return *this;
  }
  friend bool operator==(const ApproximatorWork&, const ApproximatorWork&) = default;
};

class CustomNeuron {
 public:
  explicit CustomNeuron(const CustomNeuronParams& params) : params_(&params) {}
  explicit CustomNeuron(CustomNeuronParams&&) = delete;  // it keeps no copy
  /// What it emits in this step, 0 where it does not fire. At most params.threshold.size() steps.
  std::int64_t step(std::int64_t x);
  std::int64_t potential() const { return potential_; }

 private:
  const CustomNeuronParams* params_;
  std::int64_t potential_ = 0;
  std::size_t time_ = 0;
};

/// Sum of what the neuron emits in all its steps on a constant x.
std::int64_t custom_neuron_total(const CustomNeuronParams& params, std::int64_t x, ApproximatorWork& work);

inline constexpr int kApproximatorFraction = 16;  // of x and of outputs but a root's
inline constexpr std::int64_t kApproximatorOne = std::int64_t{1} << kApproximatorFraction;

/// SiLU or GELU: the branch with the greatest `from` <= x answers with the sum of its neurons; below all branches 0.
struct SnnActivation {
  struct Branch {
    std::int64_t from = 0;
    std::vector<CustomNeuronParams> neurons;
  };
  std::vector<Branch> branches;  // `from` descending
  std::int64_t operator()(std::int64_t x, ApproximatorWork& work) const;
  std::int64_t neurons() const;
};

/// A cell answers inputs from `edge` to the next one's edge.
struct ApproximatorCell {
  std::int64_t edge = 0;
  CustomNeuronParams neuron;
};

/// x^2 for |x| in bands: offset (the square of `from`) + the cell of |x| - from. From `outlier_from` on one neuron.
struct SnnSquare {
  struct Band {
    std::int64_t from = 0;
    std::int64_t offset = 0;
    std::vector<ApproximatorCell> cells;
  };
  std::vector<Band> bands;  // ascending, the first from 0
  std::int64_t outlier_from = 0;
  std::int64_t outlier_offset = 0;
  CustomNeuronParams outlier;
  std::int64_t operator()(std::int64_t x, ApproximatorWork& work) const;
  std::int64_t neurons() const;
};

/// A root as value * 2^shift, value with kRootFraction fraction bits.
struct Root {
  std::int64_t value = 0;
  int shift = 0;
};

/// Square root of m * 2^-kRootOperandFraction. m outside the cells is brought into them by powers of four (ours; the
/// released code has the domain [1e-6, 0.01] only).
struct SnnRoot {
  std::vector<ApproximatorCell> cells;
  std::int64_t end = 0;  // of the last cell
  Root operator()(std::int64_t m, ApproximatorWork& work) const;
};
inline constexpr int kRootOperandFraction = 32;
inline constexpr int kRootFraction = 24;

}  // namespace ranvier::workloads
