// SPDX-License-Identifier: Apache-2.0
// Walks the device schema over a YAML map; then the rules that tie buffers to the matrix unit's blocks.
#include "chips/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/data_folder.h"
#include "base/file.h"
#include "base/nearest_name.h"
#include "chips/device_loader.h"
#include "chips/device_schema.h"
#include "chips/read_number.h"
#include "chips/yaml_map.h"

namespace ranvier::chips {
namespace {

constexpr std::int64_t kSumBytes = 4;  // L0C holds 32-bit sums in either precision

std::vector<std::string> sections() {
  std::vector<std::string> names;
  for (const Rule& rule : device_rules())
    if (!rule.section().empty() && (names.empty() || names.back() != rule.section()))
      names.emplace_back(rule.section());
  return names;
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> keys{"provenance"};
  if (section.empty()) {
    keys.insert(keys.end(), {"kind", "name", "description"});
    const std::vector<std::string> all = sections();
    keys.insert(keys.end(), all.begin(), all.end());
  }
  for (const Rule& rule : device_rules())
    if (rule.section() == section) keys.emplace_back(rule.name());
  return keys;
}

Provenance provenance_of(const YamlMap& section, const Provenance& outer) {
  const std::optional<YamlMap> block = section.find_map("provenance");
  if (!block) return outer;
  block->allow_only({"tag", "kind", "source"});
  return read_provenance(*block, outer);
}

/// Double buffering needs two of the smallest blocks in each buffer on the way.
void check_pairs(const Device& d, Findings& findings) {
  const auto demand = [&](const Param<Bytes>& buffer, std::int64_t least, const std::string& other) {
    if (buffer.value.count() >= least) return;
    findings.add(Contradiction({d.file, buffer.origin.line, 1}, buffer.origin.key, other,
                               fmt::format("two blocks of the matrix unit take {} B", least)));
  };
  const std::int64_t depth_bytes = std::max(2 * d.cube_depth_fp16.value, d.cube_depth_int8.value);
  const std::int64_t left = 2 * d.cube_rows.value * depth_bytes;
  const std::int64_t right = 2 * d.cube_columns.value * depth_bytes;
  const std::int64_t result = 2 * d.cube_rows.value * d.cube_columns.value * kSumBytes;
  demand(d.left_buffer, left, "cube.rows");
  demand(d.right_buffer, right, "cube.columns");
  demand(d.result_buffer, result, "cube.columns");
  demand(d.unified_buffer, result, "cube.columns");
  demand(d.core_buffer, left + right, "cube.rows");
}

std::optional<std::string> name_of_file(const std::filesystem::path& path) {
  if (path.extension() != ".yaml" || !is_device_text(read_file(path))) return std::nullopt;
  return path.stem().string();
}

}  // namespace

std::vector<Rule> device_rules() {
  const Device device;
  std::vector<Rule> rules;
  for_each_device_number(device, [&rules](const Rule& rule, const auto&) { rules.push_back(rule); });
  return rules;
}

bool is_device_text(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    if (line.starts_with("kind:")) return line.find("device") != std::string::npos;
    at = end + 1;
  }
  return false;
}

Device parse_device(const std::string& text, const std::string& file, Findings& findings) {
  const YAML::Node document = parse_yaml(text, file);
  return read_device(YamlMap(document, "", file, findings));
}

Device read_device(const YamlMap& top) {
  Findings& findings = top.findings();
  Device device;
  device.file = top.file();
  top.allow_only(keys_of(""));
  const std::vector<std::string> kinds{"device"};
  if (const auto kind = top.require_text("kind", "kind: device"); kind && *kind != kinds.front())
    findings.add(UnknownWord(top.place_of_key("kind"), "kind", *kind, kinds));
  device.name = top.require_text("name", "name: my-device").value_or("");
  device.description = top.text("description").value_or("");

  const Provenance provenance = provenance_of(top, {});
  std::map<std::string, std::optional<YamlMap>, std::less<>> maps;
  std::map<std::string, Provenance, std::less<>> provenances;
  maps.emplace("", top);
  provenances.emplace("", provenance);
  for (const std::string& name : sections()) {
    const auto map = maps.emplace(name, top.require_map(name)).first->second;
    if (!map) continue;
    map->allow_only(keys_of(name));
    provenances.emplace(name, provenance_of(*map, provenance));
  }
  for_each_device_number(device, [&](const Rule& rule, auto& param) {
    const std::optional<YamlMap>& map = maps.find(rule.section())->second;
    if (!map) return;
    const auto number = read_number(*map, rule, provenances.find(rule.section())->second);
    if (!number) return;
    param.value = std::decay_t<decltype(param.value)>(number->value);
    param.origin = number->origin;
  });
  if (findings.empty()) check_pairs(device, findings);
  return device;
}

Device load_device_file(const std::filesystem::path& path) {
  Findings findings;
  Device device = parse_device(read_file(path), path.string(), findings);
  findings.throw_first();
  return device;
}

std::vector<std::string> bundled_devices() {
  std::set<std::string> names;
  for (const auto& folder : data_folders()) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "chips", ignored))
      if (const auto name = name_of_file(entry.path())) names.insert(*name);
  }
  return {names.begin(), names.end()};
}

Device load_device(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".yaml") || name_or_path.ends_with(".yml"))
    return load_device_file(name_or_path);
  const std::vector<std::string> known = bundled_devices();
  if (std::find(known.begin(), known.end(), name_or_path) == known.end())
    throw UnknownTarget(name_or_path, nearest_name(name_or_path, known), known);
  return load_device_file(find_data(std::filesystem::path("chips") / (name_or_path + ".yaml")));
}

Duration device_time(const Device& device, std::int64_t cycles) {
  __extension__ using Wide = __int128;
  constexpr Wide kFemtosecondsPerKilohertzCycle = 1'000'000'000'000;
  const Wide clock = device.clock_khz.value;
  const Wide time = (cycles * kFemtosecondsPerKilohertzCycle + clock - 1) / clock;
  if (time > INT64_MAX) throw QuantityOverflow();
  return Duration(static_cast<std::int64_t>(time));
}

}  // namespace ranvier::chips
