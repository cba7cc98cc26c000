// SPDX-License-Identifier: Apache-2.0
// Rows of rate-family neurons fired at once: neuron_kinds.h applied to each, vectorised.
#pragma once

#include <cstdint>
#include <span>

#include "workloads/program.h"

namespace ranvier::workloads {

/// Neurons of one token. `plus` and `minus` are what the site's neurons have emitted, both >= 0; a site with lo = 0 has
/// no `minus` (it stays 0), and a kMultiThreshold one with lo < 0 counts its net output in `plus`.
struct NeuronRow {
  std::span<std::int32_t> residual;
  std::span<std::int32_t> plus;
  std::span<std::int32_t> minus;  // empty where the site has one neuron
  std::span<std::int32_t> emitted;
};

/// One step of every neuron; encoder.threshold by channel. Throws std::logic_error where the kind is not of this
/// family.
void fire_row(const Encoder& encoder, const NeuronRow& row);

/// residual = goal - threshold * (plus - minus), held within +-most.
void take_goals(const Encoder& encoder, std::span<const std::int64_t> goal, std::int64_t most, const NeuronRow& row);

/// Values that are not 0, and of these the ones of magnitude 2^i.
struct RowTally {
  std::int64_t events = 0;
  std::int64_t shifts = 0;
};
RowTally tally_row(std::span<const std::int32_t> emitted);

/// Whether a site of this encoder is made of two neurons.
inline bool is_pair(const Encoder& encoder) {
  return encoder.lo < 0 && (encoder.neuron == NeuronKind::kSignedIf || encoder.neuron == NeuronKind::kIf);
}

/// Bounds that an encoder of this kind gets: what one step can add to the site's mean, in payload units.
struct NeuronBounds {
  std::int32_t lo = 0;
  std::int32_t hi = 0;
};
NeuronBounds neuron_bounds(NeuronKind kind, std::int32_t levels, bool is_signed);

}  // namespace ranvier::workloads
