// SPDX-License-Identifier: Apache-2.0
#include "cli/remap_options.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/log.h"
#include "base/terminal.h"
#include "report/build_facts.h"
#include "report/remap_verdict.h"
#include "report/run_folder.h"
#include "report/run_json.h"
#include "report/terminal.h"
#include "report/trace.h"

namespace ranvier::cli {
namespace {

double parse_number(const std::string& text, const std::string& whole) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--remap", fmt::format("'{}' in '{}' is no number; write until=1%,max=8", text, whole));
  return value;
}

/// "2%" or "0.02".
double parse_share(const std::string& key, std::string value, const std::string& whole) {
  const bool percent = !value.empty() && value.back() == '%';
  if (percent) value.pop_back();
  const double share = parse_number(value, whole) / (percent ? 100 : 1);
  if (!(share >= 0 && share < 1)) throw UsageError("--remap", key + " must be from 0 to 100 %");
  return share;
}

}  // namespace

sim::RemapLoopOptions parse_remap(const std::string& text, std::uint64_t seed) {
  sim::RemapLoopOptions options;
  options.seed = seed;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (key == "until") {
      options.until = parse_share(key, value, text);
    } else if (key == "min-gain") {
      options.min_gain = parse_share(key, value, text);
    } else if (key == "hold-out") {
      options.hold_out = parse_share(key, value, text);
    } else if (key == "max") {
      const double most = parse_number(value, text);
      if (!(most >= 1 && most <= 1000) || most != std::floor(most))
        throw UsageError("--remap", "max must be a whole number, 1..1000");
      options.max_iterations = static_cast<std::int32_t>(most);
    } else {
      throw UsageError("--remap", fmt::format("unknown key '{}'; write until=1%,max=8,min-gain=2%,hold-out=50%", key));
    }
  }
  return options;
}

void remap_job(Job& job, sim::RunResult measured, const sim::RemapLoopOptions& options, report::RunRecord& record) {
  if (!job.options().common.quiet)
    log::info("remapping: at most {}, each simulated", counted(options.max_iterations, "proposal"));
  const auto options_for = [&job](const mapper::Mapping& mapping) {
    job.set_mapping(mapping);
    return job.simulation_options();
  };
  auto outcome =
      sim::remap_until(job.problem(), job.mapping(), std::move(measured), job.image_codes(), options_for, options);
  job.set_mapping(outcome.mapping);
  record.result = std::move(outcome.result);
  record.remap_verdict = outcome.verdict;
  if (interrupted()) record.result.interrupted = true;
  for (const auto& s : outcome.steps)
    record.remap.push_back(
        {s.iteration, s.step_time_ns_mean, nanojoules(s.energy), s.max_link_load, s.hops, s.moved_tiles, s.accepted});
}

namespace {

/// log.txt: what was done, how long each part took, what remap decided.
std::string log_text(const JobOptions& job, const report::RunRecord& record) {
  std::string text = fmt::format("{} on {}: {}, {}, preset {}, seed {}\n", job.workload, job.target, job.schedule,
                                 job.fidelity, job.preset, job.common.seed);
  for (const auto& part : record.wall_times) text += fmt::format("{}: {:.3f} s\n", part.stage, part.seconds);
  for (const auto& tile : record.result.verilated_tiles) text += fmt::format("on a Verilated core: {}\n", tile);
  for (const auto& s : record.remap)
    text += fmt::format("remap {}: {} moved, step {:.1f} ns, {:.3f} nJ, fullest link {:.4f} flits/cycle, {} hops: {}\n",
                        s.iteration, counted(s.moved_tiles, "tile"), s.step_time_ns_mean, s.energy_nj, s.max_link_load,
                        s.hops,
                        s.iteration == 0 ? "start"
                        : s.accepted     ? "accepted"
                                         : "refused");
  if (record.remap_verdict) text += fmt::format("remap: {}\n", report::verdict_line(*record.remap_verdict));
  return text;
}

}  // namespace

ExitCode finish_run(const Job& job, report::RunRecord& record, const std::string& out, bool force, double wall_s) {
  const auto& result = record.result;
  record.images.resize(std::min(record.images.size(), result.images.size()));
  bool exact = !result.images.empty();
  for (std::size_t i = 0; i < result.images.size(); ++i) {
    if (record.images[i].label >= 0) {
      ++record.chip.images;
      record.chip.correct += result.images[i].predicted == record.images[i].label;
    }
    exact = exact && result.images[i].exact;
  }
  record.wall_s = wall_s;
  record.log = log_text(job.options(), record);
  record.peak_rss_mib = report::peak_rss_mib();
  if (const std::string remark = report::trace_remark(record); !remark.empty()) {
    record.log += remark + "\n";
    if (!job.options().common.quiet) log::info("{}", remark);
  }
  report::write_run_folder(out, record, force);
  if (job.options().common.json) {
    fmt::print("{}\n", report::run_json(record, out));
  } else {
    fmt::print("{}\nreport: {}/report.html\n", report::terminal_report(record, {.colour = may_colour(STDOUT_FILENO)}),
               out);
    if (!record.probes_folder.empty()) fmt::print("probes: {}/probes\n", out);
  }
  if (result.interrupted) {
    log::warning("interrupted: {} of {} simulated", result.images.size(), counted(job.options().images, "image"));
    return ExitCode::kInterrupted;
  }
  if (!exact) log::error("the chip's integers differ from the reference; see the health section of the report");
  return exact ? ExitCode::kOk : ExitCode::kFunctionalMismatch;
}

}  // namespace ranvier::cli
