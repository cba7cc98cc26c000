// SPDX-License-Identifier: Apache-2.0
// A YAML map with its path in the file: lookup, unknown and repeated keys, types, each with line and column. Private to
// this room: the only header that shows yaml-cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chips/findings.h"

namespace ranvier::chips {

/// The single document of `text`. Throws YamlSyntaxError.
YAML::Node parse_yaml(const std::string& text, const std::string& file);

FilePlace place_of(const YAML::Node& node, const std::string& file);

/// "a list", "a map", "the text 'x'", "empty".
std::string describe(const YAML::Node& node);

class YamlMap {
 public:
  /// `path` is the key path of this map, empty at the top. Repeated keys and keys that are not text are reported here.
  YamlMap(const YAML::Node& node, std::string path, const std::string& file, Findings& findings);

  /// Reports keys that are not in `known` and do not begin with "x-".
  void allow_only(const std::vector<std::string>& known) const;

  const YAML::Node* find(const std::string& key) const;
  /// Keys in alphabetical order.
  std::vector<std::string> keys() const;
  /// As find(), and reports the key as missing; `example` shows how to write it.
  const YAML::Node* require(const std::string& key, const std::string& example) const;
  /// A map below this one; empty (and reported) where it is missing or no map.
  std::optional<YamlMap> require_map(const std::string& key) const;
  std::optional<YamlMap> find_map(const std::string& key) const;
  /// Text of a scalar; empty (and reported) where it is something else.
  std::optional<std::string> text(const std::string& key) const;
  std::optional<std::string> require_text(const std::string& key, const std::string& example) const;
  /// A plain whole number in least..most.
  std::optional<std::int64_t> require_whole(const std::string& key, std::int64_t least, std::int64_t most) const;

  std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  FilePlace place() const { return place_; }
  FilePlace place_of_key(const std::string& key) const;
  const std::string& path() const { return path_; }
  const std::string& file() const { return file_; }
  Findings& findings() const { return *findings_; }

 private:
  struct Entry {
    FilePlace place;
    YAML::Node value;
  };
  std::string path_;
  std::string file_;
  FilePlace place_;
  Findings* findings_;
  std::map<std::string, Entry> entries_;
};

}  // namespace ranvier::chips
