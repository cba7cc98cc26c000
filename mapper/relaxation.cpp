// SPDX-License-Identifier: Apache-2.0
#include "mapper/relaxation.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace ranvier::mapper {

namespace {

constexpr int kMostAttempts = 40;  // more than limits there are, each raised a few times

using Limit = std::pair<const char*, std::int64_t (*)(chips::CoreKind&, std::int64_t)>;

/// Sets the limit and returns what it was; a value of 0 only reads it.
template <auto Member>
std::int64_t raise(chips::CoreKind& core, std::int64_t to) {
  auto& value = (core.*Member).value;
  if constexpr (requires { value.count(); }) {
    const std::int64_t before = value.count();
    if (to > 0) value = Bytes(to);
    return before;
  } else {
    const auto before = static_cast<std::int64_t>(value);
    if (to > 0) value = static_cast<std::decay_t<decltype(value)>>(to);
    return before;
  }
}

constexpr std::array kLimits{Limit{"neurons", raise<&chips::CoreKind::neurons>},
                             Limit{"fan_in_axons", raise<&chips::CoreKind::fan_in_axons>},
                             Limit{"synapse_memory", raise<&chips::CoreKind::synapse_memory>},
                             Limit{"state_memory", raise<&chips::CoreKind::state_memory>},
                             Limit{"bulk_memory", raise<&chips::CoreKind::bulk_memory>},
                             Limit{"core_memory", raise<&chips::CoreKind::core_memory>},
                             Limit{"receive_limit", raise<&chips::CoreKind::receive_limit>},
                             Limit{"tiles", raise<&chips::CoreKind::tiles>},
                             Limit{"compartment_profiles", raise<&chips::CoreKind::compartment_profiles>},
                             Limit{"synapse_formats", raise<&chips::CoreKind::synapse_formats>},
                             Limit{"route_entries", raise<&chips::CoreKind::route_entries>},
                             Limit{"weight_bits", raise<&chips::CoreKind::weight_bits>}};

void grow_grid(chips::Board& board, std::int64_t cores) {
  const auto per_chip = static_cast<std::int64_t>(board.cores() / board.chips());
  const std::int64_t chips = (cores + per_chip - 1) / per_chip;
  std::int32_t columns = 1;
  while (std::int64_t{columns} * columns < chips) ++columns;
  board.columns = columns;
  board.rows = static_cast<std::int32_t>((chips + columns - 1) / columns);
}

void note(std::vector<Relaxation>& list, Relaxation found) {
  const auto known =
      std::find_if(list.begin(), list.end(), [&](const Relaxation& r) { return r.resource == found.resource; });
  if (known == list.end()) {
    list.push_back(std::move(found));
  } else {
    known->enough = found.enough;
    known->because = found.because;
  }
}

/// False where no size helps.
bool relax(WayOut& way, const Shortfall& shortfall) {
  const std::string because = shortfall.core.valid()         ? fmt::format("core {}", shortfall.core.value())
                              : shortfall.stage_name.empty() ? "all stages"
                                                             : fmt::format("stage {}", shortfall.stage_name);
  if (shortfall.resource == "cores") {
    const auto before = static_cast<std::int64_t>(way.board.cores());
    if (shortfall.needed <= before) return false;
    grow_grid(way.board, shortfall.needed);
    note(way.together, {"cores", before, static_cast<std::int64_t>(way.board.cores()), because});
    return true;
  }
  for (const auto& [name, set] : kLimits) {
    if (shortfall.resource != name) continue;
    const std::int64_t before = set(way.board.chip.core, 0);
    if (shortfall.needed <= before) return false;
    set(way.board.chip.core, shortfall.needed);
    note(way.together, {name, before, shortfall.needed, because});
    return true;
  }
  return false;
}

}  // namespace

WayOut find_way_out(const chips::Board& board, const std::function<void(const chips::Board&)>& attempt) {
  WayOut way;
  way.board = board;
  for (int tried = 0; tried < kMostAttempts; ++tried) {
    try {
      attempt(way.board);
      way.fits = true;
      return way;
    } catch (const DoesNotFit& e) {
      bool raised = false;
      for (const Shortfall& shortfall : e.shortfalls) raised = relax(way, shortfall) || raised;
      if (!raised) {
        way.obstacle = e.what();
        return way;
      }
    }
  }
  way.obstacle = "every relaxation asked for another one";
  return way;
}

}  // namespace ranvier::mapper
