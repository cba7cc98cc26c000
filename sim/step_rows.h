// SPDX-License-Identifier: Apache-2.0
// Tables that grow with the steps of a run, held within a bound: where there would be more rows, neighbours are joined,
// two, then four, then eight steps a row. Sums stay exact, maxima stay maxima, only the place within a row is lost.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/run_result.h"

namespace ranvier::sim {

/// `more` follows `row` in time: what they hold together.
void join(StepResult& row, const StepResult& more);

/// Appends a row. `steps_a_row`: how many steps one may hold, a power of two, raised here; `most` is 2 or more.
void add_row(std::vector<StepResult>& rows, std::int64_t& steps_a_row, const StepResult& row, std::size_t most);

/// Counts by step, bin i of steps i * steps_a_bin to (i + 1) * steps_a_bin - 1, become counts of `wanted` steps a bin,
/// a multiple.
void widen_bins(std::vector<std::int64_t>& bins, std::int64_t steps_a_bin, std::int64_t wanted);

}  // namespace ranvier::sim
