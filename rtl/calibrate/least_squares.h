// SPDX-License-Identifier: Apache-2.0
// Small least squares for calibration: few features, many samples.
#pragma once

#include <vector>

namespace ranvier::rtl {

/// One coefficient a feature. A feature that carries nothing, or depends on the others, gets 0.
std::vector<double> least_squares(const std::vector<std::vector<double>>& features, const std::vector<double>& targets);

/// The same of relative errors, without negative coefficients: as long as there is one, the most negative feature is
/// left out and all is fitted again. Targets are above 0.
std::vector<double> relative_least_squares(const std::vector<std::vector<double>>& features,
                                           const std::vector<double>& targets);

double dot(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace ranvier::rtl
