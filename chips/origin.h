// SPDX-License-Identifier: Apache-2.0
// A number of a chip or device file, and where it comes from.
#pragma once

#include <cstdint>
#include <string>

namespace ranvier::chips {

enum class Tag : std::uint8_t { kPublished, kDerived, kAssumed, kUnverified };
enum class EnergyKind : std::uint8_t { kNone, kMarginal, kAllIn, kMin };

/// Where a number comes from. `key` is its path in the file, e.g. "energy.synapse_read".
struct Origin {
  Tag tag = Tag::kAssumed;
  EnergyKind kind = EnergyKind::kNone;  // energies only
  std::string source;
  std::string key;
  int line = 0;
};

/// A number of a chip file. Value is the strong type or a plain integer for counts.
template <class T>
struct Param {
  T value{};
  Origin origin;
};

using Count = Param<std::int64_t>;

}  // namespace ranvier::chips
