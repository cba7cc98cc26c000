// SPDX-License-Identifier: Apache-2.0
// Runs a NIR file that was read, by the rules of every published tool, where that is not too much work.
#pragma once

#include "tests/fuzz/feed.h"
#include "workloads/nir/simulate_nir.h"

namespace ranvier::fuzz {

inline std::int64_t elements(const workloads::NirShape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > 1000 || count > 100'000) return 1'000'000;
    count *= extent;
  }
  return count;
}

inline void simulate_small(const workloads::NirFile& file) {
  const workloads::NirNetwork network = workloads::make_nir_network(file);
  std::int64_t all = 0;
  for (const workloads::NirUnit& unit : network.units) all += elements(unit.in_shape) + elements(unit.out_shape);
  if (all > 20'000) return;
  std::int64_t inputs = 0;
  for (const std::size_t unit : network.inputs) inputs += elements(network.units[unit].out_shape);
  for (const workloads::NirPreset& preset : workloads::nir_presets()) {
    read_or_refused([&] {
      workloads::NirSimulator simulator(file, preset.rules);
      for (int step = 0; step < 3; ++step) simulator.step(std::vector<double>(static_cast<std::size_t>(inputs), 0.5));
    });
  }
}

}  // namespace ranvier::fuzz
