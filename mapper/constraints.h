// SPDX-License-Identifier: Apache-2.0
// What the user asks of a placement beyond the chip's limits. Part of the problem: every solver keeps to it, the
// verifier checks it, and mapping files hold it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace ranvier::mapper {

/// Rules name tiles by a glob over stage names ("block0.*") or by number ("tile:12"). Tiles on no core are not meant.
struct MapConstraints {
  /// Each of the tiles goes to one of these cores, or to one of the cores of these chips.
  struct Pin {
    std::string tiles;
    std::vector<CoreId> cores{};
    std::vector<ChipId> chips{};
    friend bool operator==(const Pin&, const Pin&) = default;
  };
  /// None of the tiles goes there.
  struct Forbid {
    std::string tiles;
    std::vector<CoreId> cores{};
    std::vector<ChipId> chips{};
    friend bool operator==(const Forbid&, const Forbid&) = default;
  };
  std::vector<Pin> pins{};
  std::vector<Forbid> forbids{};
  std::vector<std::vector<std::string>> together{};  // all tiles that a group names share one core
  std::vector<std::vector<std::string>> apart{};     // no two tiles that a group names share a core
  std::vector<CoreId> dead_cores{};                  // no tile goes there; their routers work

  bool empty() const {
    return pins.empty() && forbids.empty() && together.empty() && apart.empty() && dead_cores.empty();
  }
  friend bool operator==(const MapConstraints&, const MapConstraints&) = default;
};

inline constexpr const char* kPin = "pin";
inline constexpr const char* kForbid = "forbid";
inline constexpr const char* kTogether = "together";
inline constexpr const char* kApart = "apart";

/// One of the names in them. Rules and names count from 0.
struct ConstraintName {
  const char* list = kPin;  // or another of these
  std::size_t rule = 0;
  std::size_t name = 0;  // in a group
  std::string text;
};

std::vector<ConstraintName> names_of(const MapConstraints& constraints);
std::string text_of(const ConstraintName& name);  // "pin 2 names \"head\"", counted from 1

}  // namespace ranvier::mapper
