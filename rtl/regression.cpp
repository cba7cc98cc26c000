// SPDX-License-Identifier: Apache-2.0
#include "rtl/regression.h"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/random.h"
#include "rtl/coverage_rules.h"
#include "rtl/data_file.h"
#include "rtl/regression_cores.h"
#include "rtl/regression_errors.h"

namespace ranvier::rtl {
namespace {

namespace fs = std::filesystem;

/// A folder of our own that goes away with the object.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& parent) {
    std::string name = (parent.empty() ? fs::temp_directory_path() : fs::path(parent)) / "ranvier-rtl-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw RtlFileError(name, "cannot make a scratch folder here; set TMPDIR");
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;  // nothing useful can be done about a leftover
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::uint64_t> seeds_of(const RegressionOptions& options) {
  if (!options.replay.empty()) return options.replay;
  std::vector<std::uint64_t> seeds;
  for (std::int32_t i = 0; i < options.count; ++i) {
    // 53 bits, so that JSON readers keep every digit.
    seeds.push_back(random_u64(options.seed, static_cast<std::uint64_t>(i), 0) >> 11);
  }
  return seeds;
}

std::vector<RegressionEntry> chosen_cores(const std::vector<std::string>& names) {
  const auto all = regression_cores();
  if (names.empty()) return {all.begin(), all.end()};
  std::vector<RegressionEntry> chosen;
  for (const std::string& name : names) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const RegressionEntry& e) { return e.name == name; });
    if (at == all.end()) {
      std::string known;
      for (const RegressionEntry& e : all) known += (known.empty() ? "" : ", ") + std::string(e.name);
      throw UnknownRegressionCore(name, known);
    }
    chosen.push_back(*at);
  }
  return chosen;
}

std::string run_again_with_wave(RegressionCore& core, const std::string& name, std::uint64_t seed,
                                const RegressionOptions& options) {
  if (options.wave_dir.empty()) return {};
  fs::create_directories(options.wave_dir);
  const fs::path wave = fs::path(options.wave_dir) / fmt::format("{}.{}.fst", name, seed);
  core.run_with_wave(seed, options.steps, wave);
  return wave.string();
}

CoreRegression run_core(const RegressionEntry& entry, const std::vector<std::uint64_t>& seeds,
                        const RegressionOptions& options, const fs::path& scratch) {
  const auto start = std::chrono::steady_clock::now();
  CoreRegression result;
  result.core = entry.name;
  const CoverageRules rules = read_coverage_rules(rtl_data("coverage") / (result.core + ".yaml"));
  const std::unique_ptr<RegressionCore> core = entry.make(static_cast<std::uint32_t>(options.seed));
  std::int64_t fast_cycles = 0;
  double fast_s = 0;
  for (const std::uint64_t seed : seeds) {
    SeedOutcome outcome = core->run(seed, options.steps);
    result.seeds.push_back(outcome.result);
    fast_cycles += outcome.result.fast_cycles;
    fast_s += outcome.result.fast_s;
    ++(outcome.result.passed ? result.passed : result.failed);
    if (outcome.mismatch) {
      outcome.mismatch->core = result.core;
      outcome.mismatch->again = fmt::format("--replay {} --steps {} --seed {}", seed, options.steps, options.seed) +
                                (options.wave_dir.empty() ? " --waves FOLDER" : "");
      outcome.mismatch->wave = run_again_with_wave(*core, result.core, seed, options);
      result.mismatches.push_back(*outcome.mismatch);
    }
  }
  if (fast_s > 0) result.cycles_per_s = static_cast<double>(fast_cycles) / fast_s;
  const fs::path file = scratch / (result.core + ".dat");
  core->write_coverage(file);
  for (const auto& [name, hits] : core->bins()) result.functional.push_back({name, hits});
  apply_coverage(read_coverage(file), rules, result);
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace

std::string Mismatch::message() const {
  const std::string where = place.empty() ? fmt::format("token {}, neuron {}", token, neuron) : place;
  std::string text = fmt::format("{} seed {}: cycle {}, step {}, {}: expected {}, got {}", core, seed, cycle, step,
                                 where, expected, got);
  if (fast_only) text += ", on the fast build alone";
  if (!wave.empty()) text += (fast_only ? "; waveform of the check build, which passed, in " : "; waveform in ") + wave;
  return text + (again.empty() ? "" : "; again with " + again);
}

std::vector<std::string> CoreRegression::shortfalls() const {
  std::vector<std::string> lines;
  const auto judge = [&](const char* kind, double got, double floor, std::int64_t points) {
    if (floor > 0 && points == 0)
      lines.push_back(fmt::format("{}: no {} points at all; is this check build without coverage?", core, kind));
    if (got < floor)
      lines.push_back(fmt::format("{}: {} coverage {:.2f} %, floor {:.2f} %", core, kind, 100 * got, 100 * floor));
  };
  judge("line", line_coverage, floors.line, line_points);
  judge("toggle", toggle_coverage, floors.toggle, toggle_points);
  judge("functional", functional_coverage, floors.functional, static_cast<std::int64_t>(functional.size()));
  for (const std::string& e : stale_excludes)
    lines.push_back(core + ": the exclusion " + e + " excludes nothing; remove it");
  return lines;
}

std::int32_t RegressionResult::passed() const {
  std::int32_t sum = 0;
  for (const CoreRegression& c : cores) sum += c.passed;
  return sum;
}

std::int32_t RegressionResult::failed() const {
  std::int32_t sum = 0;
  for (const CoreRegression& c : cores) sum += c.failed;
  return sum;
}

RegressionResult run_regression(const RegressionOptions& options) {
  std::vector<std::uint64_t> seeds = seeds_of(options);
  seeds.insert(seeds.end(), options.more.begin(), options.more.end());
  const ScratchFolder scratch(options.work_dir);
  RegressionResult result;
  for (const RegressionEntry& entry : chosen_cores(options.cores)) {
    result.cores.push_back(run_core(entry, seeds, options, scratch.path()));
  }
  return result;
}

}  // namespace ranvier::rtl
