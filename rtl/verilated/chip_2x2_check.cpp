// SPDX-License-Identifier: Apache-2.0
// The model of rv_chip with assertions, 2x2.
#include "Vchip_2x2_check.h"
#include "rtl/noc/chip_models.h"
#include "rtl/verilated/chip_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr MeshParameters kParameters{RANVIER_MESH_PARAMETERS};

}  // namespace

std::unique_ptr<ChipPort> make_chip_2x2_check(std::uint32_t seed) {
  return std::make_unique<ChipOfModel<Vchip_2x2_check, kParameters>>(seed);
}

}  // namespace ranvier::rtl
