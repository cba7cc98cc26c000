// SPDX-License-Identifier: Apache-2.0
// YAML data of the regression (coverage floors, test plan, mutations, proofs, gate counts): text and number keys with
// the file and line of what is wrong. Private to this room: the only header that shows yaml-cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ranvier::rtl {

class DataNode {
 public:
  DataNode(YAML::Node node, std::string file) : node_(std::move(node)), file_(std::move(file)) {}

  /// Text under `key`; throws RtlDataError where it is missing, empty or no scalar.
  std::string text(const std::string& key) const;
  /// The same with a default for a missing key.
  std::string text_or(const std::string& key, const std::string& otherwise) const;
  double number(const std::string& key) const;
  /// Items of the list under `key`; none where it is missing.
  std::vector<DataNode> list(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  /// Throws RtlDataError for a key that is not in `known`: a misspelt one would quietly do nothing.
  void allow_only(const std::vector<std::string>& known) const;
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  YAML::Node node_;
  std::string file_;
};

/// The map at the top of a file. Throws RtlDataError, FileMissing, FileUnreadable.
DataNode read_data(const std::filesystem::path& file);

/// rtl/`relative` in the source tree or the installed data. Throws RtlFileError where it is in neither.
std::filesystem::path rtl_data(const std::filesystem::path& relative);

/// All *.yaml of rtl/`folder`, by name.
std::vector<std::filesystem::path> rtl_data_files(const std::filesystem::path& folder);

}  // namespace ranvier::rtl
