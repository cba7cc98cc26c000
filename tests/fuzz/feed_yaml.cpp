// SPDX-License-Identifier: Apache-2.0
// Text as a spiking.yaml, and as a SLAYER configuration.
#include <string>

#include "tests/fuzz/feed.h"
#include "workloads/spiking_description.h"

namespace ranvier::fuzz {

bool feed_yaml(std::span<const std::uint8_t> bytes) {
  const std::string text(bytes.begin(), bytes.end());
  read_or_refused([&] { workloads::parse_slayer_config(text, "network.yaml"); });
  return read_or_refused([&] {
    const auto description = workloads::load_description(text, "spiking.yaml", "/nonexistent");
    workloads::files_of_description(text, "spiking.yaml");
    read_or_refused([&] { workloads::make_spiking_program(description, "/nonexistent"); });
  });
}

}  // namespace ranvier::fuzz
