// SPDX-License-Identifier: Apache-2.0
#include "rtl/cosim/rtl_cores.h"

#include <fmt/format.h>

#include "rtl/errors.h"
#include "rtl/hybrid/hybrid_core.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/verilated_core.h"

namespace ranvier::rtl {

const std::vector<RtlCore>& rtl_cores() {
  static const std::vector<RtlCore> cores{
      {"rv_spike_core", why_not_supported, [](const sim::TileSpec& spec) { return make_verilated_core(spec); }},
      {"rv_hybrid_core", why_not_hybrid, [](const sim::TileSpec& spec) { return make_hybrid_core(spec); }},
  };
  return cores;
}

std::string why_no_rtl_core(const sim::TileSpec& spec) {
  std::string why;
  for (const RtlCore& core : rtl_cores()) {
    const std::string reason = core.why_not(spec);
    if (reason.empty()) return {};
    why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", core.name, reason);
  }
  return why;
}

std::unique_ptr<sim::CoreModel> make_rtl_core(const sim::TileSpec& spec) {
  for (const RtlCore& core : rtl_cores()) {
    if (core.why_not(spec).empty()) return core.make(spec);
  }
  throw TileNotSupported(spec.program->stage(spec.tile.stage).name, why_no_rtl_core(spec));
}

}  // namespace ranvier::rtl
