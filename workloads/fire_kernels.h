// SPDX-License-Identifier: Apache-2.0
// The ST-BIF neurons of one token, looked at all at once: the vectorised form of st_bif_fire() and st_bif_to_rest().
#pragma once

#include <cstddef>
#include <cstdint>

#include "workloads/event_batch.h"

namespace ranvier::workloads {

struct NeuronRow {
  std::int32_t count = 0;
  const std::int32_t* threshold = nullptr;
  std::int32_t lo = 0;
  std::int32_t hi = 0;
  std::int32_t* potential = nullptr;
  std::int32_t* tracer = nullptr;
};

/// Fires every neuron of a row at most once; lists the channels that fired. Returns whether any would fire again.
/// `plus` and `minus` have room for `count` and kFireSlack more.
inline constexpr std::size_t kFireSlack = 64;
struct FiredRow {
  std::size_t plus = 0;
  std::size_t minus = 0;
  bool again = false;
};
FiredRow fire_row_once(const NeuronRow& row, std::int32_t* plus, std::int32_t* minus);

/// Fires every neuron of a row to rest; `events` has room for `count` and one more. Returns how many there are.
std::size_t fire_row_to_rest(const NeuronRow& row, WideEvent* events);

}  // namespace ranvier::workloads
