// SPDX-License-Identifier: Apache-2.0
// A small transformer on a small board with every tile on RTL that can be, and a core with one weight bit flipped.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "rtl/cosim/rtl_cores.h"
#include "rtl/stage_tile.h"
#include "rtl/verilated_core.h"
#include "sim/tile_selection.h"
#include "tests/sim/checkpoint_fixture.h"

namespace ranvier::rtl {

inline std::unique_ptr<sim::testing::Case> transformer_case(std::uint64_t seed, mapper::Schedule schedule) {
  return sim::testing::random_case(workloads::random_vit_program(seed, 5, 8, 2, 1, 12), sim::testing::small_board(6, 6),
                                   schedule, seed);
}

inline sim::SimOptions all_on_rtl(const sim::testing::Case& c, sim::Fidelity fidelity) {
  sim::SimOptions options;
  options.fidelity = fidelity;
  options.threads = 1;
  options.core_of_tile.resize(c.problem.tiles.size());
  for (const TileId tile : sim::select_tiles(c.problem, c.mapping, "all", why_no_rtl_core))
    options.core_of_tile[tile.value()] = make_rtl_core;
  return options;
}

/// The weight memory of this core has one bit flipped, in the weight of `axon` for `neuron`.
inline sim::CoreFactory core_with_a_flipped_weight(std::int32_t axon, std::int32_t neuron, int bit) {
  return [=](const sim::TileSpec& spec) {
    CoreTile tile = stage_tile(spec);
    auto& weight = tile.weight[static_cast<std::size_t>(axon) * static_cast<std::size_t>(tile.neurons) +
                               static_cast<std::size_t>(neuron)];
    weight = static_cast<std::int8_t>(static_cast<std::uint8_t>(weight) ^ (1u << bit));
    return make_verilated_core(spec, tile);
  };
}

/// A folder that is gone with the test.
class CosimFolder : public ::testing::Test {
 protected:
  CosimFolder()
      : folder_(std::filesystem::path(::testing::TempDir()) /
                ("cosim_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::create_directories(folder_);
  }
  ~CosimFolder() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

}  // namespace ranvier::rtl
