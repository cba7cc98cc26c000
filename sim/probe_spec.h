// SPDX-License-Identifier: Apache-2.0
// What a user asks a probe for, as text: docs/reference/probes.md has the grammar.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/mapping.h"
#include "sim/probe_errors.h"
#include "sim/run_result.h"

namespace ranvier::sim {

enum class ProbeKind : std::uint8_t { kSpikes, kMembrane, kLinks, kBuffers, kStalled, kVcd };

/// "spikes", "membrane", ...
std::string_view probe_kind_name(ProbeKind kind);

/// Both ends belong to it.
struct NumberRange {
  std::int32_t first = 0;
  std::int32_t last = std::numeric_limits<std::int32_t>::max();
  bool contains(std::int32_t i) const { return i >= first && i <= last; }
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

struct ProbeSpec {
  std::string text;
  ProbeKind kind{};
  std::vector<std::string> stages;  // names, '*' stands for any letters; empty: all
  std::optional<NumberRange> tokens, neurons;
  std::optional<NumberRange> cores, routers;
  NumberRange images, steps;
  std::int32_t every = 1;
  std::string file;  // name without folder; empty: made of the probe
  bool records(std::int32_t image, std::int32_t step) const {
    return images.contains(image) && steps.contains(step) && step % every == 0;
  }
};

/// Throws BadProbe.
ProbeSpec parse_probe(const std::string& text);

/// Throws ProbeNotSimulated where `fidelity` has nothing for this probe to see.
void check_fidelity(const ProbeSpec& spec, Fidelity fidelity);

/// A tile's part of a selection. Ranges are those of the stage, within the tile. Where its units stand in another order
/// than in the network as given, `neurons` are all of the tile, and of these those whose number as given is in `given`.
struct ProbedTile {
  TileId tile;
  mapper::Range tokens;
  mapper::Range neurons;
  const workloads::Stage* stage = nullptr;
  NumberRange given{};

  std::int32_t number(std::int32_t neuron) const {
    return stage->unit_number.empty() ? neuron : stage->unit_number[static_cast<std::size_t>(neuron)];
  }
  bool holds(std::int32_t neuron) const { return neurons.contains(neuron) && given.contains(number(neuron)); }
};

/// The tiles that hold what `spec` names, ascending, the host's left out unless its stage is named. Throws BadProbe for
/// names and numbers that the program does not have.
std::vector<ProbedTile> probed_tiles(const ProbeSpec& spec, const mapper::MappingProblem& problem);

/// The routers that `spec` names, ascending; all of them where it names none. Throws BadProbe.
std::vector<std::uint32_t> probed_routers(const ProbeSpec& spec, const chips::Board& board);

}  // namespace ranvier::sim
