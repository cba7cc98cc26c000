// SPDX-License-Identifier: Apache-2.0
// Reading mapping files.
#include <algorithm>
#include <map>

#include "mapper/engines.h"
#include "mapper/json_node.h"
#include "mapper/mapping_io.h"
#include "mapper/waves.h"

namespace ranvier::mapper {

using nlohmann::json;

namespace {

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
  node.only({"pin", "forbid", "together", "apart", "dead_cores"});
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

/// By level: no more than the most events of a tile of it.
std::vector<std::int32_t> waves(const Node& node, const MappingProblem& problem,
                                const std::vector<std::int32_t>& level) {
  if (problem.schedule != Schedule::kStagedGraded && problem.schedule != Schedule::kStagedUnary)
    node.fail("only staged schedules have levels");
  std::map<std::size_t, std::int64_t> neurons;
  for (std::size_t t = 0; t < level.size(); ++t) {
    std::int64_t& most = neurons[static_cast<std::size_t>(level[t])];
    most = std::max(most, most_waves(problem.tiles[t]));
  }
  std::vector<std::int32_t> all;
  for (std::size_t l = 0; l < node.size(); ++l) {
    const auto most = neurons.find(l);
    all.push_back(node.at(l).small(1, most == neurons.end() ? 1 : std::min(most->second, kMost)));
  }
  return all;
}

SketchTile sketch_tile(const Node& node, std::size_t tile_count) {
  SketchTile tile;
  node.no_misspelt({"stage", "outputs", "inputs", "tokens", "mode", "engine", "partial_of", "core"});
  if (node.has("stage") && node["stage"].is_number())
    node["stage"].fail("a file without \"flows\" is a sketch, and there a stage is its name");
  tile.stage = node["stage"].text();
  if (node.has("outputs")) tile.outputs = node["outputs"].range();
  if (node.has("inputs")) tile.inputs = node["inputs"].range();
  if (node.has("tokens")) tile.tokens = node["tokens"].range();
  if (node.has("mode")) tile.mode = token_mode(node["mode"]);
  if (node.has("engine")) tile.engine = engine(node["engine"]);
  // Tile 0 of the mapping is the host's, which a sketch leaves out.
  if (node.has("partial_of")) tile.partial_of = TileId(node["partial_of"].id<TileId>(tile_count).value() + 1);
  tile.statistics = node.has("statistics") && node["statistics"].yes();
  tile.core = node["core"].id_or_null<CoreId>(kMost);
  return tile;
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

  root.no_misspelt({"format", "version", "program", "repeaters", "unit_orders", "board", "constraints", "schedule",
                    "waves", "tiles", "tables", "flows"});
  MappingFile out;
  out.file = file;
  out.program_name = root["program"]["name"].text();
  out.sketch = !root.has("flows");
  if (!out.sketch || root["program"].has("sha256")) out.program_digest = root["program"]["sha256"].text();
  if (root["program"].has("settings")) out.settings = root["program"]["settings"].text();
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
  if (!out.sketch || root["board"].has("chip")) {
    out.chip_name = root["board"]["chip"].text();
    out.problem.board.columns = root["board"]["columns"].small(1, 1024);
    out.problem.board.rows = root["board"]["rows"].small(1, 1024);
  }
  out.problem.schedule = schedule(root["schedule"]);
  if (root.has("constraints")) out.problem.constraints = constraints(root["constraints"]);

  const Node tiles = root["tiles"];
  const std::size_t tile_count = tiles.size();
  if (out.sketch) {
    for (std::size_t t = 0; t < tile_count; ++t) out.sketch_tiles.push_back(sketch_tile(tiles.at(t), tile_count));
    return out;
  }
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
    tile.statistics = node.has("statistics") && node["statistics"].yes();
    tile.demand = demand(node["demand"]);
    out.problem.tiles.push_back(tile);
    out.problem.tile_cycles.push_back(node["busy_cycles"].amount());
    out.mapping.core_of.push_back(node["core"].id_or_null<CoreId>(kMost));
    out.mapping.level.push_back(node["level"].small());
  }
  if (root.has("waves")) out.mapping.waves = waves(root["waves"], out.problem, out.mapping.level);
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
    if (node.has("starts"))
      for (std::size_t i = 0; i < node["starts"].size(); ++i)
        out.mapping.routes.back().starts.push_back(static_cast<std::size_t>(node["starts"].at(i).small()));
    if (node.has("tree")) out.mapping.routes.back().tree = node["tree"].ids<LinkId>(kMost);
    if (node.has("keys")) out.mapping.tables.keys.push_back({word(node["keys"]["key"]), word(node["keys"]["mask"])});
    out.mapping.delay.push_back(node["delay"].small());
  }
  for (std::size_t r = 0; root.has("tables") && r < root["tables"].size(); ++r)
    out.mapping.tables.of_router.push_back(table(root["tables"].at(r)));
  return out;
}

}  // namespace ranvier::mapper
