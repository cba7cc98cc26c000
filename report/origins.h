// SPDX-License-Identifier: Apache-2.0
// How much of the energy rests on which line of the chip or device file, and how sure that line is.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/run_record.h"

namespace ranvier::report {

struct OriginRow {
  sim::Component component{};
  std::string file;        // of the chip, or of the device
  chips::Origin origin;    // key, line, tag, kind, source
  std::string value;       // of the table entry, with its unit
  std::int64_t count = 0;  // occurrences; 0 for static power
  Energy energy;           // of the whole run
};

struct Origins {
  std::vector<OriginRow> rows;  // one a component, in order of the enumeration; a device's only with a device
  std::array<Energy, kTags> by_tag{};
  double assumed_share = 0;              // of the total that rests on entries tagged assumed or unverified
  std::vector<chips::EnergyKind> kinds;  // those that energy was spent under, in order of the enumeration
  std::array<Energy, kKinds> by_kind{};  // of kNone: static power over time, which is of no kind
};

/// More than one kind in it: not to be ranked against anything.
bool mixes_kinds(const std::array<Energy, kKinds>& by_kind);
/// "marginal 61.0 %, min 39.0 %"; static power apart.
std::string kinds_text(const std::array<Energy, kKinds>& by_kind);
/// What a reader of the total must know of its kinds, in plain sentences; empty where there is nothing to say.
std::string kinds_remark(const std::array<Energy, kKinds>& by_kind);

Origins energy_origins(const RunRecord& record);

/// The entry of the chip or device file behind a component. Where several entries are, all their keys and sources, the
/// line of the first, tag and kind of the least sure.
chips::Origin origin_of(const chips::Board& board, sim::Component component);

}  // namespace ranvier::report
