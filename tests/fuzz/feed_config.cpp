// SPDX-License-Identifier: Apache-2.0
// Text as the config.json of a model; what is read is written as text that reads the same.
#include <string>

#include "tests/fuzz/feed.h"
#include "workloads/vit_config.h"

namespace ranvier::fuzz {

bool feed_config(std::span<const std::uint8_t> bytes) {
  return read_or_refused([&] {
    const auto config = workloads::parse_config(std::string(bytes.begin(), bytes.end()), "config.json");
    const std::string text = workloads::config_text(config);
    if (workloads::config_text(workloads::parse_config(text, "config.json")) != text) {
      throw std::logic_error("comes back as another configuration");
    }
  });
}

}  // namespace ranvier::fuzz
