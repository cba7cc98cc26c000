// SPDX-License-Identifier: Apache-2.0
// The verifier's constraints: the user's rules, tile by tile.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

namespace {

class Checker {
 public:
  Checker(const MappingProblem& p, const Mapping& m, Findings& out) : p_(p), m_(m), out_(out) {}

  /// Tiles on cores that any of the texts names.
  std::set<std::size_t> named(const std::vector<std::string>& texts) {
    std::set<std::size_t> tiles;
    for (const std::string& text : texts) {
      bool any = false;
      for (std::size_t t = 1; t < p_.tiles.size(); ++t) {
        const std::string& stage = p_.program->stage(p_.tiles[t].stage).name;
        const bool meant = text == "tile:" + std::to_string(t) || fnmatch(text.c_str(), stage.c_str(), 0) == 0;
        any = any || meant;
        if (meant && on_board(t)) tiles.insert(t);
      }
      if (!any)
        out_.add({.kind = FindingKind::kConstraint,
                  .text = fmt::format("a constraint names \"{}\", which no tile is called", text)});
    }
    return tiles;
  }

  bool on_board(std::size_t t) const { return m_.core_of[t].valid() && m_.core_of[t].value() < p_.board.cores(); }
  CoreId core(std::size_t t) const { return m_.core_of[t]; }

  template <class Rule>
  bool lists(const Rule& rule, std::size_t t) const {
    return std::find(rule.cores.begin(), rule.cores.end(), core(t)) != rule.cores.end() ||
           std::find(rule.chips.begin(), rule.chips.end(), p_.board.chip_of(core(t))) != rule.chips.end();
  }

  void fault(std::size_t t, const std::string& why) {
    out_.add({.kind = FindingKind::kConstraint,
              .stage = p_.tiles[t].stage,
              .tile = TileId(t),
              .core = core(t),
              .text = fmt::format("tile {} of {} on core {}: {}", t, p_.program->stage(p_.tiles[t].stage).name,
                                  core(t).value(), why)});
  }

  void run() {
    const MapConstraints& c = p_.constraints;
    const std::set<CoreId> dead(c.dead_cores.begin(), c.dead_cores.end());
    for (std::size_t t = 1; t < p_.tiles.size(); ++t)
      if (on_board(t) && dead.contains(core(t))) fault(t, "the core is dead");
    for (const auto& pin : c.pins)
      for (const std::size_t t : named({pin.tiles}))
        if (!lists(pin, t)) fault(t, fmt::format("\"{}\" is pinned elsewhere", pin.tiles));
    for (const auto& forbid : c.forbids)
      for (const std::size_t t : named({forbid.tiles}))
        if (lists(forbid, t)) fault(t, fmt::format("\"{}\" is forbidden there", forbid.tiles));
    for (const auto& group : c.together) {
      const auto tiles = named(group);
      for (const std::size_t t : tiles)
        if (core(t) != core(*tiles.begin()))
          fault(t, fmt::format("is to be together with tile {}, on core {}", *tiles.begin(),
                               core(*tiles.begin()).value()));
    }
    for (const auto& group : c.apart) {
      std::map<CoreId, std::size_t> first;
      for (const std::size_t t : named(group))
        if (const auto [at, is_new] = first.try_emplace(core(t), t); !is_new)
          fault(t, fmt::format("is to be apart from tile {}", at->second));
    }
  }

 private:
  const MappingProblem& p_;
  const Mapping& m_;
  Findings& out_;
};

}  // namespace

void check_constraints(const MappingProblem& p, const Mapping& m, Findings& out) {
  if (!p.constraints.empty()) Checker(p, m, out).run();
}

}  // namespace ranvier::mapper::verify_parts
