// SPDX-License-Identifier: Apache-2.0
// The cheapest engine of every stage where each stage has a price on each engine and each first crossing between chip,
// device and host has one too: dynamic programming over the stage graph. Exact for such sums.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "mapper/mapping.h"

namespace ranvier::mapper {

struct Price {
  double seconds = 0;
  double joules = 0;
  double cores = 0;  // of the chip, filled
  Price& operator+=(const Price& o) {
    seconds += o.seconds;
    joules += o.joules;
    cores += o.cores;
    return *this;
  }
};

inline constexpr std::size_t kEngines = 3;

/// Where values are: spiking and dense cores are one place.
enum class Place : std::uint8_t { kHost, kChip, kDevice };
inline constexpr std::size_t kPlaces = 3;
Place place_of(Engine engine);

struct EnginePrices {
  std::vector<std::array<std::optional<Price>, kEngines>> stage;  // by stage and engine; none: not possible
  /// [stage][input][place]: to bring what the input's stage computed to that place, where it is not yet there.
  std::vector<std::vector<std::array<Price, kPlaces>>> crossing;
};

/// What a choice costs: its stages, and every first crossing of a stage's values to a place.
Price price_of(const workloads::Program& program, const EnginePrices& prices, const std::vector<Engine>& engines);

/// What a unit of each part of a price counts.
struct Weights {
  double second = 0;
  double joule = 0;
  double core = 0;
  double of(const Price& p) const { return second * p.seconds + joule * p.joules + core * p.cores; }
};

/// The choice of least weight; of equals the one with the lower engines first.
/// Its state is engine and places reached of every stage that a later one still reads: at most 6 to the power of as
/// many as are read at once. Empty where a stage has no possible engine.
std::vector<Engine> cheapest_engines(const workloads::Program& program, const EnginePrices& prices,
                                     const Weights& weights);

}  // namespace ranvier::mapper
