// SPDX-License-Identifier: Apache-2.0
#include "cli/verb_rtl_core.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#ifdef RANVIER_HAS_RTL
#include "rtl/adapter/foreign_regression.h"

namespace ranvier::cli {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> cases_missed(const rtl::ForeignRegressionResult& r) {
  std::vector<std::string> missed;
  for (const auto& [name, hits] : r.cases)
    if (hits == 0) missed.push_back(name);
  return missed;
}

ordered_json to_json(const rtl::ForeignRegressionResult& r) {
  ordered_json seeds = ordered_json::array(), mismatches = ordered_json::array();
  for (const auto& s : r.seeds)
    seeds.push_back({{"seed", s.seed},
                     {"passed", s.passed},
                     {"steps", s.steps},
                     {"cycles", s.cycles},
                     {"events_in", s.events_in},
                     {"events_out", s.events_out}});
  for (const auto& m : r.mismatches)
    mismatches.push_back({{"seed", m.seed},
                          {"cycle", m.cycle},
                          {"step", m.step},
                          {"token", m.token},
                          {"neuron", m.neuron},
                          {"expected", m.expected},
                          {"got", m.got},
                          {"wave", m.wave}});
  return {{"core", r.core},
          {"passed", r.passed},
          {"failed", r.failed},
          {"seeds", seeds},
          {"mismatches", mismatches},
          {"cases", r.cases},
          {"cases_missed", cases_missed(r)},
          {"cycles_per_s", r.cycles_per_s}};
}

void print_table(const rtl::ForeignRegressionResult& r) {
  for (const auto& s : r.seeds)
    fmt::print("{} seed {:<20} {}  {:>6} steps {:>10} cycles {:>8} events in {:>8} out\n", r.core, s.seed,
               s.passed ? "passed" : "FAILED", s.steps, s.cycles, s.events_in, s.events_out);
  const auto missed = cases_missed(r);
  fmt::print("{} of {} cases met{}\n", r.cases.size() - missed.size(), r.cases.size(),
             missed.empty() ? "" : fmt::format("; not: {}", fmt::join(missed, ", ")));
  fmt::print("{:.2f} M core cycles/s\n{} passed, {} failed\n", r.cycles_per_s / 1e6, r.passed, r.failed);
}

}  // namespace

bool names_library(const std::string& core) { return core.find('/') != std::string::npos || core.ends_with(".so"); }

void add_timeout_option(CLI::App& verb, std::uint64_t& timeout_cycles) {
  verb.add_option("--timeout-cycles", timeout_cycles,
                  "with --core LIBRARY: clock cycles after which a call has failed; 0: what the library says")
      ->capture_default_str();
}

ExitCode test_library(const LibraryTest& test) {
  const auto r = rtl::run_foreign_regression({.library = test.library,
                                              .count = test.count,
                                              .seed = test.seed,
                                              .steps = test.steps,
                                              .replay = test.replay,
                                              .more = test.more,
                                              .wave_dir = test.wave_dir,
                                              .timeout_cycles = test.timeout_cycles});
  for (const auto& m : r.mismatches) fmt::print(stderr, "{}\n", m.message());
  if (test.json) {
    fmt::print("{}\n", to_json(r).dump(2));
  } else {
    print_table(r);
  }
  return r.failed == 0 ? ExitCode::kOk : ExitCode::kFunctionalMismatch;
}

}  // namespace ranvier::cli
#endif
