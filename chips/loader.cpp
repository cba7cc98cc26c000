// SPDX-License-Identifier: Apache-2.0
// Walks the schema over a YAML map, section by section; then the few rules that tie two keys together.
#include "chips/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/file.h"
#include "chips/device_loader.h"
#include "chips/read_number.h"
#include "chips/schema.h"
#include "chips/self_check.h"
#include "chips/target.h"
#include "chips/yaml_map.h"

namespace ranvier::chips {
namespace {

const std::vector<std::string> kSections{"core", "noc", "chip_link", "host_link", "sync", "energy"};
constexpr std::int64_t kMostRouters = 1 << 20;

/// Keys of a section that are not numbers.
std::vector<std::string> words_of(std::string_view section) {
  if (section.empty()) {
    std::vector<std::string> words{"name", "description", "rtl", "provenance", "mechanisms"};
    words.insert(words.end(), kSections.begin(), kSections.end());
    return words;
  }
  if (section == "core") return {"name", "provenance"};
  if (section == "sync") return {"policy", "provenance", "barrier_table", "on_overrun"};
  if (section == "noc") return {"multicast", "provenance"};
  return {"provenance"};
}

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> keys = words_of(section);
  for (const Rule& rule : chip_rules()) {
    if (rule.section() == section) keys.emplace_back(rule.name());
  }
  return keys;
}

Provenance section_provenance(const YamlMap& section, const Provenance& outer) {
  const std::optional<YamlMap> block = section.find_map("provenance");
  if (!block) return outer;
  block->allow_only({"tag", "kind", "source"});
  return read_provenance(*block, outer);
}

/// Index of the word under `key` among `names`; 0, and reported, where it is none of them.
template <class Refusal = UnknownWord>
std::size_t read_word(const YamlMap& map, const std::string& key, const std::optional<std::string>& word,
                      const std::vector<std::string>& names) {
  if (!word) return 0;
  const auto at = std::find(names.begin(), names.end(), *word);
  if (at == names.end()) {
    map.findings().add(Refusal(map.place_of_key(key), map.path_of(key), *word, names));
    return 0;
  }
  return static_cast<std::size_t>(at - names.begin());
}

SyncPolicy read_policy(const YamlMap& sync) {
  return static_cast<SyncPolicy>(
      read_word<UnknownPolicy>(sync, "policy", sync.require_text("policy", "policy: fixed_phase"), policy_names()));
}

/// barrier_table: {routers: cycles}, both whole, both growing.
void read_barrier_table(const YamlMap& sync, const Provenance& provenance, Sync& out) {
  const std::optional<YamlMap> table = sync.find_map("barrier_table");
  if (!table) return;
  const Provenance own = read_provenance(*table, provenance);
  const FilePlace place = sync.place_of_key("barrier_table");
  if (!own.tag) sync.findings().add(MissingTag(place, sync.path_of("barrier_table")));
  if (!own.source) sync.findings().add(MissingSource(place, sync.path_of("barrier_table")));
  out.barrier_table_origin = {own.tag.value_or(Tag::kAssumed), EnergyKind::kNone, own.source.value_or(""),
                              sync.path_of("barrier_table"), place.line};
  for (const std::string& key : table->keys()) {
    if (key == "tag" || key == "source") continue;
    const bool whole = !key.empty() && key.size() < 8 && key.find_first_not_of("0123456789") == std::string::npos;
    const std::int64_t routers = whole ? std::stoll(key) : 0;
    if (routers < 1 || routers > kMostRouters) {
      sync.findings().add(OutOfRange(table->place_of_key(key), table->path_of(key), key, 1, kMostRouters, "routers"));
      continue;
    }
    const auto cycles = table->require_whole(key, 0, limits::kCycles);
    if (cycles) out.barrier_table.push_back({routers, *cycles});
  }
  std::sort(out.barrier_table.begin(), out.barrier_table.end(),
            [](const BarrierRow& a, const BarrierRow& b) { return a.routers < b.routers; });
  for (std::size_t i = 1; i < out.barrier_table.size(); ++i) {
    if (out.barrier_table[i].cycles >= out.barrier_table[i - 1].cycles) continue;
    const std::string key = std::to_string(out.barrier_table[i].routers);
    sync.findings().add(Contradiction(table->place_of_key(key), table->path_of(key),
                                      std::to_string(out.barrier_table[i - 1].routers),
                                      "a barrier over more routers takes no fewer cycles"));
  }
}

/// mechanisms: {name: native | extension | absent} or {name: {support: ..., note: ...}}; left out: native, and
/// dense_mode as core.dense_lanes says.
void read_mechanisms(const YamlMap& top, Chip& chip) {
  if (chip.core.dense_lanes.value == 0)
    chip.mechanisms[static_cast<std::size_t>(Mechanism::kDenseMode)] = {Support::kAbsent, "core.dense_lanes is 0"};
  const std::optional<YamlMap> map = top.find_map("mechanisms");
  if (!map) return;
  map->allow_only(mechanism_names());
  for (std::size_t m = 0; m < kMechanisms; ++m) {
    const std::string& name = mechanism_names()[m];
    const YAML::Node* node = map->find(name);
    if (node == nullptr) continue;
    MechanismSupport& out = chip.mechanisms[m];
    out = {};
    if (node->IsMap()) {
      const std::optional<YamlMap> entry = map->find_map(name);
      entry->allow_only({"support", "note"});
      out.support = static_cast<Support>(
          read_word(*entry, "support", entry->require_text("support", "support: native"), support_names()));
      out.note = entry->text("note").value_or("");
    } else {
      out.support = static_cast<Support>(read_word(*map, name, map->text(name), support_names()));
    }
    if (out.support == Support::kExtension && out.note.empty())
      top.findings().add(MissingNote(map->place_of_key(name), map->path_of(name)));
  }
}

/// Where the key of an optional number is absent.
template <class Value>
Param<Value> absent_number(const Rule& rule,
                           const std::map<std::string, std::pair<std::int64_t, Origin>, std::less<>>& read) {
  Param<Value> param;
  if (rule.absent.find_first_not_of("0123456789") == std::string_view::npos) {
    param.value = Value(std::stoll(std::string(rule.absent)));
    param.origin.tag = Tag::kDerived;
    param.origin.kind = rule.dimension == Dimension::kEnergy ? EnergyKind::kMarginal : EnergyKind::kNone;
    param.origin.source = fmt::format("not in the file: {} holds", rule.absent);
  } else if (const auto other = read.find(rule.absent); other != read.end()) {
    param.value = Value(other->second.first);
    param.origin = other->second.second;
  }
  param.origin.key = rule.key;
  return param;
}

void check_pairs(const Chip& chip, const std::string& file, Findings& findings) {
  const auto contradict = [&](const Origin& origin, const std::string& other, const std::string& reason) {
    findings.add(Contradiction({file, std::max(origin.line, 1), 1}, origin.key, other, reason));
  };
  if (chip.sync.policy == SyncPolicy::kFixedPhase && chip.sync.phase_cycles.value == 0) {
    contradict(chip.sync.phase_cycles.origin, "sync.policy", "a fixed phase needs at least 1 cycle");
  }
  if (chip.sync.policy == SyncPolicy::kFixedTick && chip.sync.tick_cycles.value == 0) {
    contradict(chip.sync.tick_cycles.origin, "sync.policy", "a fixed tick needs at least 1 cycle");
  }
  if (chip.core.synapse_words_per_cycle.value > 0 && chip.core.synapse_word_bits.value == 0) {
    contradict(chip.core.synapse_words_per_cycle.origin, "core.synapse_word_bits",
               "words a cycle need the size of a word");
  }
  if (chip.core.bulk_memory.value.count() > 0 && chip.core.bulk_bytes_per_cycle.value == 0) {
    contradict(chip.core.bulk_bytes_per_cycle.origin, "core.bulk_memory",
               "a bulk memory needs a bandwidth of at least 1 B/cycle");
  }
  if (chip.core.synapse_memory.value.count() * 8 < chip.core.weight_bits.value) {
    contradict(chip.core.synapse_memory.origin, "core.weight_bits", "not one synapse fits into the memory");
  }
  const bool dense = chip.mechanisms[static_cast<std::size_t>(Mechanism::kDenseMode)].support != Support::kAbsent;
  if (dense != (chip.core.dense_lanes.value > 0)) {
    contradict(chip.core.dense_lanes.origin, "mechanisms.dense_mode",
               dense ? "a dense mode needs at least 1 lane" : "a chip without a dense mode has no lanes for it");
  }
  const std::int64_t word = chip.core.synapse_word_bits.value;
  if (word > 0 && word < chip.core.synapse_word_overhead_bits.value + chip.core.synapse_index_bits.value +
                             chip.core.weight_bits.value) {
    contradict(chip.core.synapse_word_bits.origin, "core.weight_bits", "not one synapse fits into a word");
  }
}

Chip read_chip(const YamlMap& top, Findings& findings) {
  Chip chip;
  chip.file = top.file();
  top.allow_only(keys_of(""));
  chip.name = top.require_text("name", "name: my-chip").value_or("");
  chip.description = top.text("description").value_or("");
  const Provenance provenance = section_provenance(top, {});

  std::map<std::string, std::optional<YamlMap>, std::less<>> sections;
  std::map<std::string, Provenance, std::less<>> provenances;
  sections.emplace("", top);
  provenances.emplace("", provenance);
  for (const std::string& name : kSections) {
    const auto section = sections.emplace(name, top.require_map(name)).first->second;
    if (!section) continue;
    section->allow_only(keys_of(name));
    provenances.emplace(name, section_provenance(*section, provenance));
  }
  std::map<std::string, std::pair<std::int64_t, Origin>, std::less<>> read;
  for_each_number(chip, [&](const Rule& rule, auto& param) {
    const std::optional<YamlMap>& section = sections.find(rule.section())->second;
    if (!section) return;
    using Value = std::decay_t<decltype(param.value)>;
    if (!rule.absent.empty() && section->find(std::string(rule.name())) == nullptr) {
      param = absent_number<Value>(rule, read);
      read.emplace(rule.key, std::pair(raw(param.value), param.origin));
      return;
    }
    const auto number = read_number(*section, rule, provenances.find(rule.section())->second);
    if (!number) return;
    param.value = Value(number->value);
    param.origin = number->origin;
    read.emplace(rule.key, std::pair(number->value, number->origin));
  });
  if (const auto& core = sections["core"]) chip.core.name = core->require_text("name", "name: core").value_or("");
  if (const auto& sync = sections["sync"]) {
    chip.sync.policy = read_policy(*sync);
    read_barrier_table(*sync, provenances["sync"], chip.sync);
    if (sync->find("on_overrun") != nullptr)
      chip.sync.on_overrun =
          static_cast<TickOverrun>(read_word(*sync, "on_overrun", sync->text("on_overrun"), tick_overrun_names()));
  }
  if (const auto& noc = sections["noc"]) {
    if (noc->find("multicast") != nullptr)
      chip.noc.multicast =
          static_cast<Multicast>(read_word(*noc, "multicast", noc->text("multicast"), multicast_names()));
  }
  read_mechanisms(top, chip);
  if (const auto rtl = top.find_map("rtl")) {
    rtl->allow_only({"module"});
    chip.rtl_module = rtl->require_text("module", "module: rv_spike_core").value_or("");
  }
  if (findings.empty()) check_pairs(chip, top.file(), findings);
  return chip;
}

bool says_device(const YamlMap& top) {
  const YAML::Node* kind = top.find("kind");
  return kind != nullptr && kind->IsScalar() && kind->Scalar() == "device";
}

WrongPart device_as_chip(const YamlMap& board, const std::string& name) {
  return {board.place_of_key("chip"), "board.chip", name, "a device",
          "write it under board.device, and a chip here, as in `chip: tianjic-like`"};
}

Chip read_chip_file(const YamlMap& board, const std::string& name, const ChipFinder& find_chip, Findings& findings) {
  const FilePlace place = board.place_of_key("chip");
  const std::filesystem::path path = find_chip(name);
  if (path.empty()) {
    findings.add(UnknownWord(place, "board.chip", name, bundled_targets()));
    return {};
  }
  const YAML::Node document = parse_yaml(read_file(path), path.string());
  const YamlMap top(document, "", path.string(), findings);
  if (says_device(top)) {
    findings.add(device_as_chip(board, name));
    return {};
  }
  if (top.find("board") != nullptr) {
    findings.add(BoardOfBoards(place, name));
    return {};
  }
  return read_chip(top, findings);
}

std::optional<Device> read_board_device(const YamlMap& board, const ChipFinder& find_file) {
  if (board.find("device")->IsMap()) {
    const std::optional<YamlMap> map = board.find_map("device");
    return read_device(*map);
  }
  const auto name = board.text("device");
  if (!name) return std::nullopt;
  const std::filesystem::path path = find_file(*name);
  if (path.empty()) {
    board.findings().add(UnknownWord(board.place_of_key("device"), "board.device", *name, bundled_devices()));
    return std::nullopt;
  }
  const YAML::Node document = parse_yaml(read_file(path), path.string());
  const YamlMap top(document, "", path.string(), board.findings());
  for (const auto& [section, is] : {std::pair("noc", "a chip"), std::pair("board", "a board")}) {
    if (says_device(top) || top.find(section) == nullptr) continue;
    board.findings().add(WrongPart(board.place_of_key("device"), "board.device", *name, is,
                                   "name a device, as in `device: ascend-310`"));
    return std::nullopt;
  }
  return read_device(top);
}

Board read_board(const YamlMap& map, const ChipFinder& find_chip, Findings& findings) {
  Board board;
  map.allow_only({"name", "description", "chip", "columns", "rows", "device"});
  board.name = map.require_text("name", "name: my-board").value_or("");
  map.text("description");
  board.columns = static_cast<std::int32_t>(map.require_whole("columns", 1, limits::kSide).value_or(1));
  board.rows = static_cast<std::int32_t>(map.require_whole("rows", 1, limits::kSide).value_or(1));
  const YAML::Node* chip = map.require("chip", "chip: tianjic-like");
  if (chip == nullptr) return board;
  if (chip->IsMap()) {
    const YamlMap inside(*chip, "", map.file(), findings);
    if (says_device(inside))
      findings.add(device_as_chip(map, inside.text("name").value_or("this")));
    else
      board.chip = read_chip(inside, findings);
  } else if (const auto name = map.text("chip")) {
    board.chip = read_chip_file(map, *name, find_chip, findings);
  }
  if (map.find("device") != nullptr) board.device = read_board_device(map, find_chip);
  if (!findings.empty()) return board;
  const auto check_side = [&](const std::string& key, std::int64_t chips, std::int64_t routers) {
    if (chips * routers <= limits::kSide) return;
    findings.add(OutOfRange(map.place_of_key(key), "board." + key, fmt::format("{}", chips), 1, limits::kSide / routers,
                            fmt::format("chips of {} routers", routers)));
  };
  check_side("columns", board.columns, board.chip.noc.width);
  check_side("rows", board.rows, board.chip.noc.height);
  return board;
}

}  // namespace

Board parse_target(const std::string& text, const std::string& file, const ChipFinder& find_chip, Findings& findings) {
  const YAML::Node document = parse_yaml(text, file);
  const YamlMap top(document, "", file, findings);
  if (top.find("board") != nullptr) {
    top.allow_only({"board"});
    const std::optional<YamlMap> map = top.find_map("board");
    return map ? read_board(*map, find_chip, findings) : Board{};
  }
  Board board;
  board.chip = read_chip(top, findings);
  board.name = board.chip.name;
  return board;
}

Board load_target_file(const std::filesystem::path& path) {
  Findings findings;
  Board board = parse_target(read_file(path), path.string(), chip_finder(path.parent_path()), findings);
  findings.throw_first();
  return board;
}

std::vector<std::string> check_target_file(const std::filesystem::path& path) {
  Findings findings;
  const std::string text = read_file(path);
  try {
    if (is_device_text(text)) {
      parse_device(text, path.string(), findings);
      return findings.lines();
    }
    const Board board = parse_target(text, path.string(), chip_finder(path.parent_path()), findings);
    if (findings.empty()) return self_check(board);
  } catch (const YamlSyntaxError& e) {
    findings.add(e);
  }
  return findings.lines();
}

}  // namespace ranvier::chips
