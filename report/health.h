// SPDX-License-Identifier: Apache-2.0
// Whether the run can be believed, said before any result.
#pragma once

#include <string>
#include <vector>

#include "report/run_record.h"

namespace ranvier::report {

/// kNote informs, kWarning means a result is limited by it, kBad that a result is wrong.
enum class Severity : std::uint8_t { kGood, kNote, kWarning, kBad };

struct HealthLine {
  Severity severity = Severity::kGood;
  std::string subject;  // "Lost events"
  std::string finding;  // one sentence with numbers and units
};

struct Health {
  Severity worst = Severity::kGood;
  std::string verdict;  // one sentence
  std::vector<HealthLine> lines;
};

Health health(const RunRecord& record);

}  // namespace ranvier::report
