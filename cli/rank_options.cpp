// SPDX-License-Identifier: Apache-2.0
#include "cli/rank_options.h"

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/log.h"
#include "cli/common.h"
#include "sim/communicator.h"
#include "sim/rank_split.h"

namespace ranvier::cli {
namespace {

constexpr int kMostRanks = 1024;

int number_of_ranks(const std::string& text, const std::string& number) {
  int n = 0;
  const char* end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, n);
  if (error != std::errc{} || at != end || n < 1 || n > kMostRanks)
    throw UsageError("--ranks", fmt::format("'{}' is none of a number up to {}, dry-run:N, mpi", text, kMostRanks));
  return n;
}

/// What only one rank may do.
void silence(sim::SimOptions& options) {
  options.progress = {};
  options.record_activities = false;
  options.checkpoints = {};
}

sim::RunResult run_local(int ranks, const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                         std::span<const std::vector<std::int32_t>> images, const sim::SimOptions& options) {
  sim::RunResult result;
  sim::run_local_ranks(ranks, [&](sim::Communicator& rank) {
    sim::SimOptions own = options;
    own.ranks = &rank;
    if (rank.rank() > 0) silence(own);
    sim::RunResult mine = sim::simulate(problem, mapping, images, own);
    if (rank.rank() == 0) result = std::move(mine);
  });
  return result;
}

sim::RunResult run_dry(int ranks, const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                       std::span<const std::vector<std::int32_t>> images, const sim::SimOptions& options) {
  const auto dry = sim::make_dry_run(ranks);
  sim::SimOptions own = options;
  own.ranks = dry.get();
  sim::RunResult result = sim::simulate(problem, mapping, images, own);
  const sim::RankSplit split(problem, mapping, ranks, 0);
  for (int r = 0; r < ranks; ++r) {
    log::info("rank {}: {}, {}, would send {:.3f} MB to each of the others", r, counted(split.chips(r), "chip"),
              counted(split.tiles(r), "tile"),
              static_cast<double>(result.rank_bytes[static_cast<std::size_t>(r)]) * 1e-6);
  }
  return result;
}

}  // namespace

RankChoice parse_ranks(const std::string& text) {
  const std::string dry = "dry-run:";
  if (text.empty()) return {};
  if (text == "mpi") {
    sim::mpi_ranks();
    return {RankChoice::Kind::kMpi, sim::mpi_ranks().size()};
  }
  if (text.rfind(dry, 0) == 0) return {RankChoice::Kind::kDryRun, number_of_ranks(text, text.substr(dry.size()))};
  return {RankChoice::Kind::kLocal, number_of_ranks(text, text)};
}

bool is_silent_rank(const RankChoice& choice) {
  const bool silent = choice.kind == RankChoice::Kind::kMpi && sim::mpi_ranks().rank() > 0;
  if (silent) log::set_level(log::Level::kQuiet);
  return silent;
}

sim::RunResult simulate_on_ranks(const RankChoice& choice, const mapper::MappingProblem& problem,
                                 const mapper::Mapping& mapping, std::span<const std::vector<std::int32_t>> images,
                                 const sim::SimOptions& options) {
  if (options.fidelity == sim::Fidelity::kCycle)
    throw UsageError("--ranks", "cycle has one clock for the whole mesh; take --fidelity fast or analytic");
  if (!options.core_of_tile.empty()) throw UsageError("--ranks", "Verilated cores run in one process; leave out --rtl");
  if (!options.probes.empty()) throw UsageError("--ranks", "probes look into cores of one process; leave out --probe");
  sim::SimOptions all = options;
  all.interrupted = nullptr;  // ranks would stop at different steps
  switch (choice.kind) {
    case RankChoice::Kind::kNone:
      break;
    case RankChoice::Kind::kLocal:
      return run_local(choice.ranks, problem, mapping, images, all);
    case RankChoice::Kind::kDryRun:
      return run_dry(choice.ranks, problem, mapping, images, all);
    case RankChoice::Kind::kMpi:
      all.ranks = &sim::mpi_ranks();
      if (!is_silent_rank(choice)) return sim::simulate(problem, mapping, images, all);
      silence(all);
      try {
        sim::simulate(problem, mapping, images, all);
      } catch (const Error& error) {
        std::exit(static_cast<int>(error.exit_code));  // rank 0 says what it was
      }
      std::exit(0);
  }
  return sim::simulate(problem, mapping, images, options);
}

}  // namespace ranvier::cli
