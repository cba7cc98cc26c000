// SPDX-License-Identifier: Apache-2.0
#include "sim/saturation.h"

#include <algorithm>

#include "base/random.h"
#include "sim/cycle_network.h"

namespace ranvier::sim {
namespace {

constexpr std::int32_t kSide = 8;
constexpr std::int64_t kFillCycles = 1000, kMeasuredCycles = 2000;
constexpr std::uint64_t kSeed = 1;

}  // namespace

double saturation_share(const chips::Board& board) {
  MeshSpec mesh = mesh_of(board);
  mesh.width = mesh.height = mesh.chip_width = mesh.chip_height = kSide;
  const auto network = make_cycle_network(mesh);
  const auto cores = static_cast<std::uint32_t>(mesh.cores());
  std::vector<Delivery> out;
  for (std::int64_t cycle = 0; cycle < kFillCycles + kMeasuredCycles; ++cycle) {
    for (std::uint32_t core = 0; core < cores; ++core) {
      const CoreId to(random_below(cores, kSeed, core, static_cast<std::uint64_t>(cycle)));
      network->inject({core, CoreId(core), to, 1, false}, cycle);
    }
    network->advance(cycle, out);
    out.clear();
    if (cycle == kFillCycles - 1) network->clear_counters();
  }
  const std::vector<std::int64_t>& flits = network->link_flits();
  const std::int64_t fullest = *std::max_element(flits.begin(), flits.end());
  return static_cast<double>(fullest * mesh.timing.link_cycles_per_flit) / static_cast<double>(kMeasuredCycles);
}

}  // namespace ranvier::sim
