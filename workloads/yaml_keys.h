// SPDX-License-Identifier: Apache-2.0
// A YAML map read key by key, strictly: type, bounds, unknown and repeated keys, each with its place. Private to this
// room: the only header that shows yaml-cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

class YamlKeys {
 public:
  /// The single document of `text`, a map. Throws DescriptionSyntax.
  static YamlKeys parse(const std::string& text, const std::string& file);
  /// Throws DescriptionSyntax unless `node` is a map of plain, distinct keys.
  YamlKeys(const YAML::Node& node, std::string path, std::string file);

  /// Throws UnknownConfigKey.
  void allow_only(const std::vector<std::string>& known) const;
  bool has(const std::string& key) const { return find(key) != nullptr; }

  // Those with a default return it where the key is missing; the others throw MissingConfigKey. BadConfigValue.
  std::int64_t whole(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::int64_t whole(const std::string& key, std::int64_t least, std::int64_t most, std::int64_t otherwise) const;
  double positive(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const std::string& otherwise) const;
  std::vector<std::string> texts(const std::string& key) const;  // a list; empty where missing
  YamlKeys map(const std::string& key) const;
  std::vector<YamlKeys> maps(const std::string& key) const;  // a list of maps
  /// One whole number for both, or a list of two.
  std::pair<std::int64_t, std::int64_t> whole_pair(const std::string& key, std::int64_t least, std::int64_t most) const;
  std::vector<std::string> keys() const;

  FilePlace place_of(const std::string& key) const;
  std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  const std::string& file() const { return file_; }

 private:
  struct Entry {
    std::string key;
    FilePlace place;
    YAML::Node value;
  };
  const Entry* find(const std::string& key) const;
  const Entry& require(const std::string& key) const;
  [[noreturn]] void refuse(const Entry& entry, const std::string& expected) const;

  std::string path_;
  std::string file_;
  FilePlace place_;
  std::vector<Entry> entries_;
};

}  // namespace ranvier::workloads
