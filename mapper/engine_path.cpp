// SPDX-License-Identifier: Apache-2.0
// Dynamic programming along the program's order; a state holds only stages that are still read.
#include "mapper/engine_path.h"

#include <algorithm>
#include <map>

namespace ranvier::mapper {

using workloads::Program;

namespace {

constexpr Engine kAll[kEngines] = {Engine::kSpiking, Engine::kDense, Engine::kOffload};

/// Engine of a stage that is still read, and the places that have its values.
struct Held {
  std::uint8_t places = 0;  // a bit each
  bool at(Place p) const { return (places >> static_cast<unsigned>(p) & 1U) != 0; }
  void reach(Place p) { places = static_cast<std::uint8_t>(places | 1U << static_cast<unsigned>(p)); }
  friend auto operator<=>(const Held&, const Held&) = default;
};

std::vector<std::size_t> last_readers(const Program& program) {
  std::vector<std::size_t> last(program.stages.size(), 0);
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    for (const auto& input : program.stages[s].inputs) last[input.stage.value()] = s;
  return last;
}

/// Puts stage `s` on `engine`: crossings of its inputs, which are marked as made, and its own price.
Price put(const Program& program, const EnginePrices& prices, std::size_t s, Engine engine, std::vector<Held>& held) {
  Price price = *prices.stage[s][static_cast<std::size_t>(engine)];
  const Place place = place_of(engine);
  for (std::size_t i = 0; i < program.stages[s].inputs.size(); ++i) {
    Held& input = held[program.stages[s].inputs[i].stage.value()];
    if (input.at(place)) continue;
    price += prices.crossing[s][i][static_cast<std::size_t>(place)];
    input.reach(place);
  }
  held[s] = {};
  held[s].reach(place);
  return price;
}

Held at_host() {
  Held input;
  input.reach(Place::kHost);
  return input;
}

}  // namespace

Place place_of(Engine engine) { return engine == Engine::kOffload ? Place::kDevice : Place::kChip; }

Price price_of(const Program& program, const EnginePrices& prices, const std::vector<Engine>& engines) {
  std::vector<Held> held(program.stages.size());
  held[0] = at_host();
  Price sum;
  for (std::size_t s = 1; s < program.stages.size(); ++s) sum += put(program, prices, s, engines[s], held);
  return sum;
}

std::vector<Engine> cheapest_engines(const Program& program, const EnginePrices& prices, const Weights& weights) {
  struct State {
    double cost = 0;
    std::vector<Held> held;  // by stage; those no longer read are as good as forgotten
    std::vector<Engine> engines;
  };
  const std::vector<std::size_t> last = last_readers(program);
  std::vector<State> states(1);
  states[0].held.assign(program.stages.size(), Held{});
  states[0].held[0] = at_host();
  states[0].engines = {Engine::kSpiking};
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    std::map<std::vector<Held>, State> best;
    for (const State& state : states) {
      for (const Engine engine : kAll) {
        if (!prices.stage[s][static_cast<std::size_t>(engine)]) continue;
        State next = state;
        const Price price = put(program, prices, s, engine, next.held);
        next.cost += weights.of(price);
        next.engines.push_back(engine);
        for (std::size_t u = 0; u <= s; ++u)
          if (last[u] <= s) next.held[u] = {};
        const auto [at, fresh] = best.try_emplace(next.held, next);
        if (!fresh &&
            (next.cost < at->second.cost || (next.cost == at->second.cost && next.engines < at->second.engines)))
          at->second = std::move(next);
      }
    }
    states.clear();
    for (auto& [held, state] : best) states.push_back(std::move(state));
    if (states.empty()) return {};
  }
  const auto least = std::min_element(states.begin(), states.end(), [](const State& a, const State& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.engines < b.engines;
  });
  return least->engines;
}

}  // namespace ranvier::mapper
