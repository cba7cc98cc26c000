// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/ei_if_form.h"

#include "workloads/units.h"

namespace ranvier::workloads {

void add_approximator_work(const ApproximatorWork& done, StageWork& work) {
  work.state_reads += done.steps;
  work.multiply_adds += done.steps;
  work.events += done.spikes;
  work.adds += done.spikes;
}

void add_norm_work(std::size_t values, int multiplications, StageWork& work) {
  work.state_reads += static_cast<std::int64_t>(values);
  work.multiply_adds += multiplications * static_cast<std::int64_t>(values);
}

std::vector<std::int64_t> softmax_rows(const Stage& stage, const std::vector<std::int64_t>& scores,
                                       const SoftmaxParams& params, StageWork& work) {
  const std::int32_t keys = stage.channels / stage.heads;
  const auto n = static_cast<std::size_t>(keys);
  std::vector<std::int32_t> row(n), mapped(n);
  std::vector<std::int64_t> all;
  all.reserve(scores.size());
  for (std::size_t at = 0; at < scores.size(); at += n) {
    for (std::size_t j = 0; j < n; ++j) row[j] = static_cast<std::int32_t>(scores[at + j]);
    softmax_row(row.data(), keys, params, mapped.data());
    all.insert(all.end(), mapped.begin(), mapped.end());
  }
  work.state_reads += static_cast<std::int64_t>(scores.size());
  work.multiply_adds +=
      2 * static_cast<std::int64_t>(scores.size());  // to the exponent, and the share of the row's sum
  return all;
}

}  // namespace ranvier::workloads
