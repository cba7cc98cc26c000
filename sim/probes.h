// SPDX-License-Identifier: Apache-2.0
// The probes that come with the simulator: docs/reference/probes.md lists their columns. Each keeps what one step
// needs, never the run.
#pragma once

#include <memory>

#include "sim/probe.h"
#include "sim/probe_spec.h"
#include "sim/row_sink.h"

namespace ranvier::sim {

/// One of a spec's kind, except vcd (wave_probe.h); `rows` outlives it. What the fidelity, program or board does not
/// have is thrown when the run begins.
std::unique_ptr<Probe> make_table_probe(const ProbeSpec& spec, RowSink& rows);

std::unique_ptr<Probe> make_spike_probe(const ProbeSpec& spec, RowSink& rows);
std::unique_ptr<Probe> make_membrane_probe(const ProbeSpec& spec, RowSink& rows);
std::unique_ptr<Probe> make_link_probe(const ProbeSpec& spec, RowSink& rows);
std::unique_ptr<Probe> make_buffer_probe(const ProbeSpec& spec, RowSink& rows);
std::unique_ptr<Probe> make_stall_probe(const ProbeSpec& spec, RowSink& rows);

/// Title and facts that every table carries.
TableInfo table_of(const ProbeSpec& spec, const ProbedRun& run, std::string title, std::vector<Column> columns);

/// Names of the program's stages: labels of a stage column.
std::vector<std::string> stage_names(const workloads::Program& program);

}  // namespace ranvier::sim
