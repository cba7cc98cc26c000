// SPDX-License-Identifier: Apache-2.0
// Reading constraints with yaml-cpp: JSON is YAML.
#include "mapper/constraints_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/nearest_name.h"
#include "mapper/errors.h"

namespace ranvier::mapper {

namespace {

constexpr const char* kCore = "a core is a number, [x, y] or [x, y, core of the router]";

class Reader {
 public:
  Reader(const std::string& file, const chips::Board& board) : file_(file), board_(board) {}

  MapConstraints read(const std::string& text) const {
    YAML::Node root;
    try {
      root = YAML::Load(text);
    } catch (const YAML::Exception& e) {
      throw ConstraintsFileError({file_, e.mark.line + 1, e.mark.column + 1}, "not YAML: " + e.msg);
    }
    MapConstraints c;
    if (root.IsNull()) return c;
    check_keys(root, {"dead_cores", "pin", "forbid", "together", "apart"});
    if (const YAML::Node dead = root["dead_cores"]) c.dead_cores = cores(dead);
    for (const YAML::Node& rule : list(root["pin"])) {
      check_keys(rule, {"tiles", "cores", "chips"});
      c.pins.push_back({tiles(rule), cores(rule["cores"]), chips(rule["chips"])});
      if (c.pins.back().cores.empty() && c.pins.back().chips.empty()) fail(rule, "a pin needs cores or chips");
    }
    for (const YAML::Node& rule : list(root["forbid"])) {
      check_keys(rule, {"tiles", "cores", "chips"});
      c.forbids.push_back({tiles(rule), cores(rule["cores"]), chips(rule["chips"])});
      if (c.forbids.back().cores.empty() && c.forbids.back().chips.empty())
        fail(rule, "a forbid rule needs cores or chips");
    }
    for (const YAML::Node& group : list(root["together"])) c.together.push_back(names(group));
    for (const YAML::Node& group : list(root["apart"])) c.apart.push_back(names(group));
    return c;
  }

 private:
  [[noreturn]] void fail(const YAML::Node& node, const std::string& reason) const {
    throw ConstraintsFileError({file_, node.Mark().line + 1, node.Mark().column + 1}, reason);
  }

  void check_keys(const YAML::Node& map, const std::vector<std::string>& known) const {
    if (!map.IsMap()) fail(map, "a map is expected, with " + fmt::format("{}", fmt::join(known, ", ")));
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (!seen.insert(key).second) fail(entry.first, fmt::format("\"{}\" is there twice; join the two", key));
      if (std::find(known.begin(), known.end(), key) == known.end())
        fail(entry.first,
             fmt::format("unknown key \"{}\"{}; there are {}", key, did_you_mean(key, known), fmt::join(known, ", ")));
    }
  }

  std::vector<YAML::Node> list(const YAML::Node& node) const {
    std::vector<YAML::Node> items;
    if (!node) return items;
    if (!node.IsSequence()) fail(node, "a list is expected");
    for (const YAML::Node& item : node) items.push_back(item);
    return items;
  }

  std::string text(const YAML::Node& node) const {
    if (!node.IsScalar() || node.Scalar().empty()) fail(node, "a stage pattern or tile:NUMBER is expected");
    try {
      nlohmann::json(node.Scalar()).dump();
    } catch (const nlohmann::json::exception&) {
      fail(node, "the name is not UTF-8, which mapping files have to hold it in");
    }
    return node.Scalar();
  }

  std::string tiles(const YAML::Node& rule) const {
    if (!rule["tiles"]) fail(rule, "\"tiles\" is missing: a stage pattern or tile:NUMBER");
    return text(rule["tiles"]);
  }

  std::vector<std::string> names(const YAML::Node& group) const {
    std::vector<std::string> all;
    for (const YAML::Node& item : list(group)) all.push_back(text(item));
    if (all.empty()) fail(group, "a group of one or more patterns is expected");
    return all;
  }

  std::int64_t number(const YAML::Node& node, std::int64_t below) const {
    std::int64_t value = -1;
    if (!node.IsScalar() || !YAML::convert<std::int64_t>::decode(node, value)) fail(node, "a whole number is expected");
    if (value < 0 || value >= below) fail(node, fmt::format("{} is not in 0 to {}", value, below - 1));
    return value;
  }

  std::vector<ChipId> chips(const YAML::Node& node) const {
    std::vector<ChipId> all;
    for (const YAML::Node& item : list(node))
      all.emplace_back(static_cast<std::size_t>(number(item, static_cast<std::int64_t>(board_.chips()))));
    return all;
  }

  std::vector<CoreId> cores(const YAML::Node& node) const {
    std::vector<CoreId> all;
    for (const YAML::Node& item : list(node)) {
      if (!item.IsSequence()) {
        if (std::int64_t unused = 0; !item.IsScalar() || !YAML::convert<std::int64_t>::decode(item, unused))
          fail(item, kCore);
        all.emplace_back(static_cast<std::size_t>(number(item, static_cast<std::int64_t>(board_.cores()))));
        continue;
      }
      if (item.size() != 2 && item.size() != 3) fail(item, kCore);
      const auto x = static_cast<std::int32_t>(number(item[0], board_.width()));
      const auto y = static_cast<std::int32_t>(number(item[1], board_.height()));
      const auto each = static_cast<std::int64_t>(board_.cores_per_router());
      const std::size_t first = board_.core_at(x, y).value();
      if (item.size() == 3) {
        all.emplace_back(first + static_cast<std::size_t>(number(item[2], each)));
        continue;
      }
      for (std::int64_t k = 0; k < each; ++k) all.emplace_back(first + static_cast<std::size_t>(k));
    }
    return all;
  }

  const std::string& file_;
  const chips::Board& board_;
};

}  // namespace

MapConstraints read_constraints(const std::string& text, const std::string& file, const chips::Board& board) {
  return Reader(file, board).read(text);
}

FilePlace place_of(const ConstraintName& name, const std::string& text, const std::string& file) {
  const YAML::Node rule = YAML::Load(text)[name.list][name.rule];
  const YAML::Node node = rule.IsMap() ? rule["tiles"] : rule[name.name];
  return {file, node.Mark().line + 1, node.Mark().column + 1};
}

nlohmann::json to_json(const MapConstraints& c) {
  using nlohmann::json;
  const auto ids = [](const auto& list) {
    json all = json::array();
    for (const auto id : list) all.push_back(id.value());
    return all;
  };
  const auto rules = [&](const auto& list) {
    json all = json::array();
    for (const auto& rule : list) {
      json one{{"tiles", rule.tiles}};
      if (!rule.cores.empty()) one["cores"] = ids(rule.cores);
      if (!rule.chips.empty()) one["chips"] = ids(rule.chips);
      all.push_back(std::move(one));
    }
    return all;
  };
  json out = json::object();
  if (!c.dead_cores.empty()) out["dead_cores"] = ids(c.dead_cores);
  if (!c.pins.empty()) out["pin"] = rules(c.pins);
  if (!c.forbids.empty()) out["forbid"] = rules(c.forbids);
  if (!c.together.empty()) out["together"] = c.together;
  if (!c.apart.empty()) out["apart"] = c.apart;
  return out;
}

}  // namespace ranvier::mapper
