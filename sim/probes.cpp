// SPDX-License-Identifier: Apache-2.0
#include "sim/probes.h"

#include <stdexcept>

namespace ranvier::sim {
namespace {

const char* name_of(Fidelity fidelity) {
  return fidelity == Fidelity::kAnalytic ? "analytic" : fidelity == Fidelity::kFast ? "fast" : "cycle";
}

}  // namespace

std::unique_ptr<Probe> make_table_probe(const ProbeSpec& spec, RowSink& rows) {
  switch (spec.kind) {
    case ProbeKind::kSpikes:
      return make_spike_probe(spec, rows);
    case ProbeKind::kMembrane:
      return make_membrane_probe(spec, rows);
    case ProbeKind::kLinks:
      return make_link_probe(spec, rows);
    case ProbeKind::kBuffers:
      return make_buffer_probe(spec, rows);
    case ProbeKind::kStalled:
      return make_stall_probe(spec, rows);
    case ProbeKind::kVcd:
      break;
  }
  throw std::logic_error("no table probe of this kind");
}

TableInfo table_of(const ProbeSpec& spec, const ProbedRun& run, std::string title, std::vector<Column> columns) {
  return {spec.text,
          std::move(title),
          std::move(columns),
          {{"program", run.problem.program->name},
           {"board", run.problem.board.name},
           {"clock_khz", fmt::format("{}", run.problem.board.chip.clock_khz.value)},
           {"fidelity", name_of(run.fidelity)}}};
}

std::vector<std::string> stage_names(const workloads::Program& program) {
  std::vector<std::string> names;
  for (const workloads::Stage& stage : program.stages) names.push_back(stage.name);
  return names;
}

}  // namespace ranvier::sim
