// SPDX-License-Identifier: Apache-2.0
// Bytes as a NIR file: read, written and read again to the same, made ready to run, and run where it is small.
#include "tests/fuzz/child_signals.h"
#include "tests/fuzz/small_nir.h"

namespace ranvier::fuzz {

bool feed_nir(std::span<const std::uint8_t> bytes) {
  using namespace workloads;
  let_children_die_quietly();
  return read_or_refused([&] {
    const NirFile file = parse_nir(bytes, "fuzzed.nir");
    const std::vector<std::uint8_t> written = nir_bytes(file);
    if (nir_bytes(parse_nir(written, "fuzzed.nir")) != written) throw std::logic_error("comes back as another file");
    read_or_refused([&] { simulate_small(file); });
  });
}

}  // namespace ranvier::fuzz
