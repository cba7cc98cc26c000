// SPDX-License-Identifier: Apache-2.0
// RTL routers beside those of the flit-level network: each gets the flits and credits that its twin gets, in the same
// cycles, and must send the same flits and give back the same credits in the same cycles. They sleep while empty.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chips/chip.h"
#include "sim/router_watch.h"

namespace ranvier::rtl {

/// Whether a selection names routers: "routers" or "router:12".
bool names_routers(std::string_view selection);

/// Why router `number`, counted row by row, is not in RTL, in one sentence; empty: it is.
std::string why_no_rtl_router(const chips::Board& board, std::size_t number);

/// Routers that `selection` names, ascending: "router:12", or "routers", all that are in RTL. Throws
/// RouterNotInRtl (rtl/noc/errors.h).
std::vector<std::size_t> select_routers(const chips::Board& board, std::string_view selection);

/// What is told may throw RouterMismatch (rtl/noc/errors.h), after a waveform of the cycles before it was written to
/// `wave` with "-router<N>.fst" appended; empty: none is.
std::unique_ptr<sim::RouterWatch> make_router_lockstep(const chips::Board& board,
                                                       const std::vector<std::size_t>& routers,
                                                       const std::filesystem::path& wave);

}  // namespace ranvier::rtl
