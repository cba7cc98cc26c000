// SPDX-License-Identifier: Apache-2.0
// --rtl block0.*, --rtl core:12, --rtl fc1=LIBRARY, --rtl router:7: which parts of the chip are Verilated.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mapper/mapping.h"
#include "sim/core_model.h"
#include "sim/router_watch.h"

namespace ranvier::cli {

/// Throws what is wrong with the selections whatever the mapping: names, libraries, routers of this board and fidelity.
void check_rtl(const std::vector<std::string>& selections, const workloads::Program& program, const chips::Board& board,
               const std::string& fidelity);

/// Whether any of them names routers.
bool has_rtl_routers(const std::vector<std::string>& selections);

/// By tile, null where no selection names it; of two that do, the last counts. Empty without selections of tiles.
std::vector<sim::CoreFactory> rtl_cores(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                        const std::vector<std::string>& selections);

/// The routers that they name, for one run; null where they name none. `wave`: of a difference; empty: none.
std::unique_ptr<sim::RouterWatch> rtl_routers(const chips::Board& board, const std::vector<std::string>& selections,
                                              const std::filesystem::path& wave);

#ifndef RANVIER_HAS_RTL
/// Throws that `option` needs another build, and how to make it.
[[noreturn]] void refuse_without_rtl(const std::string& option);
#endif

}  // namespace ranvier::cli
