// SPDX-License-Identifier: Apache-2.0
// Writing and attaching mapping files; mapping_parser.cpp reads them.
#include "mapper/mapping_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "base/digest.h"
#include "mapper/constraints_file.h"
#include "mapper/errors.h"
#include "mapper/mapping_sketch.h"
#include "mapper/tiler.h"
#include "workloads/renumber.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper {

using nlohmann::json;
using workloads::Program;
using workloads::Stage;

namespace {

/// Integers of the program, little-endian, 8 bytes each: one byte stream whatever the types.
class Bytestream {
 public:
  void put(std::int64_t value) {
    for (int i = 0; i < 8; ++i)
      bytes_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  void put(const std::string& text) {
    put(static_cast<std::int64_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    put(static_cast<std::int64_t>(values.size()));
    for (const T v : values) put(static_cast<std::int64_t>(v));
  }
  std::string digest() const { return sha256_hex(std::span<const std::uint8_t>(bytes_)); }

 private:
  std::vector<std::uint8_t> bytes_;
};

void put_lif(Bytestream& out, const Stage& s) {
  const workloads::ConvParams& c = s.conv;
  for (const std::int32_t v : {c.in_height, c.in_width, c.out_height, c.out_width, c.kernel_height, c.kernel_width,
                               c.stride, c.padding, c.depthwise ? 1 : 0})
    out.put(v);
  out.put(c.weight);
  const workloads::CubaParams& n = s.cuba;
  for (const std::int32_t v : {n.current_decay, n.voltage_decay, n.threshold_mantissa, n.weight_exponent,
                               n.bias_mantissa, n.bias_exponent, n.refractory_steps, n.axon_delay_steps})
    out.put(v);
  if (!s.cuba_initial.empty()) out.put(s.cuba_initial);
  if (s.sparse) {
    out.put(s.sparse->sources());
    const auto put_raw = [&out](const auto& values) {
      out.put(sha256_hex({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(values[0])}));
    };
    for (const auto& block : s.sparse->blocks()) {
      put_raw(block.offset);
      put_raw(block.target);
      put_raw(block.weight);
    }
  }
  if (s.integrate) {
    out.put(s.integrate->threshold);
    out.put(s.integrate->bias);
    out.put(s.integrate->initial);
  }
}

json range(Range r) { return json::array({r.begin, r.end}); }

template <class Tag>
json id_or_null(Id<Tag> id) {
  return id.valid() ? json(id.value()) : json(nullptr);
}

template <class Tag>
json ids(const std::vector<Id<Tag>>& list) {
  json out = json::array();
  for (const auto id : list) out.push_back(id_or_null(id));
  return out;
}

}  // namespace

std::string program_digest(const Program& program) {
  Bytestream out;
  out.put(program.input_code_max);
  if (program.temporal()) out.put(program.timesteps);
  if (program.closed) out.put("closed");
  for (const Stage& s : program.stages) {
    out.put(s.name);
    out.put(static_cast<std::int64_t>(s.kind));
    for (const auto& input : s.inputs) {
      out.put(input.stage.value());
      out.put(input.gain);
    }
    for (const std::int32_t v : {s.tokens, s.channels, s.in_channels, s.heads, s.encoder.lo, s.encoder.hi}) out.put(v);
    out.put(s.encoder.threshold);
    out.put(s.linear.weight);
    out.put(s.linear.bias);
    out.put(s.linear.bias_per_token ? 1 : 0);
    out.put(s.layer_norm.gain);
    out.put(s.layer_norm.bias);
    out.put(s.layer_norm.epsilon);
    if (!s.layer_norm.normalise) out.put(std::int64_t{-1});
    out.put(s.softmax.scale);
    out.put(s.gelu.first_code);
    out.put(s.gelu.table);
    if (s.kind == workloads::StageKind::kLif) put_lif(out, s);
  }
  return out.digest();
}

std::string mapping_to_json(const MappingProblem& problem, const Mapping& mapping, const std::string& target,
                            const std::string& settings) {
  json tiles = json::array();
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    const Tile& tile = problem.tiles[t];
    const Demand& d = tile.demand;
    tiles.push_back({{"stage", tile.stage.value()},
                     {"stage_name", problem.program->stage(tile.stage).name},
                     {"outputs", range(tile.outputs)},
                     {"inputs", range(tile.inputs)},
                     {"tokens", range(tile.tokens)},
                     {"mode", name_of(tile.mode)},
                     {"engine", name_of(tile.engine)},
                     {"partial_of", id_or_null(tile.partial_of)},
                     {"core", id_or_null(mapping.core_of[t])},
                     {"level", mapping.level[t]},
                     {"busy_cycles", problem.tile_cycles[t]},
                     {"demand",
                      {{"neurons", d.neurons},
                       {"axons", d.axons},
                       {"synapse_bytes", d.synapse_bytes.count()},
                       {"state_bytes", d.state_bytes.count()},
                       {"bulk_bytes", d.bulk_bytes.count()},
                       {"receive_bytes", d.receive_bytes.count()},
                       {"tiles", d.tiles},
                       {"profiles", d.profiles},
                       {"formats", d.formats},
                       {"out_axons", d.out_axons}}}});
    if (tile.statistics) tiles.back()["statistics"] = true;
  }
  const bool trees = problem.board.chip.noc.multicast == chips::Multicast::kTree;
  json flows = json::array();
  for (std::size_t f = 0; f < problem.flows.size(); ++f) {
    const Flow& flow = problem.flows[f];
    flows.push_back({{"source", flow.source.value()},
                     {"tokens", range(flow.tokens)},
                     {"channels", range(flow.channels)},
                     {"destinations", ids(flow.destinations)},
                     {"payload_bits", flow.payload_bits},
                     {"events", problem.flow_events[f]},
                     {"chain", ids(mapping.routes[f].chain)},
                     {"delay", mapping.delay[f]}});
    if (!mapping.routes[f].starts.empty()) flows.back()["starts"] = mapping.routes[f].starts;
    if (!trees) continue;
    flows.back()["tree"] = ids(mapping.routes[f].tree);
    if (f < mapping.tables.keys.size())
      flows.back()["keys"] = {{"key", mapping.tables.keys[f].key}, {"mask", mapping.tables.keys[f].mask}};
  }
  static constexpr const char* kSchedules[] = {"staged-graded", "staged-unary", "asynchronous-unary", "timesteps"};
  // One tile or flow a line: diffs of mappings stay readable.
  std::string text = "{\n";
  const auto member = [&text](const char* key, const json& value) {
    text += fmt::format("\"{}\": {},\n", key, value.dump());
  };
  member("format", "ranvier-mapping");
  member("version", 1);
  json program = {{"name", problem.program->name}, {"sha256", program_digest(*problem.program)}};
  if (!settings.empty()) program["settings"] = settings;
  member("program", program);
  json repeaters = json::array();
  for (const Repeater& r : repeaters_of(*problem.program))
    repeaters.push_back({{"name", r.name}, {"behind", r.behind}, {"readers", r.readers}});
  if (!repeaters.empty()) member("repeaters", repeaters);
  json orders = json::array();
  for (const Stage& s : problem.program->stages)
    if (!s.unit_number.empty()) orders.push_back({{"stage", s.name}, {"units", s.unit_number}});
  if (!orders.empty()) member("unit_orders", orders);
  member("board", {{"target", target},
                   {"chip", problem.board.chip.name},
                   {"columns", problem.board.columns},
                   {"rows", problem.board.rows}});
  if (!problem.constraints.empty()) member("constraints", to_json(problem.constraints));
  member("schedule", kSchedules[static_cast<std::size_t>(problem.schedule)]);
  if (std::any_of(mapping.waves.begin(), mapping.waves.end(), [](std::int32_t w) { return w != 1; }))
    member("waves", mapping.waves);
  const auto list = [&text](const char* key, const json& values, const char* end) {
    text += fmt::format("\"{}\": [", key);
    for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "\n  " : ",\n  ") + values[i].dump();
    text += std::string("\n]") + end;
  };
  list("tiles", tiles, ",\n");
  if (trees) {
    json tables = json::array();
    for (const auto& table : mapping.tables.of_router) {
      json entries = json::array();
      for (const TableEntry& e : table) entries.push_back(json::array({e.keys.key, e.keys.mask, e.outputs}));
      tables.push_back(std::move(entries));
    }
    list("tables", tables, ",\n");
  }
  list("flows", flows, "\n}\n");
  return text;
}

namespace {

/// Throws MappingMismatch where a stage of the file is none, or has other units.
Program in_order_of(const MappingFile& file, const Program& program) {
  if (file.orders.empty()) return program;
  std::vector<std::vector<std::int32_t>> order(program.stages.size());
  for (const UnitOrder& o : file.orders) {
    const auto stage = std::find_if(program.stages.begin(), program.stages.end(),
                                    [&](const Stage& s) { return s.name == o.stage && s.sparse != nullptr; });
    const auto refuse = [&](const std::string& what) {
      throw MappingMismatch(file.file, "program", fmt::format("{} with {}", file.program_name, what), program.name);
    };
    if (stage == program.stages.end()) refuse(fmt::format("a stage {} of sparse synapses", o.stage));
    std::vector<std::int32_t> sorted = o.units;
    std::sort(sorted.begin(), sorted.end());
    bool all = sorted.size() == static_cast<std::size_t>(stage->channels);
    for (std::size_t i = 0; i < sorted.size() && all; ++i) all = sorted[i] == static_cast<std::int32_t>(i);
    if (!all) refuse(fmt::format("{} units of {}, each once", stage->channels, o.stage));
    order[static_cast<std::size_t>(stage - program.stages.begin())] = o.units;
  }
  return workloads::renumbered(program, order);
}

}  // namespace

Program program_for(const MappingFile& file, const Program& program) {
  try {
    return in_order_of(file, insert_repeaters(program, file.repeaters));
  } catch (const UnknownStage& e) {
    throw MappingMismatch(file.file, "program", fmt::format("{} with a stage {}", file.program_name, e.stage_name),
                          program.name);
  }
}

void check_schedule(const MappingFile& file, bool over_time) {
  if (over_time == (file.problem.schedule == Schedule::kTimesteps)) return;
  throw MappingFileError(file.file, "/schedule",
                         over_time ? "a network over time has the schedule timesteps"
                                   : "timesteps is for networks over time; staged-graded is expected");
}

void attach(MappingFile& file, const Program& program, const chips::Board& board) {
  const bool any_program = file.sketch && file.program_digest.empty();
  if (const std::string digest = program_digest(program); !any_program && digest != file.program_digest)
    throw MappingMismatch(file.file, "program", file.program_name + " " + file.program_digest.substr(0, 12),
                          program.name + " " + digest.substr(0, 12));
  const auto grid = [](const std::string& chip, const chips::Board& b) {
    return fmt::format("{}:{}x{}", chip, b.columns, b.rows);
  };
  const std::string made_for = grid(file.chip_name, file.problem.board);
  const std::string at_hand = grid(board.chip.name, board);
  if (made_for != at_hand && !file.chip_name.empty()) throw MappingMismatch(file.file, "board", made_for, at_hand);
  check_schedule(file, program.temporal());
  file.problem.program = &program;
  file.problem.board = board;
  if (file.sketch) complete_sketch(file);
}

}  // namespace ranvier::mapper
