// SPDX-License-Identifier: Apache-2.0
// Bytes as an array of numpy's.
#include "tests/fuzz/feed.h"
#include "workloads/npz.h"

namespace ranvier::fuzz {

bool feed_npz(std::span<const std::uint8_t> bytes) {
  return read_or_refused([&] { workloads::parse_npy(bytes, "fuzzed.npz", "a"); });
}

}  // namespace ranvier::fuzz
