// SPDX-License-Identifier: Apache-2.0
#include "rtl/data_file.h"

#include <algorithm>

#include "base/data_folder.h"
#include "base/file.h"
#include "rtl/regression_errors.h"

namespace ranvier::rtl {

void DataNode::fail(const std::string& problem) const {
  throw RtlDataError({file_, node_.Mark().line + 1, node_.Mark().column + 1}, problem);
}

std::string DataNode::text(const std::string& key) const {
  const YAML::Node value = node_[key];
  if (!value || !value.IsScalar() || value.Scalar().empty()) fail("'" + key + "' is missing or no text");
  return value.Scalar();
}

std::string DataNode::text_or(const std::string& key, const std::string& otherwise) const {
  return node_[key] ? text(key) : otherwise;
}

double DataNode::number(const std::string& key) const {
  try {
    return node_[key].as<double>();
  } catch (const YAML::Exception&) {
    fail("'" + key + "' is missing or no number");
  }
}

std::vector<DataNode> DataNode::list(const std::string& key) const {
  std::vector<DataNode> items;
  const YAML::Node value = node_[key];
  if (!value) return items;
  if (!value.IsSequence()) fail("'" + key + "' is no list");
  for (const YAML::Node& item : value) items.emplace_back(item, file_);
  return items;
}

std::vector<std::string> DataNode::texts(const std::string& key) const {
  std::vector<std::string> all;
  for (const DataNode& item : list(key)) {
    if (!item.node_.IsScalar()) item.fail("not a text");
    all.push_back(item.node_.Scalar());
  }
  return all;
}

void DataNode::allow_only(const std::vector<std::string>& known) const {
  if (!node_.IsMap()) fail("not a map");
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) == known.end()) fail("unknown key '" + key + "'");
  }
}

DataNode read_data(const std::filesystem::path& file) {
  try {
    return {YAML::Load(read_file(file)), file.string()};
  } catch (const YAML::Exception& e) {
    throw RtlDataError({file.string(), e.mark.line + 1, e.mark.column + 1}, e.msg);
  }
}

std::filesystem::path rtl_data(const std::filesystem::path& relative) {
  std::filesystem::path found = find_data("rtl" / relative);
  if (found.empty())
    throw RtlFileError(("rtl" / relative).string(), "not found in the source tree or RANVIER_DATA_DIR");
  return found;
}

std::vector<std::filesystem::path> rtl_data_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(rtl_data(folder))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace ranvier::rtl
