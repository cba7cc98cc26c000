// SPDX-License-Identifier: Apache-2.0
// ranvier rtl: constrained-random regression of the RTL cores against their golden models; the other checks of the RTL
// have files of their own.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <random>

#include "cli/common.h"
#include "cli/rtl_options.h"
#include "cli/verb_rtl_calibrate.h"
#include "cli/verb_rtl_core.h"
#include "cli/verb_rtl_noc.h"
#ifdef RANVIER_HAS_RTL
#include "rtl/regression.h"
#endif

namespace ranvier::cli {
#ifdef RANVIER_HAS_RTL
namespace {

using nlohmann::ordered_json;

// Fewer seeds than the regression's own cannot be asked to cover everything.
constexpr std::int32_t kSeedsToJudge = 20;

struct RtlArguments {
  Common common;
  rtl::RegressionOptions regression;
  std::int32_t fresh = 0;
  bool show_missed = false;
  std::uint64_t timeout_cycles = 0;
};

/// A core from a library is tested alone: its bench is another one, and its coverage is its owner's.
ExitCode regress_library(const RtlArguments& a) {
  const auto& r = a.regression;
  if (r.cores.size() > 1) throw UsageError("--core", "a library is tested alone; name one at a time");
  return test_library({.library = r.cores.front(),
                       .count = r.count,
                       .steps = r.steps,
                       .seed = r.seed,
                       .replay = r.replay,
                       .more = r.more,
                       .wave_dir = r.wave_dir,
                       .timeout_cycles = a.timeout_cycles,
                       .json = a.common.json});
}

ordered_json to_json(const rtl::CoreRegression& c) {
  ordered_json missed = ordered_json::array(), seeds = ordered_json::array(), mismatches = ordered_json::array();
  for (const auto& p : c.functional)
    if (p.hits == 0) missed.push_back(p.name);
  for (const auto& s : c.seeds)
    seeds.push_back({{"seed", s.seed},
                     {"passed", s.passed},
                     {"cycles", s.cycles},
                     {"events_in", s.events_in},
                     {"events_out", s.events_out}});
  for (const auto& m : c.mismatches)
    mismatches.push_back({{"seed", m.seed},
                          {"cycle", m.cycle},
                          {"step", m.step},
                          {"token", m.token},
                          {"neuron", m.neuron},
                          {"place", m.place},
                          {"expected", m.expected},
                          {"got", m.got},
                          {"wave", m.wave}});
  return {{"core", c.core},
          {"passed", c.passed},
          {"failed", c.failed},
          {"seeds", seeds},
          {"mismatches", mismatches},
          {"line_coverage", c.line_coverage},
          {"line_points", c.line_points},
          {"lines_missed", c.lines_missed},
          {"toggle_coverage", c.toggle_coverage},
          {"toggle_points", c.toggle_points},
          {"toggle_points_excluded", c.excluded_points},
          {"functional_coverage", c.functional_coverage},
          {"functional_points", c.functional.size()},
          {"functional_missed", missed},
          {"cycles_per_s", c.cycles_per_s},
          {"wall_s", c.wall_s}};
}

/// What would be found out after the work, or never.
void check(const RtlArguments& a, bool library) {
  const auto& cores = a.regression.cores;
  for (auto core = cores.begin(); core != cores.end(); ++core)
    if (std::find(cores.begin(), core, *core) != core) throw UsageError("--core", *core + " is named twice");
  if (a.fresh > 0 && !a.regression.replay.empty())
    throw UsageError("--fresh", "--replay runs exactly the seeds that it names; leave one of them out");
  if (library && a.show_missed)
    throw UsageError("--missed", "lists RTL of Ranvier's own; leave it out for a core from a library");
  if (!library && a.timeout_cycles != 0)
    throw UsageError("--timeout-cycles", "is for a core from a library; leave it out, or name one by --core");
  if (a.regression.wave_dir.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(a.regression.wave_dir, failed);
  if (failed) throw UsageError("--waves", "no folder at " + a.regression.wave_dir + ": " + failed.message());
}

/// The lowest of all cores: what the floors are about.
double least(const rtl::RegressionResult& r, double rtl::CoreRegression::*share) {
  double lowest = 1;
  for (const auto& c : r.cores) lowest = std::min(lowest, c.*share);
  return lowest;
}

ordered_json to_json(const rtl::RegressionResult& r, const std::vector<std::string>& shortfalls, bool judged) {
  ordered_json seeds = ordered_json::array(), missed = ordered_json::array(), cores = ordered_json::array();
  double cycles = 0, seconds = 0;
  for (const auto& c : r.cores) {
    cores.push_back(to_json(c));
    for (const auto& name : cores.back()["functional_missed"]) missed.push_back(name);
    for (const auto& s : c.seeds) {
      if (&c == &r.cores.front()) seeds.push_back(s.seed);
      cycles += static_cast<double>(s.fast_cycles);
      seconds += s.fast_s;
    }
  }
  return {{"passed", r.passed()},
          {"failed", r.failed()},
          {"seeds", seeds},
          {"line_coverage", least(r, &rtl::CoreRegression::line_coverage)},
          {"toggle_coverage", least(r, &rtl::CoreRegression::toggle_coverage)},
          {"functional_coverage", least(r, &rtl::CoreRegression::functional_coverage)},
          {"functional_missed", missed},
          {"cycles_per_s", seconds > 0 ? cycles / seconds : 0.0},
          {"floors_judged", judged},
          {"below_floor", shortfalls},
          {"cores", cores}};
}

void print_table(const RtlArguments& a, const rtl::RegressionResult& r) {
  for (const auto& c : r.cores) {
    for (const auto& s : c.seeds)
      fmt::print("{} seed {:<20} {}  {:>9} cycles {:>8} events in {:>8} out\n", c.core, s.seed,
                 s.passed ? "passed" : "FAILED", s.cycles, s.events_in, s.events_out);
  }
  fmt::print("{:<20} {:>6} {:>6} {:>14} {:>16} {:>9} {:>13} {:>9} {:>7}\n", "core", "passed", "failed", "line",
             "toggle", "excluded", "functional", "M cycle/s", "wall s");
  for (const auto& c : r.cores) {
    const auto share = [](double of, std::int64_t points) { return fmt::format("{:.2f} % of {}", 100 * of, points); };
    fmt::print("{:<20} {:>6} {:>6} {:>14} {:>16} {:>9} {:>13} {:>9.2f} {:>7.1f}\n", c.core, c.passed, c.failed,
               share(c.line_coverage, c.line_points), share(c.toggle_coverage, c.toggle_points), c.excluded_points,
               share(c.functional_coverage, static_cast<std::int64_t>(c.functional.size())), c.cycles_per_s / 1e6,
               c.wall_s);
    if (!a.show_missed) continue;
    for (const auto& name : c.lines_missed) fmt::print("  line {}\n", name);
    for (const auto& name : c.toggles_missed) fmt::print("  toggle {}\n", name);
    for (const auto& p : c.functional)
      if (p.hits == 0) fmt::print("  functional {}\n", p.name);
  }
  fmt::print("{} passed, {} failed\n", r.passed(), r.failed());
}

ExitCode rtl_test(RtlArguments& a) {
  const bool library = std::any_of(a.regression.cores.begin(), a.regression.cores.end(), names_library);
  check(a, library);
  a.regression.seed = a.common.seed;
  std::random_device fresh;  // logged, so that --replay brings it back
  for (std::int32_t i = 0; i < a.fresh; ++i) {
    a.regression.more.push_back(fresh());
    if (!a.common.quiet) fmt::print(stderr, "fresh seed {}\n", a.regression.more.back());
  }
  if (library) return regress_library(a);
  const auto r = rtl::run_regression(a.regression);
  for (const auto& c : r.cores)
    for (const auto& m : c.mismatches) fmt::print(stderr, "{}\n", m.message());
  const bool judged = a.regression.replay.empty() && a.regression.count >= kSeedsToJudge;
  std::vector<std::string> shortfalls;
  for (const auto& c : r.cores)
    if (judged)
      for (auto& line : c.shortfalls()) shortfalls.push_back(std::move(line));
  if (a.common.json) {
    fmt::print("{}\n", to_json(r, shortfalls, judged).dump(2));
  } else {
    print_table(a, r);
  }
  for (const auto& line : shortfalls) fmt::print(stderr, "below its floor: {}\n", line);
  if (r.failed() != 0) return ExitCode::kFunctionalMismatch;
  return shortfalls.empty() ? ExitCode::kOk : ExitCode::kRegression;
}

}  // namespace
#endif

void add_rtl_verb(CLI::App& app, Context& context) {
#ifdef RANVIER_HAS_RTL
  auto* verb = app.add_subcommand("rtl", "the RTL cores");
  verb->require_subcommand(1);
  auto* test = verb->add_subcommand("test", "random regression against the golden models, seeds logged");
  auto a = std::make_shared<RtlArguments>();
  test->add_option("--core", a->regression.cores,
                   "only these cores; or a core of your own, a library (docs/how-to/add-a-core-rtl.md)");
  add_timeout_option(*test, a->timeout_cycles);
  test->add_option("--count", a->regression.count, "seeds a core; coverage floors are judged from 20 on")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  test->add_option("--fresh", a->fresh, "so many seeds more, never used before")->check(whole_number(0, 1'000));
  test->add_option("--steps", a->regression.steps, "steps a seed")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  test->add_option(
          "--replay", a->regression.replay,
          "run exactly these seeds; --seed, from which registers get their first values, and --steps as before")
      ->check(whole_number(0, UINT64_MAX));
  test->add_option("--waves", a->regression.wave_dir, "folder for the waveform of a failing seed");
  test->add_flag("--missed", a->show_missed, "list what no seed covered");
  add_common(*test, a->common);
  test->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = rtl_test(*a);
  });
  add_rtl_calibrate_verb(*verb, context);
  add_rtl_noc_verb(*verb, context);
#else
  // Takes whatever follows, so that it is always this that is said and never an unknown option.
  auto* verb = app.add_subcommand("rtl", "the RTL cores; not in this binary, which was built without RTL");
  verb->allow_extras();
  verb->callback([] { refuse_without_rtl("rtl"); });
  (void)context;
#endif
}

}  // namespace ranvier::cli
