// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_custom_neuron.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace ranvier::workloads {
namespace {

/// The last of `parts` (ascending) that does not begin above x; the first where all do.
template <class Part, class Begin>
const Part& last_from(const std::vector<Part>& parts, std::int64_t x, const Begin& begin) {
  auto at = std::upper_bound(parts.begin(), parts.end(), x,
                             [&](std::int64_t value, const Part& part) { return value < begin(part); });
  return at == parts.begin() ? *at : *(at - 1);
}

std::int64_t cell_total(const std::vector<ApproximatorCell>& cells, std::int64_t x, ApproximatorWork& work) {
  const ApproximatorCell& cell = last_from(cells, x, [](const ApproximatorCell& c) { return c.edge; });
  return custom_neuron_total(cell.neuron, x, work);
}

}  // namespace

std::int64_t CustomNeuron::step(std::int64_t x) {
  assert(time_ < params_->threshold.size());
  const std::size_t t = time_++;
  potential_ = ((params_->leak * potential_) >> 16) + x;
  if (potential_ < params_->threshold[t]) return 0;
  if (params_->reset == CustomReset::kZero) potential_ = 0;
  if (params_->reset == CustomReset::kSubtract) potential_ -= params_->threshold[t];
  return params_->amplitude[t];
}

std::int64_t custom_neuron_total(const CustomNeuronParams& params, std::int64_t x, ApproximatorWork& work) {
  CustomNeuron neuron(params);
  std::int64_t total = 0;
  for (std::size_t t = 0; t < params.threshold.size(); ++t) {
    const std::int64_t emitted = neuron.step(x);
    total += emitted;
    work.spikes += emitted != 0 ? 1 : 0;
  }
  work.steps += static_cast<std::int64_t>(params.threshold.size());
  return total;
}

std::int64_t SnnActivation::operator()(std::int64_t x, ApproximatorWork& work) const {
  for (const Branch& branch : branches) {
    if (x < branch.from) continue;
    std::int64_t total = 0;
    for (const CustomNeuronParams& neuron : branch.neurons) total += custom_neuron_total(neuron, x, work);
    return total;
  }
  return 0;
}

std::int64_t SnnActivation::neurons() const {
  std::int64_t count = 0;
  for (const Branch& branch : branches) count += static_cast<std::int64_t>(branch.neurons.size());
  return count;
}

std::int64_t SnnSquare::operator()(std::int64_t x, ApproximatorWork& work) const {
  const std::int64_t magnitude = std::abs(x);
  if (magnitude >= outlier_from) return outlier_offset + custom_neuron_total(outlier, magnitude, work);
  const Band& band = last_from(bands, magnitude, [](const Band& b) { return b.from; });
  return band.offset + cell_total(band.cells, magnitude - band.from, work);
}

std::int64_t SnnSquare::neurons() const {
  std::int64_t count = 1;
  for (const Band& band : bands) count += static_cast<std::int64_t>(band.cells.size());
  return count;
}

Root SnnRoot::operator()(std::int64_t m, ApproximatorWork& work) const {
  Root root;
  std::int64_t operand = std::max<std::int64_t>(m, 1);
  for (; operand >= end; operand >>= 2) ++root.shift;
  for (; operand < cells.front().edge; operand <<= 2) --root.shift;
  root.value = cell_total(cells, operand, work);
  return root;
}

}  // namespace ranvier::workloads
