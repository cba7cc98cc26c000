// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_units.h"

#include <cassert>
#include <cstdlib>

#include "workloads/units.h"

namespace ranvier::workloads {

SynapsisTotals synapsis(const SynapsisParams& params, std::span<const std::int64_t> x, SynapsisForm form) {
  const std::size_t outputs = params.threshold.size();
  SynapsisTotals totals;
  totals.before.assign(x.size(), 0);
  totals.sum.assign(outputs, 0);
  std::vector<EiIfNeuron> first(x.size(), EiIfNeuron(params.before));
  for (std::int32_t t = 0; t < params.steps; ++t) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::int32_t spike = first[i].step(x[i]);
      totals.before[i] += spike;
      for (std::size_t o = 0; spike != 0 && o < outputs; ++o)
        totals.sum[o] += spike * params.linear.weight[i * outputs + o];
    }
    for (std::size_t o = 0; form == SynapsisForm::kPaper && o < outputs; ++o) totals.sum[o] += params.linear.bias[o];
  }
  for (std::size_t o = 0; form == SynapsisForm::kCode && o < outputs; ++o) totals.sum[o] += params.linear.bias[o];
  totals.after.assign(outputs, 0);
  for (std::size_t o = 0; o < outputs; ++o) {
    EiIfNeuron neuron({1, params.threshold[o]});
    for (std::int32_t t = 0; t < params.steps; ++t) totals.after[o] += neuron.step(totals.sum[o]);
  }
  return totals;
}

SnnMatmul::SnnMatmul(std::size_t rows, std::size_t columns, std::size_t depth)
    : rows_(rows),
      columns_(columns),
      depth_(depth),
      sum_q_(rows * depth),
      sum_k_(columns * depth),
      result_(rows * columns) {}

void SnnMatmul::step(std::span<const std::int8_t> q, std::span<const std::int8_t> k) {
  assert(q.size() == sum_q_.size() && k.size() == sum_k_.size());
  for (std::size_t i = 0; i < q.size(); ++i) sum_q_[i] += q[i];
  for (std::size_t i = 0; i < k.size(); ++i) sum_k_[i] += k[i];
  for (std::size_t r = 0; r < rows_; ++r)
    for (std::size_t c = 0; c < columns_; ++c)
      for (std::size_t d = 0; d < depth_; ++d) {
        const std::int64_t spike_q = q[r * depth_ + d], spike_k = k[c * depth_ + d];
        result_[r * columns_ + c] +=
            sum_q_[r * depth_ + d] * spike_k + spike_q * sum_k_[c * depth_ + d] - spike_q * spike_k;
        adds_ += std::abs(spike_q) + std::abs(spike_k) + std::abs(spike_q * spike_k);
      }
}

SnnSoftmax::SnnSoftmax(std::size_t keys, const SoftmaxParams& params) : params_(params), sum_(keys), emitted_(keys) {}

std::vector<std::int32_t> SnnSoftmax::step(std::span<const std::int32_t> increments) {
  assert(increments.size() == sum_.size());
  std::vector<std::int32_t> mapped(sum_.size());
  for (std::size_t j = 0; j < sum_.size(); ++j) sum_[j] += increments[j];
  softmax_row(sum_.data(), static_cast<std::int32_t>(sum_.size()), params_, mapped.data());
  std::vector<std::int32_t> difference(mapped);
  for (std::size_t j = 0; j < mapped.size(); ++j) difference[j] -= emitted_[j];
  emitted_ = std::move(mapped);
  return difference;
}

}  // namespace ranvier::workloads
