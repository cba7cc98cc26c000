// SPDX-License-Identifier: Apache-2.0
// One number of a chip file, in long or short form, with its provenance. Private to this room.
#pragma once

#include <optional>
#include <string>

#include "chips/chip.h"
#include "chips/schema.h"
#include "chips/yaml_map.h"

namespace ranvier::chips {

/// What a `provenance:` block says; it holds for the numbers of its section that do not say it themselves.
struct Provenance {
  std::optional<Tag> tag;
  std::optional<EnergyKind> kind;
  std::optional<std::string> source;
};

/// Reads tag, kind and source of `map`, each optional, over what `outer` says.
Provenance read_provenance(const YamlMap& map, const Provenance& outer);

struct Number {
  std::int64_t value = 0;
  Origin origin;
};

/// The number under rule.name() in `section`, or empty with the findings reported.
std::optional<Number> read_number(const YamlMap& section, const Rule& rule, const Provenance& provenance);

}  // namespace ranvier::chips
