// SPDX-License-Identifier: Apache-2.0
// The energy that papers on spiking networks print: additions and multiply-adds alone, in 45 nm. It stands beside the
// ledger, never in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/run_record.h"

namespace ranvier::report {

/// M. Horowitz, "Computing's energy problem", ISSCC 2014: 32-bit floating addition, and multiplication and addition.
inline constexpr double kLiteratureAccumulatePj = 0.9;
inline constexpr double kLiteratureMultiplyAccumulatePj = 4.6;
/// Papers take the rule from Rathi and Roy, 2021.
inline constexpr const char* kArithmeticLabel =
    "arithmetic only, E_AC x adds + E_MAC x multiply-adds, 45 nm, Horowitz 2014";
inline constexpr const char* kArithmeticSource =
    "E_AC 0.9 pJ, E_MAC 4.6 pJ: M. Horowitz, ISSCC 2014, 32-bit float at 45 nm; rule of Rathi and Roy, 2021; no "
    "memory, "
    "network, state or static power";

struct ArithmeticRow {
  StageId stage;
  std::string layer;
  std::int64_t adds = 0;           // of the run
  std::int64_t multiply_adds = 0;  // of the run: graded events, dense mode and device
  double snn_per_image_nj = 0;
  std::optional<double> ann_per_image_nj;  // every multiply-add of the dense network
};

struct Arithmetic {
  std::vector<ArithmeticRow> rows;  // by stage
  double snn_per_image_nj = 0;
  std::optional<double> ann_per_image_nj;  // none where the network has no dense form: compartments over time
  std::optional<double> ann_over_snn;
};

Arithmetic arithmetic_only(const RunRecord& record);

}  // namespace ranvier::report
