// SPDX-License-Identifier: Apache-2.0
// A mapped program on an RTL chip: loads cores and tables, runs images step by step, and says what each tile sent and
// how long each step took. Shares the schedule with the chip simulation, and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapper/mapping.h"
#include "rtl/noc/chip_port.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

struct ChipStep {
  std::vector<std::vector<sim::Event>> sent;  // by tile, in the order of its core; the host's too. Ports are 0
  std::int64_t cycles = 0;                    // from the tick until all is idle
};
struct ChipImage {
  std::vector<ChipStep> steps;
  std::vector<std::int32_t> logits;  // potentials of the last stage's first token
};

class RtlChip {
 public:
  /// `problem` and `mapping` outlive this. Throws ChipNotInRtl (rtl/noc/errors.h) for what rv_chip cannot run,
  /// MeshNotVerilated for a board that it is not. An assertion that fails in the check build is a ChipFault of run().
  RtlChip(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, ModelBuild build = ModelBuild::kFast);
  ~RtlChip();

  /// Input codes as for sim::simulate(). Throws ChipFault for a sticky fault of the RTL or a step that does not end.
  ChipImage run(const std::vector<std::int32_t>& codes);
  std::int64_t cycles() const;  // clocked since construction

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ranvier::rtl
