// SPDX-License-Identifier: Apache-2.0
#include "cli/rtl_options.h"

#include "cli/common.h"
#include "sim/tile_selection.h"
#ifdef RANVIER_HAS_RTL
#include "rtl/adapter/foreign_tile.h"
#include "rtl/cosim/rtl_cores.h"
#include "rtl/noc/router_lockstep.h"
#endif

namespace ranvier::cli {
#ifdef RANVIER_HAS_RTL
namespace {

/// NAME, or NAME=LIBRARY.
struct Selection {
  explicit Selection(const std::string& text)
      : name(text.substr(0, text.find('='))),
        library(text.find('=') == std::string::npos ? std::string() : text.substr(text.find('=') + 1)),
        foreign(text.find('=') != std::string::npos) {}
  bool routers() const { return rtl::names_routers(name); }
  std::string name;
  std::string library;
  bool foreign;
};

}  // namespace

void check_rtl(const std::vector<std::string>& selections, const workloads::Program& program, const chips::Board& board,
               const std::string& fidelity) {
  for (const std::string& text : selections) {
    const Selection selection(text);
    if (selection.routers()) {
      if (selection.foreign) throw UsageError("--rtl", "routers of your own cannot be attached; leave out =LIBRARY");
      if (fidelity != "cycle")
        throw UsageError("--rtl", fidelity + " has no routers; take --fidelity cycle, or leave out " + text);
      rtl::select_routers(board, selection.name);
    } else {
      sim::check_selection(program, board.cores(), selection.name);
      if (selection.foreign) rtl::open_core_library(selection.library);
    }
  }
}

bool has_rtl_routers(const std::vector<std::string>& selections) {
  for (const std::string& text : selections)
    if (Selection(text).routers()) return true;
  return false;
}

std::vector<sim::CoreFactory> rtl_cores(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                                        const std::vector<std::string>& selections) {
  std::vector<sim::CoreFactory> cores;
  for (const std::string& text : selections) {
    const Selection selection(text);
    if (selection.routers()) continue;
    sim::RtlRefusal why_not = rtl::why_no_rtl_core;
    sim::CoreFactory make = rtl::make_rtl_core;
    if (selection.foreign) {
      const auto library = rtl::open_core_library(selection.library);
      why_not = [library](const sim::TileSpec& spec) { return rtl::why_beyond(library->info(), spec); };
      make = rtl::foreign_core_factory(library);
    }
    cores.resize(problem.tiles.size());
    for (const TileId tile : sim::select_tiles(problem, mapping, selection.name, why_not)) cores[tile.value()] = make;
  }
  return cores;
}

std::unique_ptr<sim::RouterWatch> rtl_routers(const chips::Board& board, const std::vector<std::string>& selections,
                                              const std::filesystem::path& wave) {
  std::vector<std::size_t> routers;
  for (const std::string& text : selections) {
    const Selection selection(text);
    if (!selection.routers()) continue;
    const auto named = rtl::select_routers(board, selection.name);
    routers.insert(routers.end(), named.begin(), named.end());
  }
  return routers.empty() ? nullptr : rtl::make_router_lockstep(board, routers, wave);
}

#else
void refuse_without_rtl(const std::string& option) {
  throw UsageError(option,
                   "this binary was built without RTL; install Verilator 5.006 or later (apt install verilator), then "
                   "cmake -B BUILD -DRANVIER_RTL=ON and cmake --build BUILD");
}

namespace {

void refuse(const std::vector<std::string>& selections) {
  if (!selections.empty()) refuse_without_rtl("--rtl");
}

}  // namespace

void check_rtl(const std::vector<std::string>& selections, const workloads::Program&, const chips::Board&,
               const std::string&) {
  refuse(selections);
}
bool has_rtl_routers(const std::vector<std::string>&) { return false; }
std::vector<sim::CoreFactory> rtl_cores(const mapper::MappingProblem&, const mapper::Mapping&,
                                        const std::vector<std::string>& selections) {
  refuse(selections);
  return {};
}
std::unique_ptr<sim::RouterWatch> rtl_routers(const chips::Board&, const std::vector<std::string>&,
                                              const std::filesystem::path&) {
  return nullptr;
}

#endif

}  // namespace ranvier::cli
