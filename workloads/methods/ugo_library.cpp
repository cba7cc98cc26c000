// SPDX-License-Identifier: Apache-2.0
// Reads files of trained universal group operators; no key is ignored, every number is checked.
#include <fmt/format.h>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/data_folder.h"
#include "base/file.h"
#include "workloads/methods/ugo_errors.h"
#include "workloads/methods/ugo_network.h"

namespace ranvier::workloads {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostHidden = 4096;  // no file of this kind has more; a larger count is damage

struct Entry {
  const std::string& file;
  std::string name;
  const Json& json;

  [[noreturn]] void bad(const std::string& what) const { throw UgoFileError(file, name, what); }
  const Json& at(const char* key) const {
    const auto it = json.find(key);
    if (it == json.end()) bad(fmt::format("key '{}' is missing", key));
    return *it;
  }
  static bool is_finite(const Json& value) {
    return value.is_number() && std::abs(value.get<double>()) <= static_cast<double>(std::numeric_limits<float>::max());
  }
  double number(const char* key) const {
    const Json& value = at(key);
    if (!is_finite(value)) bad(fmt::format("'{}' is no finite number", key));
    return value.get<double>();
  }
  std::vector<float> numbers(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array() || value.empty() || value.size() > kMostHidden)
      bad(fmt::format("'{}' is no list of 1 to {} numbers", key, kMostHidden));
    std::vector<float> all;
    for (const Json& one : value) {
      if (!is_finite(one)) bad(fmt::format("'{}' holds something that is no finite number", key));
      all.push_back(one.get<float>());
    }
    return all;
  }
};

UgoNetwork network_of(const Entry& entry) {
  static const std::set<std::string> kKeys = {"function", "low", "high", "w1", "b1", "w2", "b2"};
  if (!entry.json.is_object()) entry.bad("no object");
  for (const auto& [key, value] : entry.json.items())
    if (!kKeys.contains(key)) entry.bad(fmt::format("unknown key '{}'", key));
  UgoNetwork network;
  const Json& function = entry.at("function");
  bool known = false;
  for (const UgoFunction f : ugo_functions()) {
    if (function != ugo_function_name(f)) continue;
    network.function = f;
    known = true;
  }
  if (!known) entry.bad("'function' names none that is known");
  network.low = entry.number("low");
  network.high = entry.number("high");
  if (!(network.low < network.high)) entry.bad("'low' is not below 'high'");
  network.w1 = entry.numbers("w1");
  network.b1 = entry.numbers("b1");
  network.w2 = entry.numbers("w2");
  network.b2 = static_cast<float>(entry.number("b2"));
  if (network.b1.size() != network.hidden() || network.w2.size() != network.hidden())
    entry.bad("'w1', 'b1' and 'w2' differ in length");
  return network;
}

}  // namespace

UgoLibrary UgoLibrary::parse(const std::string& text, const std::string& file) {
  Json root;
  try {
    root = Json::parse(text);
  } catch (const Json::exception& e) {
    throw UgoFileError(file, "", fmt::format("not JSON ({})", e.what()));
  }
  if (!root.is_object() || root.value("format", Json()) != "ranvier-ugo" || root.value("version", Json()) != 1)
    throw UgoFileError(file, "", "not a file of format 'ranvier-ugo', version 1");
  const auto networks = root.find("networks");
  if (networks == root.end() || !networks->is_array()) throw UgoFileError(file, "networks", "missing, or no list");
  UgoLibrary library;
  std::size_t at = 0;
  for (const Json& json : *networks) {
    const Entry entry{file, fmt::format("networks[{}]", at++), json};
    UgoNetwork network = network_of(entry);
    auto& sizes = library.networks_[network.function];
    const int hidden = static_cast<int>(network.hidden());
    if (!sizes.emplace(hidden, std::move(network)).second) entry.bad("function and size are there already");
  }
  return library;
}

UgoLibrary UgoLibrary::read(const std::filesystem::path& file) { return parse(read_file(file), file.string()); }

const UgoLibrary& UgoLibrary::bundled() {
  static const UgoLibrary library = [] {
    const std::filesystem::path relative = std::filesystem::path("workloads") / "models" / "ugo" / "networks.json";
    const std::filesystem::path found = find_data(relative);
    if (found.empty()) throw UgoFileError(relative.string(), "", "not found in RANVIER_DATA_DIR or beside the program");
    return read(found);
  }();
  return library;
}

std::vector<int> UgoLibrary::sizes(UgoFunction function) const {
  std::vector<int> all;
  if (const auto it = networks_.find(function); it != networks_.end())
    for (const auto& [hidden, network] : it->second) all.push_back(hidden);
  return all;
}

const UgoNetwork& UgoLibrary::find(UgoFunction function, int hidden) const {
  if (const auto it = networks_.find(function); it != networks_.end())
    if (const auto sized = it->second.find(hidden); sized != it->second.end()) return sized->second;
  throw UgoNotTrained(ugo_function_name(function), hidden, sizes(function));
}

}  // namespace ranvier::workloads
