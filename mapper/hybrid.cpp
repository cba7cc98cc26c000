// SPDX-License-Identifier: Apache-2.0
// Candidates for the engines of all stages, each mapped and estimated as a whole; the best is taken.
#include "mapper/hybrid.h"

#include <algorithm>
#include <map>
#include <memory>

#include "mapper/cost.h"
#include "mapper/engines.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

using workloads::Program;

namespace {

constexpr Engine kAll[kEngines] = {Engine::kSpiking, Engine::kDense, Engine::kOffload};
/// Shares of energy against time in the sums whose cheapest choices are tried for the product.
constexpr double kEnergyShares[] = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};

constexpr int kPriceRises = 8;
constexpr int kPriceHalvings = 5;

/// A choice made into a mapping.
struct Evaluation {
  bool fits = false;
  std::string reason;
  std::vector<Shortfall> shortfalls{};
  std::string nearest{};
  MappingProblem problem;
  Mapping mapping;
  Metrics metrics;
  std::optional<Measured> measured;
};

class Chooser {
 public:
  Chooser(const Program& program, const chips::Board& board, Schedule schedule, const TilingOptions& tiling,
          const MapOptions& map, Objective objective, const Judge& judge)
      : program_(program),
        board_(board),
        schedule_(schedule),
        tiling_(tiling),
        map_(map),
        objective_(objective),
        judge_(judge) {
    fixed_.assign(program.stages.size(), false);
    asked_ = engines_of(program, Engine::kSpiking, tiling.place);
    for (const PlaceRule& rule : tiling.place)
      for (const StageId stage : stages_matching(program, rule.pattern)) fixed_[stage.value()] = true;
    for (std::size_t s = 1; s < fixed_.size(); ++s)
      if (fixed_[s])
        if (const std::string why = why_not(program, board, schedule, StageId(s), asked_[s]); !why.empty())
          throw BadEngine(program.stages[s].name, name_of(asked_[s]), why);
  }

  EngineChoice run() {
    std::vector<Alternative> pure;
    for (const Engine engine : kAll) {
      pure.push_back(pure_alternative(engine));
      try_engines(with_rules(engine));
    }
    try_paths(true);                             // a path through chip and device
    try_paths(false);                            // through the chip alone: without the device's static power
    std::vector<std::vector<Engine>> finalists;  // pure choices first: of equals they win
    for (const Engine engine : kAll) add_finalist(finalists, with_rules(engine));
    const std::vector<Engine>* best = nullptr;
    for (const auto& [engines, e] : evaluated_)
      if (e->fits && keeps_rules(engines) && (best == nullptr || value_of(engines) < value_of(*best))) best = &engines;
    if (best == nullptr) {
      // What is short with all stages on spiking cores says most: resource, stage and a board that is large enough.
      const auto& first = *evaluated_.at(with_rules(Engine::kSpiking));
      throw DoesNotFit(first.shortfalls,
                       (first.nearest.empty() ? "" : first.nearest + "; ") + "dense cores or a device do not help");
    }
    add_finalist(finalists, *best);
    if (judge_)
      for (const std::vector<Engine>& engines : finalists) judge(engines);
    best = &finalists.front();
    for (const std::vector<Engine>& engines : finalists)
      if (value_of(engines) < value_of(*best)) best = &engines;
    for (Alternative& a : pure)
      if (a.fits) a.measured = evaluated_.at(a.engines)->measured;
    EngineChoice choice;
    choice.engines = *best;
    choice.alternatives = std::move(pure);
    choice.alternatives.push_back(alternative("chosen", *best));
    choice.evaluated = static_cast<std::int64_t>(evaluated_.size());
    Evaluation& chosen = *evaluated_.at(*best);
    choice.problem = std::move(chosen.problem);
    choice.mapping = std::move(chosen.mapping);
    return choice;
  }

 private:
  void add_finalist(std::vector<std::vector<Engine>>& finalists, const std::vector<Engine>& engines) {
    if (!try_engines(engines).fits || std::find(finalists.begin(), finalists.end(), engines) != finalists.end()) return;
    finalists.push_back(engines);
  }

  void judge(const std::vector<Engine>& engines) {
    Evaluation& e = *evaluated_.at(engines);
    if (!e.measured) e.measured = judge_(e.problem, e.mapping);
  }

  std::vector<Engine> all(Engine engine) const {
    std::vector<Engine> engines(program_.stages.size(), engine);
    engines[0] = Engine::kSpiking;
    return engines;
  }

  /// All stages on `engine` that the rules leave open and that can.
  std::vector<Engine> with_rules(Engine engine) const {
    std::vector<Engine> engines = asked_;
    for (std::size_t s = 1; s < engines.size(); ++s)
      if (!fixed_[s] && why_not(program_, board_, schedule_, StageId(s), engine).empty()) engines[s] = engine;
    return engines;
  }

  bool keeps_rules(const std::vector<Engine>& engines) const {
    for (std::size_t s = 1; s < engines.size(); ++s)
      if (fixed_[s] && engines[s] != asked_[s]) return false;
    return true;
  }

  const Evaluation& try_engines(const std::vector<Engine>& engines) {
    auto& e = evaluated_[engines];
    if (e) return *e;
    e = std::make_unique<Evaluation>();
    try {
      TilingOptions tiling = tiling_;
      tiling.engines = engines;
      e->problem = make_problem(program_, board_, schedule_, tiling);
      e->problem.constraints = map_.constraints;
      e->mapping = map_program(e->problem, map_);
      e->metrics = estimate(e->problem, e->mapping);
      e->fits = true;
    } catch (const DoesNotFit& error) {
      e->reason = error.what();
      e->shortfalls = error.shortfalls;
      e->nearest = error.nearest;
    }
    return *e;
  }

  Alternative alternative(const std::string& name, const std::vector<Engine>& engines) {
    const Evaluation& e = try_engines(engines);
    return {name, engines, e.fits, e.reason, e.metrics.latency, e.metrics.energy, e.measured};
  }

  Alternative pure_alternative(Engine engine) {
    const std::string name = std::string("all-") + name_of(engine);
    for (std::size_t s = 1; s < program_.stages.size(); ++s)
      if (const std::string why = why_not(program_, board_, schedule_, StageId(s), engine); !why.empty())
        return {name, all(engine), false, program_.stages[s].name + ": " + why, {}, {}, {}};
    return alternative(name, all(engine));
  }

  double value_of(const std::vector<Engine>& engines) { return alternative("", engines).value(objective_); }

  /// Dynamic programming knows no limits: where its choice needs more cores than there are, cores get a price that
  /// rises until the choice fits, then falls to the least that does (Lagrange relaxation).
  void try_until_it_fits(const EnginePrices& prices, Weights weights) {
    if (try_engines(cheapest_engines(program_, prices, weights)).fits) return;
    const auto fits_at = [&](double core) {
      weights.core = core;
      return try_engines(cheapest_engines(program_, prices, weights)).fits;
    };
    double low = 0;
    double high = 1.0 / static_cast<double>(board_.cores());  // the whole weight of a choice is about 1
    for (int i = 0; i < kPriceRises && !fits_at(high); ++i) {
      low = high;
      high *= 4;
    }
    for (int i = 0; i < kPriceHalvings; ++i) {
      const double between = (low + high) / 2;
      (fits_at(between) ? high : low) = between;
    }
  }

  /// What dynamic programming finds, tried as a whole.
  void try_paths(bool with_device) {
    std::vector<std::vector<Engine>> allowed(program_.stages.size());
    bool device = false;
    for (std::size_t s = 1; s < allowed.size(); ++s)
      for (const Engine engine : kAll) {
        if (fixed_[s] && engine != asked_[s]) continue;
        if (!with_device && engine == Engine::kOffload && !fixed_[s]) continue;
        if (!why_not(program_, board_, schedule_, StageId(s), engine).empty()) continue;
        allowed[s].push_back(engine);
        device = device || engine == Engine::kOffload;
      }
    if (with_device && !device) return;
    const auto pure = [&](Engine engine) -> PureEstimate {
      const auto found = evaluated_.find(all(engine));
      if (found == evaluated_.end() || found->second->problem.tiles.empty()) return {};
      return {&found->second->problem, found->second->fits ? &found->second->mapping : nullptr};
    };
    const EnginePrices prices = engine_prices(program_, board_, pure(Engine::kSpiking), pure(Engine::kDense), allowed);
    const std::vector<Engine> fastest = cheapest_engines(program_, prices, {.second = 1});
    if (fastest.empty()) return;
    const Price unit = price_of(program_, prices, fastest);
    for (const double share : kEnergyShares) {
      if (objective_ == Objective::kLatency && share != 0.0) continue;
      if (objective_ == Objective::kEnergy && share != 1.0) continue;
      try_until_it_fits(prices, {.second = (1 - share) / std::max(unit.seconds, 1e-18),
                                 .joule = share / std::max(unit.joules, 1e-24)});
    }
  }

  const Program& program_;
  const chips::Board& board_;
  Schedule schedule_;
  const TilingOptions& tiling_;
  const MapOptions& map_;
  Objective objective_;
  const Judge& judge_;
  std::vector<bool> fixed_;    // by stage: a rule matches it
  std::vector<Engine> asked_;  // by the rules, spiking elsewhere
  std::map<std::vector<Engine>, std::unique_ptr<Evaluation>> evaluated_;
};

}  // namespace

const char* name_of(Objective objective) {
  switch (objective) {
    case Objective::kLatency:
      return "latency";
    case Objective::kEnergy:
      return "energy";
    case Objective::kEdp:
      return "edp";
  }
  return "";
}

double Alternative::value(Objective objective) const {
  const double time = seconds(measured ? measured->latency : latency);
  const double spent = static_cast<double>((measured ? measured->energy : energy).count()) * 1e-18;
  switch (objective) {
    case Objective::kLatency:
      return time;
    case Objective::kEnergy:
      return spent;
    case Objective::kEdp:
      return time * spent;
  }
  return 0;
}

EngineChoice choose_engines(const Program& program, const chips::Board& board, Schedule schedule,
                            const TilingOptions& tiling, const MapOptions& map, Objective objective,
                            const Judge& judge) {
  return Chooser(program, board, schedule, tiling, map, objective, judge).run();
}

}  // namespace ranvier::mapper
