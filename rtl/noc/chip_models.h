// SPDX-License-Identifier: Apache-2.0
// The chips that are Verilated.
#pragma once

#include "rtl/noc/chip_port.h"

namespace ranvier::rtl {

MeshParameters chip_2x2_parameters();
std::unique_ptr<ChipPort> make_chip_2x2_fast(std::uint32_t seed);

}  // namespace ranvier::rtl
