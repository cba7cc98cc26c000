// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/mesh_models.h"

#include <array>

namespace ranvier::rtl {

std::span<const MeshModel> mesh_models() {
  static const std::array<MeshModel, 2> kModels{{{mesh_2x2_parameters(), &make_mesh_2x2_fast, &make_mesh_2x2_check},
                                                 {mesh_4x4_parameters(), &make_mesh_4x4_fast, nullptr}}};
  return kModels;
}

}  // namespace ranvier::rtl
