// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_mesh, 4x4.
#include "Vmesh_4x4_fast.h"
#include "rtl/noc/mesh_models.h"
#include "rtl/verilated/mesh_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr MeshParameters kParameters{RANVIER_MESH_PARAMETERS};

}  // namespace

MeshParameters mesh_4x4_parameters() { return kParameters; }
std::unique_ptr<MeshPort> make_mesh_4x4_fast(std::uint32_t seed) {
  return std::make_unique<MeshOfModel<Vmesh_4x4_fast, kParameters>>(seed);
}

}  // namespace ranvier::rtl
