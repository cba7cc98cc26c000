// SPDX-License-Identifier: Apache-2.0
// Sources in common, counted for a sample of neurons.
#include "mapper/shared_sources.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

namespace ranvier::mapper {

namespace {

constexpr std::size_t kSample = 64;  // neurons, evenly over their numbers
constexpr std::size_t kNearest = 8;

/// The mean of the first `count`.
double mean(const std::vector<std::size_t>& values, std::size_t count) {
  const auto end = values.begin() + static_cast<std::ptrdiff_t>(count);
  return static_cast<double>(std::accumulate(values.begin(), end, std::size_t{0})) / static_cast<double>(count);
}

}  // namespace

double nearness(const hypergraph::Lists& heard, std::size_t sources) {
  const std::size_t n = heard.size();
  if (n < 2) return 0;
  const hypergraph::Lists hear = hypergraph::transposed(heard, sources);
  const std::size_t sample = std::min(kSample, n);
  const std::size_t nearest = std::min(kNearest, n - 1);
  double sum = 0;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < sample; ++i) {
    const std::size_t neuron = i * n / sample;
    if (heard[neuron].empty()) continue;
    std::vector<std::size_t> common(n, 0);
    for (const std::uint32_t source : heard[neuron])
      for (const std::uint32_t other : hear[source]) ++common[other];
    common.erase(common.begin() + static_cast<std::ptrdiff_t>(neuron));
    std::partial_sort(common.begin(), common.begin() + static_cast<std::ptrdiff_t>(nearest), common.end(),
                      std::greater<>());
    sum += (mean(common, nearest) - mean(common, n - 1)) / static_cast<double>(heard[neuron].size());
    ++counted;
  }
  return counted == 0 ? 0 : sum / static_cast<double>(counted);
}

}  // namespace ranvier::mapper
