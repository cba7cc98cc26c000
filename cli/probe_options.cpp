// SPDX-License-Identifier: Apache-2.0
#include "cli/probe_options.h"

#include <fmt/format.h>

#include "cli/schedules.h"

namespace ranvier::cli {
namespace {

/// What of a probe can be judged before the simulation starts.
void check(const sim::ProbeSpec& spec, const Job& job) {
  sim::check_fidelity(spec, fidelity_of(job.options().fidelity));
  if (spec.kind == sim::ProbeKind::kSpikes || spec.kind == sim::ProbeKind::kMembrane)
    sim::probed_tiles(spec, job.problem());
  else
    sim::probed_routers(spec, job.problem().board);
}

}  // namespace

void add_probe_options(CLI::App& verb, ProbeOptions& o) {
  verb.add_option("--probe", o.probes,
                  "record while simulating, e.g. spikes:block0.q, membrane:block0.q[tokens=0..4], links; repeatable");
  verb.add_option("--probe-format", o.format, "of probe files whose name does not tell")
      ->capture_default_str()
      ->check(CLI::IsMember({"csv", "hdf5"}));
}

std::vector<sim::ProbeSpec> parse_probes(const ProbeOptions& options) {
  std::vector<sim::ProbeSpec> specs;
  for (const std::string& text : options.probes) specs.push_back(sim::parse_probe(text));
  return specs;
}

std::unique_ptr<report::ProbeFiles> open_probes(const ProbeOptions& options, const Job& job, const std::string& out) {
  if (!options.any()) return nullptr;
  if (!job.options().ranks.empty())
    throw UsageError("--probe",
                     "a rank sees the cores of its own chips only; leave out --ranks, the result is the same");
  const std::vector<sim::ProbeSpec> specs = parse_probes(options);
  for (const sim::ProbeSpec& spec : specs) check(spec, job);
  const JobOptions& o = job.options();
  report::ProbeFilesOptions how;
  how.run_folder = out;
  how.format = options.format == "hdf5" ? report::ProbeFormat::kHdf5 : report::ProbeFormat::kCsv;
  how.facts = {{"workload", o.workload},
               {"target", o.target},
               {"schedule", o.schedule},
               {"seed", fmt::format("{}", o.common.seed)}};
  return std::make_unique<report::ProbeFiles>(specs, how);
}

}  // namespace ranvier::cli
