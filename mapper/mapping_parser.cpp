// SPDX-License-Identifier: Apache-2.0
// Reading mapping files: every member is checked for type and range, and named by its JSON pointer when it is wrong.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "mapper/engines.h"
#include "mapper/errors.h"
#include "mapper/mapping_io.h"

namespace ranvier::mapper {

using nlohmann::json;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

/// A value and its place in the file.
class Node {
 public:
  Node(const json& value, std::string place, const std::string& file)
      : value_(value), place_(std::move(place)), file_(file) {}

  [[noreturn]] void fail(const std::string& reason) const { throw MappingFileError(file_, place_, reason); }

  Node operator[](const char* key) const {
    if (!value_.is_object()) fail("an object is expected");
    const auto found = value_.find(key);
    if (found == value_.end()) fail(fmt::format("member \"{}\" is missing", key));
    return {*found, place_ + "/" + key, file_};
  }

  bool has(const char* key) const { return value_.is_object() && value_.contains(key); }

  std::size_t size() const {
    if (!value_.is_array()) fail("a list is expected");
    return value_.size();
  }

  Node at(std::size_t i) const { return {value_.at(i), fmt::format("{}/{}", place_, i), file_}; }

  std::int64_t integer(std::int64_t low, std::int64_t high) const {
    if (!value_.is_number_integer()) fail("an integer is expected");
    if (value_.is_number_unsigned() && value_.get<std::uint64_t>() > static_cast<std::uint64_t>(high))
      fail(fmt::format("at most {} is possible", high));
    const auto i = value_.get<std::int64_t>();
    if (i < low || i > high) fail(fmt::format("{} is not in {} to {}", i, low, high));
    return i;
  }

  std::int32_t small(std::int64_t low = 0, std::int64_t high = kMost) const {
    return static_cast<std::int32_t>(integer(low, high));
  }

  double amount() const {
    if (!value_.is_number()) fail("a number is expected");
    const auto d = value_.get<double>();
    if (!std::isfinite(d) || d < 0) fail("a number of 0 or more is expected");
    return d;
  }

  std::string text() const {
    if (!value_.is_string()) fail("a text is expected");
    return value_.get<std::string>();
  }

  Range range() const {
    if (size() != 2) fail("a range [begin, end] is expected");
    const Range r{at(0).small(), at(1).small()};
    if (r.end < r.begin) fail("the range ends before it begins");
    return r;
  }

  bool is_null() const { return value_.is_null(); }

  template <class SomeId>
  SomeId id(std::size_t count) const {
    return SomeId(static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(count) - 1)));
  }

  template <class SomeId>
  SomeId id_or_null(std::size_t count) const {
    return is_null() ? SomeId() : id<SomeId>(count);
  }

  template <class SomeId>
  std::vector<SomeId> ids(std::size_t count) const {
    std::vector<SomeId> list;
    for (std::size_t i = 0; i < size(); ++i) list.push_back(at(i).id<SomeId>(count));
    return list;
  }

 private:
  const json& value_;
  std::string place_;
  const std::string& file_;
};

TokenMode token_mode(const Node& node) {
  const std::string name = node.text();
  if (name == "shared") return TokenMode::kShared;
  if (name == "stream") return TokenMode::kStream;
  if (name == "replicate") return TokenMode::kReplicate;
  node.fail("shared, stream or replicate is expected");
}

Engine engine(const Node& node) {
  const std::string name = node.text();
  for (const Engine e : {Engine::kSpiking, Engine::kDense, Engine::kOffload})
    if (name == name_of(e)) return e;
  node.fail("spiking, dense or offload is expected");
}

Schedule schedule(const Node& node) {
  const std::string name = node.text();
  if (name == "staged-graded") return Schedule::kStagedGraded;
  if (name == "staged-unary") return Schedule::kStagedUnary;
  if (name == "asynchronous-unary") return Schedule::kAsynchronousUnary;
  if (name == "timesteps") return Schedule::kTimesteps;
  node.fail("staged-graded, staged-unary, asynchronous-unary or timesteps is expected");
}

Demand demand(const Node& node) {
  constexpr auto kMostBytes = std::numeric_limits<std::int64_t>::max() / 1024;
  Demand d;
  d.neurons = node["neurons"].integer(0, kMost);
  d.axons = node["axons"].integer(0, kMost);
  d.synapse_bytes = Bytes(node["synapse_bytes"].integer(0, kMostBytes));
  d.state_bytes = Bytes(node["state_bytes"].integer(0, kMostBytes));
  d.bulk_bytes = Bytes(node["bulk_bytes"].integer(0, kMostBytes));
  d.receive_bytes = Bytes(node["receive_bytes"].integer(0, kMostBytes));
  d.tiles = node["tiles"].integer(0, kMost);
  d.profiles = node["profiles"].integer(0, kMost);
  d.formats = node["formats"].integer(0, kMost);
  d.out_axons = node["out_axons"].integer(0, kMost);
  return d;
}

std::uint32_t word(const Node& node) {
  return static_cast<std::uint32_t>(node.integer(0, std::numeric_limits<std::uint32_t>::max()));
}

/// [key, mask, outputs] each.
std::vector<TableEntry> table(const Node& node) {
  std::vector<TableEntry> entries;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node entry = node.at(i);
    if (entry.size() != 3) entry.fail("an entry [key, mask, outputs] is expected");
    const std::int64_t outputs = entry.at(2).integer(0, std::numeric_limits<std::int64_t>::max());
    entries.push_back({{word(entry.at(0)), word(entry.at(1))}, static_cast<std::uint64_t>(outputs)});
  }
  return entries;
}

std::vector<std::string> texts(const Node& node) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < node.size(); ++i) all.push_back(node.at(i).text());
  return all;
}

MapConstraints constraints(const Node& node) {
  MapConstraints c;
  const auto rules = [&](const char* key, auto& into) {
    for (std::size_t i = 0; node.has(key) && i < node[key].size(); ++i) {
      const Node rule = node[key].at(i);
      auto& one = into.emplace_back();
      one.tiles = rule["tiles"].text();
      if (rule.has("cores")) one.cores = rule["cores"].ids<CoreId>(kMost);
      if (rule.has("chips")) one.chips = rule["chips"].ids<ChipId>(kMost);
    }
  };
  const auto groups = [&](const char* key, auto& into) {
    for (std::size_t i = 0; node.has(key) && i < node[key].size(); ++i) into.push_back(texts(node[key].at(i)));
  };
  rules("pin", c.pins);
  rules("forbid", c.forbids);
  groups("together", c.together);
  groups("apart", c.apart);
  if (node.has("dead_cores")) c.dead_cores = node["dead_cores"].ids<CoreId>(kMost);
  return c;
}

/// nlohmann's parser says where in bytes; users look for lines.
json parse(std::string_view text, const std::string& file) {
  try {
    return json::parse(text);
  } catch (const json::parse_error& e) {
    std::size_t line = 1;
    for (std::size_t i = 0; i < text.size() && i + 1 < e.byte; ++i) line += text[i] == '\n' ? 1 : 0;
    throw MappingFileError(file, "", fmt::format("not JSON from line {} on", line));
  } catch (const json::exception&) {
    throw MappingFileError(file, "", "a number that fits no type");
  }
}

}  // namespace

MappingFile mapping_from_json(std::string_view text, const std::string& file) {
  const json document = parse(text, file);
  const Node root(document, "", file);
  if (root["format"].text() != "ranvier-mapping") root["format"].fail("not a mapping: \"ranvier-mapping\" is expected");
  if (root["version"].integer(0, kMost) != 1) root["version"].fail("this program reads version 1");

  MappingFile out;
  out.file = file;
  out.program_name = root["program"]["name"].text();
  out.program_digest = root["program"]["sha256"].text();
  for (std::size_t r = 0; root.has("repeaters") && r < root["repeaters"].size(); ++r) {
    const Node node = root["repeaters"].at(r);
    Repeater repeater{node["name"].text(), node["behind"].text(), {}};
    for (std::size_t i = 0; i < node["readers"].size(); ++i) repeater.readers.push_back(node["readers"].at(i).text());
    out.repeaters.push_back(std::move(repeater));
  }
  for (std::size_t o = 0; root.has("unit_orders") && o < root["unit_orders"].size(); ++o) {
    const Node node = root["unit_orders"].at(o);
    UnitOrder order{node["stage"].text(), {}};
    for (std::size_t i = 0; i < node["units"].size(); ++i) order.units.push_back(node["units"].at(i).small());
    out.orders.push_back(std::move(order));
  }
  out.target = root["board"]["target"].text();
  out.chip_name = root["board"]["chip"].text();
  out.problem.board.columns = root["board"]["columns"].small(1, 1024);
  out.problem.board.rows = root["board"]["rows"].small(1, 1024);
  out.problem.schedule = schedule(root["schedule"]);
  if (root.has("constraints")) out.problem.constraints = constraints(root["constraints"]);

  const Node tiles = root["tiles"];
  const std::size_t tile_count = tiles.size();
  for (std::size_t t = 0; t < tile_count; ++t) {
    const Node node = tiles.at(t);
    Tile tile;
    tile.stage = StageId(static_cast<std::size_t>(node["stage"].small()));
    tile.outputs = node["outputs"].range();
    tile.inputs = node["inputs"].range();
    tile.tokens = node["tokens"].range();
    tile.mode = token_mode(node["mode"]);
    if (node.has("engine")) tile.engine = engine(node["engine"]);
    tile.partial_of = node["partial_of"].id_or_null<TileId>(tile_count);
    tile.demand = demand(node["demand"]);
    out.problem.tiles.push_back(tile);
    out.problem.tile_cycles.push_back(node["busy_cycles"].amount());
    out.mapping.core_of.push_back(node["core"].id_or_null<CoreId>(kMost));
    out.mapping.level.push_back(node["level"].small());
  }
  const Node flows = root["flows"];
  for (std::size_t f = 0; f < flows.size(); ++f) {
    const Node node = flows.at(f);
    Flow flow;
    flow.source = node["source"].id<TileId>(tile_count);
    flow.tokens = node["tokens"].range();
    flow.channels = node["channels"].range();
    flow.destinations = node["destinations"].ids<TileId>(tile_count);
    flow.payload_bits = node["payload_bits"].small(1, 64);
    out.problem.flows.push_back(std::move(flow));
    out.problem.flow_events.push_back(node["events"].amount());
    out.mapping.routes.push_back({node["chain"].ids<CoreId>(kMost)});
    if (node.has("tree")) out.mapping.routes.back().tree = node["tree"].ids<LinkId>(kMost);
    if (node.has("keys")) out.mapping.tables.keys.push_back({word(node["keys"]["key"]), word(node["keys"]["mask"])});
    out.mapping.delay.push_back(node["delay"].small());
  }
  for (std::size_t r = 0; root.has("tables") && r < root["tables"].size(); ++r)
    out.mapping.tables.of_router.push_back(table(root["tables"].at(r)));
  return out;
}

}  // namespace ranvier::mapper
