// SPDX-License-Identifier: Apache-2.0
// ranvier rtl test: constrained-random regression of the RTL core against its golden model.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/common.h"
#ifdef RANVIER_HAS_RTL
#include "rtl/regression.h"
#endif

namespace ranvier::cli {
#ifdef RANVIER_HAS_RTL
namespace {

struct RtlArguments {
  Common common;
  rtl::RegressionOptions regression;
};

ExitCode rtl_test(RtlArguments& a) {
  a.regression.seed = a.common.seed;
  const auto r = rtl::run_regression(a.regression);
  for (const auto& m : r.mismatches) fmt::print(stderr, "{}\n", m.message());
  if (a.common.json) {
    nlohmann::ordered_json seeds = nlohmann::ordered_json::array();
    for (const auto& s : r.seeds) seeds.push_back(s.seed);
    nlohmann::ordered_json missed = nlohmann::ordered_json::array();
    for (const auto& p : r.functional)
      if (p.hits == 0) missed.push_back(p.name);
    fmt::print("{}\n", nlohmann::ordered_json{{"passed", r.passed},
                                              {"failed", r.failed},
                                              {"seeds", seeds},
                                              {"line_coverage", r.line_coverage},
                                              {"toggle_coverage", r.toggle_coverage},
                                              {"functional_coverage", r.functional_coverage},
                                              {"functional_missed", missed},
                                              {"cycles_per_s", r.cycles_per_s}}
                           .dump(2));
  } else {
    for (const auto& s : r.seeds)
      fmt::print("seed {:<20} {}  {:>9} cycles {:>8} events in {:>8} out\n", s.seed, s.passed ? "passed" : "FAILED",
                 s.cycles, s.events_in, s.events_out);
    fmt::print("coverage: line {:.1f} %, toggle {:.1f} %, functional {:.1f} %\n", 100 * r.line_coverage,
               100 * r.toggle_coverage, 100 * r.functional_coverage);
    fmt::print("{:.2f} M core cycles/s\n{} passed, {} failed\n", r.cycles_per_s / 1e6, r.passed, r.failed);
  }
  return r.failed == 0 ? ExitCode::kOk : ExitCode::kFunctionalMismatch;
}

}  // namespace
#endif

void add_rtl_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("rtl", "the RTL cores");
  verb->require_subcommand(1);
  auto* test = verb->add_subcommand("test", "random regression against the golden model, seeds logged");
#ifdef RANVIER_HAS_RTL
  auto a = std::make_shared<RtlArguments>();
  test->add_option("--count", a->regression.count, "random tiles")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  test->add_option("--steps", a->regression.steps, "steps a tile")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  test->add_option("--replay", a->regression.replay, "run exactly these seeds");
  test->add_option("--waves", a->regression.wave_dir, "folder for the waveform of a failing seed");
  add_common(*test, a->common);
  test->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = rtl_test(*a);
  });
#else
  test->callback([&context] {
    context.exit_code = ExitCode::kUsage;
    throw UsageError("rtl test", "this binary was built without RTL; configure with -DRANVIER_RTL=ON");
  });
#endif
}

}  // namespace ranvier::cli
