// SPDX-License-Identifier: Apache-2.0
// Colours that people with any colour vision can tell apart, on white: Okabe and Ito's eight for kinds of things (Wong,
// Nature Methods 8, 441, 2011), ramps of steadily falling lightness for amounts.
#pragma once

#include <cstdint>
#include <string>

#include "chips/chip.h"
#include "report/names.h"

namespace ranvier::report {

enum class Ramp : std::uint8_t {
  kBlues,    // busy cores
  kOranges,  // loaded links, told from cores by hue
  kViridis,  // spikes; light yellow is few, dark violet is many
};

/// "#rrggbb" at `t` in 0..1, light to dark; clamps.
std::string ramp_colour(Ramp ramp, double t);

std::string group_colour(Group group);
std::string tag_colour(chips::Tag tag);

/// One of seven in turn, for blocks of the network.
std::string category_colour(std::size_t index);

inline constexpr const char* kInk = "#1b1f24";
inline constexpr const char* kGrid = "#d0d4da";

}  // namespace ranvier::report
