// SPDX-License-Identifier: Apache-2.0
// LZ4 and Zstandard frames, with a bound on what they may grow to. Private to this part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ranvier::workloads {

enum class Packing : std::uint8_t { kNone, kLz4, kZstd };

/// Events of 16 bytes pack to no less than about a byte; a file that grows 256-fold was made to fill the memory.
class ExpansionLimit {
 public:
  ExpansionLimit(std::string file, std::uint64_t file_bytes);
  /// Throws EventsExpandTooFar when `bytes` more are too many; `offset` is for its message.
  void count(std::uint64_t bytes, std::uint64_t offset);
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::uint64_t most_ = 0;
  std::uint64_t counted_ = 0;
};

/// One frame. Throws BadEventFile, EventsExpandTooFar.
std::vector<std::uint8_t> expand(std::span<const std::uint8_t> packed, Packing packing, std::uint64_t offset,
                                 ExpansionLimit& limit);

}  // namespace ranvier::workloads
