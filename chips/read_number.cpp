// SPDX-License-Identifier: Apache-2.0
// Long form {value, unit, kind, tag, source} and short form "23.6 pJ".
#include "chips/read_number.h"

#include <fmt/format.h>

#include <algorithm>

namespace ranvier::chips {
namespace {

template <class Enum, class UnknownError>
std::optional<Enum> read_word(const YamlMap& map, const std::string& key, const std::vector<std::string>& names,
                              int first_value) {
  const std::optional<std::string> word = map.text(key);
  if (!word) return std::nullopt;
  const auto at = std::find(names.begin(), names.end(), *word);
  if (at == names.end()) {
    map.findings().add(UnknownError(map.place_of_key(key), map.path_of(key), *word, names));
    return std::nullopt;
  }
  return static_cast<Enum>(first_value + (at - names.begin()));
}

std::vector<std::string> allowed_units(const Rule& rule) {
  if (rule.dimension == Dimension::kCount) return {std::string(rule.noun)};
  std::vector<std::string> names;
  for (const Unit& unit : units_of(rule.dimension)) names.emplace_back(unit.name);
  return names;
}

/// Base units in one `unit`; a count may be bare.
std::optional<std::int64_t> scale_of(const Rule& rule, const std::string& unit) {
  if (rule.dimension == Dimension::kCount) {
    return unit.empty() || unit == rule.noun ? std::optional<std::int64_t>(1) : std::nullopt;
  }
  for (const Unit& known : units_of(rule.dimension)) {
    if (known.name == unit) return known.scale;
  }
  return std::nullopt;
}

std::string example_of(const Rule& rule) {
  if (rule.dimension == Dimension::kCount) return fmt::format("{}: {} {}", rule.name(), rule.least, rule.noun);
  return fmt::format("{}: {} {}", rule.name(), rule.least == 0 ? 0 : 1, shown_unit(rule.dimension).name);
}

struct Culprit {
  FilePlace place;
  std::string key;
};

/// `given` is the text as the file has it.
std::optional<std::int64_t> to_base(const Rule& rule, const NumberText& text, const std::string& given,
                                    const Culprit& at, Findings& findings) {
  if (scale_decimal(text.number, 1).status == ScaleStatus::kNotANumber) {
    findings.add(
        WrongType(at.place, at.key, fmt::format("a number such as `{}`", example_of(rule)), "'" + given + "'"));
    return std::nullopt;
  }
  const std::optional<std::int64_t> scale = scale_of(rule, text.unit);
  if (!scale) {
    findings.add(WrongUnit(at.place, at.key, text.unit, allowed_units(rule)));
    return std::nullopt;
  }
  const std::string base = allowed_units(rule).front();
  const Scaled scaled = scale_decimal(text.number, *scale);
  if (scaled.status == ScaleStatus::kNotExact) {
    findings.add(NotExact(at.place, at.key, given, base));
    return std::nullopt;
  }
  const bool held = scaled.status == ScaleStatus::kOk;
  if (held && scaled.value >= rule.least && scaled.value <= rule.most) return scaled.value;
  findings.add(OutOfRange(at.place, at.key, given, rule.least, rule.most, base));
  return std::nullopt;
}

/// Number and unit of the long form, from keys `value` and `unit`.
std::optional<NumberText> long_text(const YamlMap& map, const Rule& rule) {
  std::vector<std::string> known{"value", "unit", "tag", "source"};
  if (rule.dimension == Dimension::kEnergy) known.push_back("kind");
  map.allow_only(known);
  const std::optional<std::string> value = map.require_text("value", "value: 1");
  const std::optional<std::string> unit = map.text("unit");
  if (!value || (!unit && map.find("unit") != nullptr)) return std::nullopt;
  return NumberText{*value, unit.value_or("")};
}

}  // namespace

Provenance read_provenance(const YamlMap& map, const Provenance& outer) {
  Provenance provenance = outer;
  if (const auto tag = read_word<Tag, UnknownTag>(map, "tag", tag_names(), 0)) provenance.tag = tag;
  const int first_kind = static_cast<int>(EnergyKind::kMarginal);
  if (const auto kind = read_word<EnergyKind, UnknownKind>(map, "kind", kind_names(), first_kind))
    provenance.kind = kind;
  if (const auto source = map.text("source")) provenance.source = source;
  return provenance;
}

std::optional<Number> read_number(const YamlMap& section, const Rule& rule, const Provenance& outer) {
  const std::string name(rule.name());
  const YAML::Node* node = section.require(name, example_of(rule));
  if (node == nullptr) return std::nullopt;
  const Culprit at{section.place_of_key(name), section.path_of(name)};
  Findings& findings = section.findings();

  Provenance provenance = outer;
  NumberText text;
  std::string given;
  if (node->IsMap()) {
    const YamlMap map(*node, at.key, section.file(), findings);
    const std::optional<NumberText> found = long_text(map, rule);
    provenance = read_provenance(map, outer);
    // A tag that is there but wrong has been reported; it is not missing as well.
    if (!provenance.tag && map.find("tag") != nullptr) return std::nullopt;
    if (!provenance.kind && map.find("kind") != nullptr) return std::nullopt;
    if (!found) return std::nullopt;
    text = *found;
    given = text.unit.empty() ? text.number : text.number + " " + text.unit;
  } else if (node->IsScalar()) {
    given = node->Scalar();
    text = split_unit(given);
  } else {
    findings.add(WrongType(at.place, at.key, fmt::format("a number such as `{}`", example_of(rule)), describe(*node)));
    return std::nullopt;
  }

  const std::optional<std::int64_t> value = to_base(rule, text, given, at, findings);
  if (!provenance.tag) findings.add(MissingTag(at.place, at.key));
  if (!provenance.source) findings.add(MissingSource(at.place, at.key));
  const bool energy = rule.dimension == Dimension::kEnergy;
  if (energy && !provenance.kind) findings.add(MissingKind(at.place, at.key));
  if (!value || !provenance.tag || !provenance.source || (energy && !provenance.kind)) return std::nullopt;

  Number number;
  number.value = *value;
  number.origin = {*provenance.tag, energy ? *provenance.kind : EnergyKind::kNone, *provenance.source,
                   std::string(rule.key), at.place.line};
  return number;
}

}  // namespace ranvier::chips
