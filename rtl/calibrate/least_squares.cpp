// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/least_squares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ranvier::rtl {
namespace {

constexpr double kNothing = 1e-12;  // of a scaled column: depends on those before it

/// Householder QR with scaled columns and without pivoting: normal equations would square the condition, and ratios
/// here reach 10^4.
std::vector<double> solve(std::vector<std::vector<double>> rows, std::vector<double> targets) {
  if (rows.empty()) return {};
  const std::size_t m = rows.size(), n = rows.front().size();
  std::vector<double> scale(n, 0), diagonal(n, 0);
  for (std::size_t c = 0; c < n; ++c) {
    for (std::size_t r = 0; r < m; ++r) scale[c] = std::max(scale[c], std::abs(rows[r][c]));
    if (scale[c] == 0) continue;
    for (std::size_t r = 0; r < m; ++r) rows[r][c] /= scale[c];
  }
  std::size_t rank = 0;
  std::vector<std::size_t> row_of(n, m);
  for (std::size_t c = 0; c < n && rank < m; ++c) {
    double norm = 0;
    for (std::size_t r = rank; r < m; ++r) norm += rows[r][c] * rows[r][c];
    norm = std::sqrt(norm);
    if (norm < kNothing * std::sqrt(static_cast<double>(m))) continue;
    const double alpha = rows[rank][c] > 0 ? -norm : norm;
    std::vector<double> v(m, 0);
    for (std::size_t r = rank; r < m; ++r) v[r] = rows[r][c];
    v[rank] -= alpha;
    const double length = std::inner_product(v.begin(), v.end(), v.begin(), 0.0);
    const auto reflect = [&](auto get) {
      double along = 0;
      for (std::size_t r = rank; r < m; ++r) along += v[r] * get(r);
      for (std::size_t r = rank; r < m; ++r) get(r) -= 2 * along / length * v[r];
    };
    for (std::size_t k = c; k < n; ++k) reflect([&](std::size_t r) -> double& { return rows[r][k]; });
    reflect([&](std::size_t r) -> double& { return targets[r]; });
    row_of[c] = rank++;
  }
  std::vector<double> x(n, 0);
  for (std::size_t c = n; c-- > 0;) {
    if (row_of[c] == m) continue;
    double value = targets[row_of[c]];
    for (std::size_t k = c + 1; k < n; ++k) value -= rows[row_of[c]][k] * x[k];
    x[c] = value / rows[row_of[c]][c];
  }
  for (std::size_t c = 0; c < n; ++c) x[c] = scale[c] == 0 ? 0 : x[c] / scale[c];
  return x;
}

}  // namespace

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> least_squares(const std::vector<std::vector<double>>& features,
                                  const std::vector<double>& targets) {
  return solve(features, targets);
}

std::vector<double> relative_least_squares(const std::vector<std::vector<double>>& features,
                                           const std::vector<double>& targets) {
  std::vector<std::vector<double>> rows = features;
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (double& value : rows[r]) value /= targets[r];
  for (;;) {
    std::vector<double> x = solve(rows, std::vector<double>(targets.size(), 1.0));
    const auto least = std::min_element(x.begin(), x.end());
    if (least == x.end() || *least >= 0) return x;
    for (auto& row : rows) row[static_cast<std::size_t>(least - x.begin())] = 0;
  }
}

}  // namespace ranvier::rtl
