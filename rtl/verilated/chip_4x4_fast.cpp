// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_chip, 4x4.
#include "Vchip_4x4_fast.h"
#include "rtl/noc/chip_models.h"
#include "rtl/verilated/chip_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr MeshParameters kParameters{RANVIER_MESH_PARAMETERS};

}  // namespace

MeshParameters chip_4x4_parameters() { return kParameters; }
std::unique_ptr<ChipPort> make_chip_4x4_fast(std::uint32_t seed) {
  return std::make_unique<ChipOfModel<Vchip_4x4_fast, kParameters>>(seed);
}

}  // namespace ranvier::rtl
