// SPDX-License-Identifier: Apache-2.0
#include "cli/map_options.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "base/file.h"
#include "base/progress.h"
#include "cli/job.h"
#include "mapper/constraints_file.h"

namespace ranvier::cli {

PresetChoice parse_preset(const std::string& text) {
  PresetChoice choice;
  bool has_cut = false;
  bool has_effort = false;
  std::istringstream words(text);
  std::string word;
  const auto once = [&](bool& has) {
    if (has) throw UsageError("--preset", text + ": one of compact, latency and one of fast, default, best");
    has = true;
  };
  while (std::getline(words, word, ',')) {
    bool known = false;
    for (const auto cut : {mapper::Preset::kCompact, mapper::Preset::kLatency}) {
      if (word != mapper::name_of(cut)) continue;
      once(has_cut);
      choice.cut = cut;
      known = true;
    }
    for (const auto effort : {mapper::Effort::kFast, mapper::Effort::kDefault, mapper::Effort::kBest}) {
      if (word != mapper::name_of(effort)) continue;
      once(has_effort);
      choice.effort = effort;
      known = true;
    }
    if (!known) throw UsageError("--preset", "\"" + word + "\" is none of compact, latency, fast, default, best");
  }
  return choice;
}

CLI::Validator preset_names() {
  return CLI::Validator(
      [](std::string& text) {
        try {
          parse_preset(text);
        } catch (const UsageError& e) {
          return std::string(e.what());
        }
        return std::string();
      },
      "compact|latency[,fast|default|best]");
}

void add_map_options(CLI::App& verb, JobOptions& o) {
  verb.add_option("--preset", o.preset,
                  "compact: few cores; latency: more cores for shorter steps; with ,fast or ,best: how long to search")
      ->capture_default_str()
      ->check(preset_names());
  verb.add_option("--constraints", o.constraints_file,
                  "pins, forbidden and dead cores, tiles together and apart (docs/reference/constraints-file.md)");
  verb.add_option("--dead-core,--dead-cores", o.dead_cores, "cores of the router at x,y, or x,y,K its core K; no tile")
      ->expected(1, 100000);
  verb.add_option("--reroute-rounds", o.reroute_rounds,
                  "of ripping up and re-routing flows over the fullest links; 0: none")
      ->capture_default_str()
      ->check(CLI::Range(0, 10000));
  verb.add_option("--time-budget-s", o.time_budget_s,
                  "wall time after which the mapper begins no further round; the result then depends on the machine")
      ->check(CLI::NonNegativeNumber);
}

namespace {

/// "3,4": all cores of the router at x 3, y 4; "3,4,1": its second.
std::vector<CoreId> cores_of(const std::string& text, const chips::Board& board) {
  std::vector<std::int32_t> number;
  const char* at = text.data();
  const char* end = at + text.size();
  for (;; ++at) {
    const auto [rest, error] = std::from_chars(at, end, number.emplace_back());
    at = rest;
    if (error != std::errc{} || at == end || *at != ',') break;
  }
  const auto each = static_cast<std::int32_t>(board.cores_per_router());
  const std::int32_t most[] = {board.width(), board.height(), each};
  bool good = at == end && (number.size() == 2 || number.size() == 3);
  for (std::size_t i = 0; good && i < number.size(); ++i) good = number[i] >= 0 && number[i] < most[i];
  if (!good)
    throw UsageError("--dead-core", fmt::format("'{}' is no core; write x,y or x,y,core of the router: x below {}, y "
                                                "below {}, core below {}",
                                                text, most[0], most[1], most[2]));
  const std::size_t first = board.core_at(number[0], number[1]).value();
  std::vector<CoreId> cores;
  for (std::int32_t k = 0; k < each; ++k)
    if (number.size() == 2 || number[2] == k) cores.emplace_back(first + static_cast<std::size_t>(k));
  return cores;
}

}  // namespace

mapper::MapOptions map_options_of(const JobOptions& o, const chips::Board& board) {
  const PresetChoice preset = parse_preset(o.preset);
  mapper::MapOptions how;
  how.preset = preset.cut;
  how.effort = preset.effort;
  how.seed = o.common.seed;
  how.threads = thread_count(o.common);
  how.time_budget_s = o.time_budget_s;
  how.reroute_rounds = o.reroute_rounds;
  if (!o.constraints_file.empty())
    how.constraints = mapper::read_constraints(read_file(o.constraints_file), o.constraints_file, board);
  for (const std::string& text : o.dead_cores) {
    const auto cores = cores_of(text, board);
    how.constraints.dead_cores.insert(how.constraints.dead_cores.end(), cores.begin(), cores.end());
  }
  auto& dead = how.constraints.dead_cores;
  std::sort(dead.begin(), dead.end());
  dead.erase(std::unique(dead.begin(), dead.end()), dead.end());
  struct Shown {
    std::string round;
    std::optional<Progress> line;
  };
  how.progress = [shown = std::make_shared<Shown>(), quiet = o.common.quiet](const mapper::MapProgress& p) {
    if (shown->round != p.round) {
      ProgressOptions options;
      options.quiet = quiet;
      shown->round = p.round;
      shown->line.emplace("mapping: " + p.round, p.jobs, options);
    }
    shown->line->set(p.done);
    if (p.done == p.jobs) shown->line->finish();
  };
  return how;
}

}  // namespace ranvier::cli
