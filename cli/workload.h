// SPDX-License-Identifier: Apache-2.0
// A workload as every verb takes it: by name or path, with as many of its inputs as asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::cli {

/// One sentence.
std::string describe(const workloads::VitModel& model, const workloads::Program& program);

/// Of any kind, with the numbers in `set` where it has any.
workloads::Program load_program(const std::string& name_or_path, const std::string& set, int threads);

class Workload {
 public:
  /// Loads, converts, and reads the first `inputs` test inputs. Throws UsageError where there are fewer.
  Workload(const std::string& name_or_path, std::size_t inputs, int threads);
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  const workloads::Program& program() const { return program_; }
  const std::vector<std::vector<std::int32_t>>& samples() const { return samples_; }
  const std::string& description() const { return description_; }

 private:
  workloads::Program program_;
  std::vector<std::vector<std::int32_t>> samples_;
  std::string description_;
};

}  // namespace ranvier::cli
