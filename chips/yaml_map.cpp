// SPDX-License-Identifier: Apache-2.0
// yaml-cpp keeps repeated keys and quietly returns the first, so keys are walked, not looked up.
#include "chips/yaml_map.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <sstream>

#include "base/nearest_name.h"
#include "chips/units.h"

namespace ranvier::chips {
namespace {

// Far beyond any chip file; keeps a wrong path (a data set, a core dump) from being parsed as YAML.
constexpr std::size_t kLargestFile = std::size_t{1} << 20;

/// Notes where a document begins and builds nothing.
class DocumentStart : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
  YAML::Mark mark() const { return mark_; }

 private:
  YAML::Mark mark_;
};

/// Throws where anything follows the first document. Not YAML::LoadAll: a stray comma makes version 0.7 return empty
/// documents without end.
void demand_one_document(const std::string& text, const std::string& file) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  DocumentStart start;
  if (!parser.HandleNextDocument(start)) throw YamlSyntaxError({file, 0, 0}, "the file is empty");
  if (parser.HandleNextDocument(start)) {
    throw YamlSyntaxError({file, start.mark().line + 1, start.mark().column + 1},
                          "something follows the end of the map");
  }
}

}  // namespace

FilePlace place_of(const YAML::Node& node, const std::string& file) {
  const YAML::Mark mark = node.Mark();
  return {file, mark.line + 1, mark.column + 1};
}

std::string describe(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a map";
    case YAML::NodeType::Scalar:
      return "'" + node.Scalar() + "'";
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      return "empty";
  }
  return "empty";
}

YAML::Node parse_yaml(const std::string& text, const std::string& file) {
  if (text.size() > kLargestFile) throw YamlSyntaxError({file, 0, 0}, "larger than 1 MiB");
  if (text.find('\0') != std::string::npos) throw YamlSyntaxError({file, 0, 0}, "holds zero bytes, so it is no text");
  try {
    demand_one_document(text, file);
    const YAML::Node document = YAML::Load(text);
    if (!document.IsMap()) throw YamlSyntaxError(place_of(document, file), "the file is " + describe(document));
    return document;
  } catch (const YAML::Exception& e) {
    throw YamlSyntaxError({file, e.mark.line + 1, e.mark.column + 1}, e.msg);
  }
}

YamlMap::YamlMap(const YAML::Node& node, std::string path, const std::string& file, Findings& findings)
    : path_(std::move(path)), file_(file), place_(chips::place_of(node, file)), findings_(&findings) {
  for (const auto& pair : node) {
    const FilePlace at = chips::place_of(pair.first, file_);
    if (!pair.first.IsScalar()) {
      findings_->add(WrongType(at, path_, "a key of plain text", describe(pair.first)));
      continue;
    }
    const std::string key = pair.first.Scalar();
    const auto [entry, fresh] = entries_.try_emplace(key, Entry{at, pair.second});
    if (!fresh) findings_->add(DuplicateKey(at, path_of(key), entry->second.place.line));
  }
}

void YamlMap::allow_only(const std::vector<std::string>& known) const {
  for (const auto& [key, entry] : entries_) {
    if (key.starts_with("x-") || std::find(known.begin(), known.end(), key) != known.end()) continue;
    findings_->add(UnknownKey(entry.place, path_of(key), nearest_name(key, known)));
  }
}

const YAML::Node* YamlMap::find(const std::string& key) const {
  const auto entry = entries_.find(key);
  return entry == entries_.end() ? nullptr : &entry->second.value;
}

std::vector<std::string> YamlMap::keys() const {
  std::vector<std::string> keys;
  for (const auto& entry : entries_) keys.push_back(entry.first);
  return keys;
}

const YAML::Node* YamlMap::require(const std::string& key, const std::string& example) const {
  const YAML::Node* node = find(key);
  if (node == nullptr) findings_->add(MissingKey(place_, path_of(key), example));
  return node;
}

FilePlace YamlMap::place_of_key(const std::string& key) const {
  const auto entry = entries_.find(key);
  return entry == entries_.end() ? place_ : entry->second.place;
}

std::optional<YamlMap> YamlMap::find_map(const std::string& key) const {
  const YAML::Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->IsMap()) {
    findings_->add(WrongType(place_of_key(key), path_of(key), "a map of keys", describe(*node)));
    return std::nullopt;
  }
  return YamlMap(*node, path_of(key), file_, *findings_);
}

std::optional<YamlMap> YamlMap::require_map(const std::string& key) const {
  if (require(key, key + ": {...}") == nullptr) return std::nullopt;
  return find_map(key);
}

std::optional<std::string> YamlMap::text(const std::string& key) const {
  const YAML::Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->IsScalar() || node->Scalar().empty()) {
    findings_->add(WrongType(place_of_key(key), path_of(key), "a text", describe(*node)));
    return std::nullopt;
  }
  return node->Scalar();
}

std::optional<std::string> YamlMap::require_text(const std::string& key, const std::string& example) const {
  if (require(key, example) == nullptr) return std::nullopt;
  return text(key);
}

std::optional<std::int64_t> YamlMap::require_whole(const std::string& key, std::int64_t least,
                                                   std::int64_t most) const {
  const YAML::Node* node = require(key, fmt::format("{}: {}", key, least));
  if (node == nullptr) return std::nullopt;
  const Scaled number = node->IsScalar() ? scale_decimal(node->Scalar(), 1) : Scaled{ScaleStatus::kNotANumber, 0};
  if (number.status == ScaleStatus::kNotANumber || number.status == ScaleStatus::kNotExact) {
    findings_->add(WrongType(place_of_key(key), path_of(key), "a whole number", describe(*node)));
    return std::nullopt;
  }
  if (number.status == ScaleStatus::kTooLarge || number.value < least || number.value > most) {
    findings_->add(OutOfRange(place_of_key(key), path_of(key), node->Scalar(), least, most, ""));
    return std::nullopt;
  }
  return number.value;
}

}  // namespace ranvier::chips
