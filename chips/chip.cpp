// SPDX-License-Identifier: Apache-2.0
// Small derived quantities of a chip.
#include "chips/chip.h"

#include <algorithm>

#include "chips/schema.h"

namespace ranvier::chips {

Duration clock_period(const Chip& chip) {
  constexpr std::int64_t kFemtosecondsPerKilohertzCycle = 1'000'000'000'000;
  return Duration((kFemtosecondsPerKilohertzCycle + chip.clock_khz.value / 2) / chip.clock_khz.value);
}

std::int64_t flits_of(const Noc& noc, std::int64_t payload_bits) {
  const std::int64_t bits = noc.header_bits.value + payload_bits;
  return std::max<std::int64_t>(1, (bits + noc.flit_bits.value - 1) / noc.flit_bits.value);
}

std::int64_t barrier_cycles(const Sync& sync, std::int64_t routers, std::int64_t chips) {
  std::int64_t cycles = sync.barrier_cycles.value;
  if (!sync.barrier_table.empty()) {
    const auto row = std::find_if(sync.barrier_table.begin(), sync.barrier_table.end(),
                                  [&](const BarrierRow& r) { return r.routers >= routers; });
    cycles = row == sync.barrier_table.end() ? sync.barrier_table.back().cycles : row->cycles;
  }
  return chips > 1 ? std::max(cycles, sync.multichip_barrier_cycles.value) : cycles;
}

std::vector<std::pair<std::string, Origin>> energy_origins(const Chip& chip) {
  std::vector<std::pair<std::string, Origin>> origins;
  for_each_number(chip, [&origins](const Rule& rule, const auto& param) {
    if (rule.section() == "energy") origins.emplace_back(std::string(rule.name()), param.origin);
  });
  return origins;
}

}  // namespace ranvier::chips
