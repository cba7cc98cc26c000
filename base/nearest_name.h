// SPDX-License-Identifier: Apache-2.0
// The known name that a misspelt one most likely meant: what stands behind every "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ranvier {

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that turn `a` into `b`,
/// letter case ignored. O(|a| |b|).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name nearest to `given`, or an empty string where none is near: at most a third of its letters, and at least 1,
/// may differ. Where no whole name is near, the beginnings of the names are compared. The first of equals wins.
std::string nearest_name(std::string_view given, std::span<const std::string> names);

/// "; did you mean 'x'?" or an empty string.
std::string did_you_mean(std::string_view given, std::span<const std::string> names);

}  // namespace ranvier
