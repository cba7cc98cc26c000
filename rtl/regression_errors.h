// SPDX-License-Identifier: Apache-2.0
// What can go wrong in the regression itself: its data, its tools, what it is asked for.
#pragma once

#include <string>

#include "base/error.h"
#include "rtl/errors.h"

namespace ranvier::rtl {

/// A data file of the regression says something that cannot be.
struct RtlDataError : Error {
  RtlDataError(const FilePlace& where, const std::string& what_is_wrong)
      : Error(ExitCode::kBadInput, where.text() + ": " + what_is_wrong), place(where), problem(what_is_wrong) {}
  FilePlace place;
  std::string problem;
};

/// A core that is not in rtl/regression_cores.cpp.
struct UnknownRegressionCore : Error {
  UnknownRegressionCore(const std::string& name, const std::string& known)
      : Error(ExitCode::kUsage, "no core '" + name + "' in the regression; there are " + known +
                                    "; a library is given by its path, ./NAME.so"),
        core(name) {}
  std::string core;
};

}  // namespace ranvier::rtl
