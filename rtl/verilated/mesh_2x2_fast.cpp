// SPDX-License-Identifier: Apache-2.0
// The fast model of rv_mesh, 2x2.
#include "Vmesh_2x2_fast.h"
#include "rtl/noc/mesh_models.h"
#include "rtl/verilated/mesh_of_model.h"

namespace ranvier::rtl {
namespace {

constexpr MeshParameters kParameters{RANVIER_MESH_PARAMETERS};

}  // namespace

MeshParameters mesh_2x2_parameters() { return kParameters; }
std::unique_ptr<MeshPort> make_mesh_2x2_fast(std::uint32_t seed) {
  return std::make_unique<MeshOfModel<Vmesh_2x2_fast, kParameters>>(seed);
}

}  // namespace ranvier::rtl
