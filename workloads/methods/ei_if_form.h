// SPDX-License-Identifier: Apache-2.0
// What the two scale forms of method ei-if share: tensors of codes, and the step from what has arrived at a stage to
// the potentials that its neurons see.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "workloads/methods/converted_network.h"
#include "workloads/methods/ei_if_custom_neuron.h"
#include "workloads/methods/ei_if_neuron.h"
#include "workloads/methods/ei_if_scale.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// A stage at rest. `scale` is the real value of one code (one unit of a sum); static forms leave it to the program.
struct EiIfTensor {
  std::vector<std::int32_t> codes;  // [tokens][channels]; empty for residual sums
  std::vector<std::int64_t> sums;   // of `add` stages
  TensorScale scale;
};

/// What neurons see: constant from the moment at which their stage's inputs rest.
struct EiIfPotentials {
  std::vector<std::int64_t> value;  // [tokens][channels]
  std::vector<SpikeUnit> unit;      // by channel, or one for all
  TensorScale scale;                // of the codes; of the potentials where the stage has no encoder (head)
  const SpikeUnit& of(std::size_t channel) const { return unit.size() == 1 ? unit.front() : unit[channel]; }
};

/// Immutable. `products` are the sums of weights, or of codes times codes, that have arrived: linear stages, scores,
/// mix.
class EiIfForm {
 public:
  virtual ~EiIfForm() = default;
  /// Not for kInput and kAdd. Work that the map itself does is added to `work`.
  virtual EiIfPotentials potentials(std::size_t stage, const std::vector<std::int64_t>& products,
                                    const std::vector<EiIfTensor>& tensors, StageWork& work) const = 0;
  /// kAdd.
  virtual EiIfTensor residual_sum(std::size_t stage, const std::vector<EiIfTensor>& tensors, StageWork& work) const = 0;
  virtual EiIfTensor input(std::vector<std::int32_t> codes) const = 0;
  /// Neurons of a stage's approximators.
  virtual std::int64_t hidden_neurons(std::size_t stage) const = 0;
  /// Real value of one unit of what the tensor holds.
  virtual double real_unit(std::size_t stage, const EiIfTensor& tensor) const = 0;
  /// The head's: of one unit of its potentials.
  virtual double real_unit_of_head(const EiIfPotentials& head) const = 0;
};

/// The work of approximators: a step is a state read and a multiplication, a spike an event and an add.
void add_approximator_work(const ApproximatorWork& done, StageWork& work);
/// Of a norm beside its approximators, for each value: a read and so many multiplications (square, root, gain).
void add_norm_work(std::size_t values, int multiplications, StageWork& work);

/// What the rows of a static program's softmax stage get; used by both forms, the dynamic one with its own parameters.
std::vector<std::int64_t> softmax_rows(const Stage& stage, const std::vector<std::int64_t>& scores,
                                       const SoftmaxParams& params, StageWork& work);

}  // namespace ranvier::workloads
