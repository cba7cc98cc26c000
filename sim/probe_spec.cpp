// SPDX-License-Identifier: Apache-2.0
#include "sim/probe_spec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/nearest_name.h"

namespace ranvier::sim {
namespace {

constexpr std::array<std::pair<std::string_view, ProbeKind>, 6> kKinds{{{"spikes", ProbeKind::kSpikes},
                                                                        {"membrane", ProbeKind::kMembrane},
                                                                        {"links", ProbeKind::kLinks},
                                                                        {"buffers", ProbeKind::kBuffers},
                                                                        {"stalls", ProbeKind::kStalled},
                                                                        {"vcd", ProbeKind::kVcd}}};

bool of_stages(ProbeKind kind) { return kind == ProbeKind::kSpikes || kind == ProbeKind::kMembrane; }

/// Cuts at `separator`, but not inside brackets.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == separator && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

class Parser {
 public:
  explicit Parser(const std::string& text) { spec_.text = text; }

  ProbeSpec parse() {
    const std::vector<std::string> parts = split(spec_.text, ':');
    // "links[...]" without a name in between.
    const std::size_t bracket = parts.front().find('[');
    take_kind(parts.front().substr(0, bracket));
    if (bracket != std::string::npos) take_ranges(parts.front().substr(bracket));
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('='), open = parts[i].find('[');
      if (equals < open) {
        take_option(parts[i].substr(0, equals), parts[i].substr(equals + 1));
      } else {
        take_stages(parts[i].substr(0, open));
        if (open != std::string::npos) take_ranges(parts[i].substr(open));
      }
    }
    return spec_;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { throw BadProbe(spec_.text, problem); }

  void take_kind(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& [known, kind] : kKinds) {
      if (name == known) {
        spec_.kind = kind;
        return;
      }
      names.emplace_back(known);
    }
    fail(fmt::format("no probe '{}'{}", name,
                     nearest_name(name, names).empty() ? "; there are spikes, membrane, links, buffers, stalls and vcd"
                                                       : did_you_mean(name, names)));
  }

  void take_stages(const std::string& names) {
    if (!of_stages(spec_.kind)) {
      fail(fmt::format(
          "{} takes no layer, and '{}' is no option; write e.g. {}:{}", probe_kind_name(spec_.kind), names,
          probe_kind_name(spec_.kind),
          spec_.kind == ProbeKind::kBuffers || spec_.kind == ProbeKind::kStalled ? "core=17" : "routers=3..6"));
    }
    if (!spec_.stages.empty()) fail("two lists of layers; separate names by commas");
    spec_.stages = split(names, ',');
    for (const std::string& name : spec_.stages) {
      if (name.empty()) fail("an empty layer name");
    }
  }

  void take_ranges(const std::string& bracketed) {
    if (!of_stages(spec_.kind)) fail(fmt::format("{} has no tokens or neurons", probe_kind_name(spec_.kind)));
    if (bracketed.size() < 2 || bracketed.back() != ']') fail("no ']' at the end of the ranges");
    for (const std::string& part : split(bracketed.substr(1, bracketed.size() - 2), ',')) {
      const std::size_t equals = part.find('=');
      const std::string key = part.substr(0, equals);
      if (equals == std::string::npos || (key != "tokens" && key != "neurons")) {
        const std::vector<std::string> known{"tokens", "neurons"};
        fail(fmt::format("'{}' is no range{}; write [tokens=0..4,neurons=0..15]", part, did_you_mean(key, known)));
      }
      (key == "tokens" ? spec_.tokens : spec_.neurons) = range(key, part.substr(equals + 1));
    }
  }

  void take_option(const std::string& key, const std::string& value) {
    if (key == "every") {
      spec_.every = number(key, value);
      if (spec_.every < 1) fail("every must be at least 1");
    } else if (key == "image" || key == "images") {
      spec_.images = range(key, value);
    } else if (key == "step" || key == "steps") {
      spec_.steps = range(key, value);
    } else if ((key == "core" || key == "cores") && !of_stages(spec_.kind)) {
      spec_.cores = range(key, value);
    } else if ((key == "router" || key == "routers") && !of_stages(spec_.kind)) {
      spec_.routers = range(key, value);
    } else if (key == "file") {
      if (value.empty() || value.front() == '.' || value.find_first_of("/\\") != std::string::npos)
        fail(fmt::format("file '{}' must be a name without folder", value));
      spec_.file = value;
    } else {
      std::vector<std::string> known{"every", "image", "steps", "file"};
      if (!of_stages(spec_.kind)) known.insert(known.end(), {"core", "router", "cores", "routers"});
      fail(fmt::format("{} has no option '{}'{}", probe_kind_name(spec_.kind), key, did_you_mean(key, known)));
    }
    if (spec_.cores && spec_.routers) fail("cores and routers together; give one of them");
  }

  std::int32_t number(const std::string& key, std::string_view text) const {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
      fail(fmt::format("{}: '{}' is no whole number", key, text));
    return value;
  }

  NumberRange range(const std::string& key, const std::string& text) const {
    const std::size_t dots = text.find("..");
    if (dots == std::string::npos) return {number(key, text), number(key, text)};
    const NumberRange r{number(key, text.substr(0, dots)), number(key, text.substr(dots + 2))};
    if (r.first > r.last) fail(fmt::format("{}: {} is above {}", key, r.first, r.last));
    return r;
  }

  ProbeSpec spec_;
};

/// '*' stands for any letters, also none.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*')
    return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  return !name.empty() && pattern.front() == name.front() && matches(pattern.substr(1), name.substr(1));
}

std::vector<std::uint8_t> chosen_stages(const ProbeSpec& spec, const workloads::Program& program) {
  std::vector<std::string> names;
  for (const workloads::Stage& stage : program.stages) names.push_back(stage.name);
  std::vector<std::uint8_t> chosen(names.size());
  if (spec.stages.empty()) {
    const bool with_input = spec.kind == ProbeKind::kSpikes;
    for (std::size_t s = 0; s < names.size(); ++s) chosen[s] = s > 0 || with_input ? 1 : 0;
  }
  for (const std::string& pattern : spec.stages) {
    bool any = false;
    for (std::size_t s = 0; s < names.size(); ++s) {
      if (!matches(pattern, names[s])) continue;
      if (s == 0 && spec.kind == ProbeKind::kMembrane && pattern == names[s])
        throw BadProbe(spec.text, fmt::format("'{}' is the host's input and has no membrane", names[s]));
      if (s == 0 && spec.kind == ProbeKind::kMembrane) continue;
      chosen[s] = 1;
      any = true;
    }
    if (!any)
      throw BadProbe(spec.text, fmt::format("no layer '{}' in the program{}", pattern,
                                            nearest_name(pattern, names).empty() ? "; `ranvier map` lists the layers"
                                                                                 : did_you_mean(pattern, names)));
  }
  return chosen;
}

mapper::Range common(const mapper::Range& all, const std::optional<NumberRange>& wanted) {
  if (!wanted) return all;
  const std::int32_t end = wanted->last == std::numeric_limits<std::int32_t>::max() ? all.end : wanted->last + 1;
  return {std::max(all.begin, wanted->first), std::min(all.end, end)};
}

/// A range that ends within the largest of the chosen stages is cut to each of them.
void check_range(const ProbeSpec& spec, const std::vector<const workloads::Stage*>& stages, const char* what,
                 const std::optional<NumberRange>& wanted, std::int32_t workloads::Stage::*count) {
  if (!wanted || stages.empty()) return;
  const workloads::Stage& most = **std::max_element(
      stages.begin(), stages.end(), [&](const auto* a, const auto* b) { return a->*count < b->*count; });
  if (wanted->last >= most.*count)
    throw BadProbe(spec.text, fmt::format("{} has {} 0..{}, not {}", most.name, what, most.*count - 1, wanted->last));
}

}  // namespace

std::string_view probe_kind_name(ProbeKind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(), [kind](const auto& k) { return k.second == kind; })->first;
}

ProbeSpec parse_probe(const std::string& text) { return Parser(text).parse(); }

void check_fidelity(const ProbeSpec& spec, Fidelity fidelity) {
  if (fidelity == Fidelity::kCycle) return;
  if (spec.kind == ProbeKind::kBuffers) throw ProbeNotSimulated(spec.text, "buffers");
  if (spec.kind == ProbeKind::kStalled) throw ProbeNotSimulated(spec.text, "stalls");
  if (spec.kind == ProbeKind::kVcd) throw ProbeNotSimulated(spec.text, "signals of the network");
}

std::vector<ProbedTile> probed_tiles(const ProbeSpec& spec, const mapper::MappingProblem& problem) {
  const std::vector<std::uint8_t> chosen = chosen_stages(spec, *problem.program);
  std::vector<const workloads::Stage*> stages;
  for (std::size_t s = 0; s < chosen.size(); ++s) {
    if (chosen[s] != 0) stages.push_back(&problem.program->stages[s]);
  }
  check_range(spec, stages, "tokens", spec.tokens, &workloads::Stage::tokens);
  check_range(spec, stages, "neurons", spec.neurons, &workloads::Stage::channels);
  std::vector<ProbedTile> tiles;
  for (std::size_t t = 0; t < problem.tiles.size(); ++t) {
    const mapper::Tile& tile = problem.tiles[t];
    if (chosen[tile.stage.value()] == 0) continue;
    // What a statistics tile sends is of no neuron.
    if (tile.statistics) continue;
    // An input slice has no membrane: its sums are parts of its owner's.
    if (spec.kind == ProbeKind::kMembrane && tile.partial_of.valid()) continue;
    const workloads::Stage& stage = problem.program->stage(tile.stage);
    const bool reordered = !stage.unit_number.empty() && spec.neurons;
    const ProbedTile part{TileId(t), common(tile.tokens, spec.tokens),
                          reordered ? tile.outputs : common(tile.outputs, spec.neurons), &stage,
                          reordered ? *spec.neurons : NumberRange{}};
    bool any = false;
    for (std::int32_t n = part.neurons.begin; n < part.neurons.end && !any; ++n) any = part.holds(n);
    if (part.tokens.size() > 0 && any) tiles.push_back(part);
  }
  return tiles;
}

std::vector<std::uint32_t> probed_routers(const ProbeSpec& spec, const chips::Board& board) {
  const auto last_of = [&](const char* what, const NumberRange& wanted, std::size_t count) {
    if (static_cast<std::size_t>(wanted.last) >= count)
      throw BadProbe(spec.text, fmt::format("no {} {}; the board has {} 0..{}", what, wanted.last, what, count - 1));
  };
  std::vector<std::uint8_t> chosen(board.routers(), spec.cores || spec.routers ? 0 : 1);
  if (spec.routers) {
    last_of("router", *spec.routers, board.routers());
    for (std::int32_t r = spec.routers->first; r <= spec.routers->last; ++r) chosen[static_cast<std::size_t>(r)] = 1;
  }
  if (spec.cores) {
    last_of("core", *spec.cores, board.cores());
    for (std::int32_t c = spec.cores->first; c <= spec.cores->last; ++c)
      chosen[board.router_of(CoreId(static_cast<std::size_t>(c)))] = 1;
  }
  std::vector<std::uint32_t> routers;
  for (std::size_t r = 0; r < chosen.size(); ++r) {
    if (chosen[r] != 0) routers.push_back(static_cast<std::uint32_t>(r));
  }
  return routers;
}

}  // namespace ranvier::sim
