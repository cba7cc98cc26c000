// SPDX-License-Identifier: Apache-2.0
// Bytes as a safetensors file: its header, and every tensor as each type that can be asked for.
#include "tests/fuzz/feed.h"
#include "workloads/safetensors.h"

namespace ranvier::fuzz {

bool feed_safetensors(std::span<const std::uint8_t> bytes) {
  using workloads::SafetensorsFile;
  return read_or_refused([&] {
    const SafetensorsFile file = SafetensorsFile::parse({bytes.begin(), bytes.end()}, "fuzzed.safetensors");
    for (const std::string& name : file.names()) {
      const auto shape = file.shape(name);
      read_or_refused([&] { file.f32(name, shape); });
      read_or_refused([&] { file.u8(name, shape); });
      read_or_refused([&] { file.i8(name, shape); });
      read_or_refused([&] { file.i32(name, shape); });
      read_or_refused([&] { file.f32(name, {-1, 3}); });
    }
  });
}

}  // namespace ranvier::fuzz
