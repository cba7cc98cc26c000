// SPDX-License-Identifier: Apache-2.0
// yaml-cpp keeps repeated keys and quietly returns the first, so keys are walked, not looked up.
#include "workloads/yaml_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/number_text.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;  // keeps a wrong path from being parsed as YAML

FilePlace place_in(const std::string& file, const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  return {file, mark.line + 1, mark.column + 1};
}

std::string described(const YAML::Node& node) {
  if (node.IsScalar()) return fmt::format("'{}'", node.Scalar().substr(0, 40));
  if (node.IsSequence()) return "a list";
  return node.IsMap() ? "a map" : "nothing";
}

std::optional<std::int64_t> whole_in(const YAML::Node& node, std::int64_t least, std::int64_t most) {
  if (!node.IsScalar()) return std::nullopt;
  try {
    return whole_number({node.Scalar(), 0, 0}, {}, least, most);
  } catch (const BadTextNumber&) {
    return std::nullopt;
  }
}

}  // namespace

YamlKeys YamlKeys::parse(const std::string& text, const std::string& file) {
  if (text.size() > kLargestFile) throw DescriptionSyntax({file, 0, 0}, "larger than 1 MiB");
  if (text.find('\0') != std::string::npos) throw DescriptionSyntax({file, 0, 0}, "holds zero bytes");
  try {
    return {YAML::Load(text), "", file};
  } catch (const YAML::Exception& e) {
    throw DescriptionSyntax({file, e.mark.line + 1, e.mark.column + 1}, e.msg);
  }
}

YamlKeys::YamlKeys(const YAML::Node& node, std::string path, std::string file)
    : path_(std::move(path)), file_(std::move(file)), place_(place_in(file_, node)) {
  const std::string where = path_.empty() ? "the file" : fmt::format("'{}'", path_);
  if (!node.IsMap()) throw DescriptionSyntax(place_, fmt::format("{} is {}", where, described(node)));
  for (const auto& pair : node) {
    const FilePlace at = place_in(file_, pair.first);
    if (!pair.first.IsScalar()) throw DescriptionSyntax(at, fmt::format("a key of {} is no text", where));
    const std::string key = pair.first.Scalar();
    if (const Entry* first = find(key)) {
      throw DescriptionSyntax(at, fmt::format("key '{}' stands in line {} already", path_of(key), first->place.line));
    }
    entries_.push_back({key, at, pair.second});
  }
}

const YamlKeys::Entry* YamlKeys::find(const std::string& key) const {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return at == entries_.end() ? nullptr : &*at;
}

const YamlKeys::Entry& YamlKeys::require(const std::string& key) const {
  const Entry* entry = find(key);
  if (entry == nullptr) throw MissingConfigKey(place_, path_of(key));
  return *entry;
}

void YamlKeys::refuse(const Entry& entry, const std::string& expected) const {
  throw BadConfigValue(entry.place, path_of(entry.key), described(entry.value), expected);
}

void YamlKeys::allow_only(const std::vector<std::string>& known) const {
  std::vector<std::string> paths;
  for (const std::string& key : known) paths.push_back(path_of(key));
  for (const Entry& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      throw UnknownConfigKey(entry.place, path_of(entry.key), paths);
    }
  }
}

std::int64_t YamlKeys::whole(const std::string& key, std::int64_t least, std::int64_t most) const {
  const Entry& entry = require(key);
  const auto number = whole_in(entry.value, least, most);
  if (!number) refuse(entry, fmt::format("a whole number in {}..{}", least, most));
  return *number;
}

std::int64_t YamlKeys::whole(const std::string& key, std::int64_t least, std::int64_t most,
                             std::int64_t otherwise) const {
  return has(key) ? whole(key, least, most) : otherwise;
}

double YamlKeys::positive(const std::string& key) const {
  const Entry& entry = require(key);
  if (!entry.value.IsScalar()) refuse(entry, "a number above 0");
  double number = 0;
  try {
    number = real_number({entry.value.Scalar(), 0, 0}, file_);
  } catch (const BadTextNumber&) {
    refuse(entry, "a number above 0");
  }
  if (number <= 0) refuse(entry, "a number above 0");
  return number;
}

std::string YamlKeys::text(const std::string& key) const {
  const Entry& entry = require(key);
  if (!entry.value.IsScalar() || entry.value.Scalar().empty()) refuse(entry, "a text");
  return entry.value.Scalar();
}

std::string YamlKeys::text(const std::string& key, const std::string& otherwise) const {
  return has(key) ? text(key) : otherwise;
}

std::vector<std::string> YamlKeys::texts(const std::string& key) const {
  std::vector<std::string> all;
  const Entry* entry = find(key);
  if (entry == nullptr) return all;
  if (!entry->value.IsSequence()) refuse(*entry, "a list of texts");
  for (const auto& item : entry->value) {
    if (!item.IsScalar() || item.Scalar().empty()) refuse(*entry, "a list of texts");
    all.push_back(item.Scalar());
  }
  return all;
}

YamlKeys YamlKeys::map(const std::string& key) const {
  const Entry& entry = require(key);
  if (!entry.value.IsMap()) refuse(entry, "a map");
  return {entry.value, path_of(key), file_};
}

std::vector<YamlKeys> YamlKeys::maps(const std::string& key) const {
  const Entry& entry = require(key);
  if (!entry.value.IsSequence() || entry.value.size() == 0) refuse(entry, "a list of maps");
  std::vector<YamlKeys> all;
  for (const auto& item : entry.value) {
    if (!item.IsMap()) refuse(entry, "a list of maps");
    all.emplace_back(item, fmt::format("{}[{}]", path_of(key), all.size()), file_);
  }
  return all;
}

std::pair<std::int64_t, std::int64_t> YamlKeys::whole_pair(const std::string& key, std::int64_t least,
                                                           std::int64_t most) const {
  const Entry& entry = require(key);
  const bool two = entry.value.IsSequence() && entry.value.size() == 2;
  const auto first = whole_in(two ? entry.value[0] : entry.value, least, most);
  const auto second = two ? whole_in(entry.value[1], least, most) : first;
  if (!first || !second) refuse(entry, fmt::format("a whole number in {}..{}, or a list of two", least, most));
  return {*first, *second};
}

std::vector<std::string> YamlKeys::keys() const {
  std::vector<std::string> all;
  for (const Entry& entry : entries_) all.push_back(entry.key);
  return all;
}

FilePlace YamlKeys::place_of(const std::string& key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? place_ : entry->place;
}

}  // namespace ranvier::workloads
