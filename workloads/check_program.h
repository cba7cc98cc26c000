// SPDX-License-Identifier: Apache-2.0
// Whether a program is one that the integer units can run: for programs that come from a file.
#pragma once

#include <string>

#include "base/error.h"
#include "workloads/program.h"

namespace ranvier::workloads {

/// A stage that contradicts its neighbours, its own sizes, or the widths of integer-units.md.
struct BadProgram : Error {
  BadProgram(const std::string& program, const std::string& stage_, const std::string& what_is_wrong);
  std::string stage;
};

/// Everything that reference and executor rely on: sizes, order, code ranges, and under sum semantics that no potential
/// can leave its width whatever the input. Temporal programs are not taken. Throws BadProgram.
void check_program(const Program& program);

}  // namespace ranvier::workloads
