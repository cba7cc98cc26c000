// SPDX-License-Identifier: Apache-2.0
#include "rtl/regression.h"

#include <fmt/format.h>

#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "base/random.h"
#include "rtl/coverage_data.h"
#include "rtl/errors.h"
#include "rtl/random_bench.h"

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

std::string run_again_with_wave(const RegressionOptions& options, std::uint64_t seed, std::uint32_t init) {
  if (options.wave_dir.empty()) return {};
  fs::create_directories(options.wave_dir);
  const fs::path wave = fs::path(options.wave_dir) / fmt::format("rv_spike_core.{}.fst", seed);
  const std::unique_ptr<SpikeCorePort> port = make_check_port(init);
  port->open_wave(wave);
  Bins ignored;
  run_seed(*port, seed, options.steps, ignored);
  return wave.string();
}

}  // namespace

std::string Mismatch::message() const {
  std::string text = fmt::format("rv_spike_core seed {}: cycle {}, step {}, token {}, neuron {}: expected {}, got {}",
                                 seed, cycle, step, token, neuron, expected, got);
  text += wave.empty() ? fmt::format("; replay seed {} with a wave folder to see it", seed) : "; waveform in " + wave;
  return text;
}

RegressionResult run_regression(const RegressionOptions& options) {
  RegressionResult result;
  const std::vector<std::uint64_t> seeds = seeds_of(options);
  // One check model for all seeds: it sums the coverage, and every seed meets the memories as the last one left them.
  const auto init = static_cast<std::uint32_t>(options.seed);
  const std::unique_ptr<SpikeCorePort> check = make_check_port(init);
  const std::unique_ptr<SpikeCorePort> fast = make_fast_port();
  Bins bins = empty_bins();
  Bins same_bins;
  std::chrono::duration<double> fast_time{};
  for (const std::uint64_t seed : seeds) {
    const auto start = std::chrono::steady_clock::now();
    SeedOutcome of_fast = run_seed(*fast, seed, options.steps, same_bins);
    fast_time += std::chrono::steady_clock::now() - start;
    SeedOutcome outcome = run_seed(*check, seed, options.steps, bins);
    if (!outcome.mismatch) outcome.mismatch = of_fast.mismatch;
    outcome.result.passed = !outcome.mismatch;
    result.seeds.push_back(outcome.result);
    ++(outcome.result.passed ? result.passed : result.failed);
    if (outcome.mismatch) {
      outcome.mismatch->wave = run_again_with_wave(options, seed, init);
      result.mismatches.push_back(*outcome.mismatch);
    }
  }
  if (fast_time.count() > 0) result.cycles_per_s = static_cast<double>(fast->cycles()) / fast_time.count();

  const ScratchFolder scratch(options.work_dir);
  const fs::path file = scratch.path() / "coverage.dat";
  check->write_coverage(file);
  const CoverageData data = read_coverage(file);
  result.line_coverage = covered(data.lines);
  result.toggle_coverage = covered(data.toggles);
  for (const auto& [name, hits] : bins) result.functional.push_back({name, hits});
  for (const CoverPoint& p : data.covers) result.functional.push_back({"cover " + p.name, p.hits});
  result.functional_coverage = covered(result.functional);
  for (const CoverPoint& p : data.lines) {
    if (p.hits == 0) result.lines_missed.push_back(p.name);
  }
  return result;
}

}  // namespace ranvier::rtl
