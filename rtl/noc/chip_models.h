// SPDX-License-Identifier: Apache-2.0
// The chips that are Verilated.
#pragma once

#include <span>

#include "rtl/noc/chip_port.h"

namespace ranvier::rtl {

struct ChipModel {
  MeshParameters parameters;
  std::unique_ptr<ChipPort> (*make_fast)(std::uint32_t seed);
  std::unique_ptr<ChipPort> (*make_check)(std::uint32_t seed);  // null: there is no such build
};
std::span<const ChipModel> chip_models();

MeshParameters chip_2x2_parameters();
MeshParameters chip_4x4_parameters();
std::unique_ptr<ChipPort> make_chip_2x2_fast(std::uint32_t seed);
std::unique_ptr<ChipPort> make_chip_2x2_check(std::uint32_t seed);
std::unique_ptr<ChipPort> make_chip_4x4_fast(std::uint32_t seed);

}  // namespace ranvier::rtl
