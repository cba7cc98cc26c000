// SPDX-License-Identifier: Apache-2.0
// The meshes that are Verilated.
#pragma once

#include <span>

#include "rtl/noc/mesh_port.h"

namespace ranvier::rtl {

struct MeshModel {
  MeshParameters parameters;
  std::unique_ptr<MeshPort> (*make_fast)(std::uint32_t seed);
  std::unique_ptr<MeshPort> (*make_check)(std::uint32_t seed);  // null: there is no such build
};
std::span<const MeshModel> mesh_models();

/// A small mesh, 2x2, of 2 VCs of 4 flits of 12 bits: with as many bits as a chip's, code for coverage takes minutes to
/// compile.
MeshParameters covered_mesh_parameters();
std::unique_ptr<MeshPort> make_covered_mesh(std::uint32_t seed);

MeshParameters mesh_2x2_parameters();
MeshParameters mesh_4x4_parameters();
std::unique_ptr<MeshPort> make_mesh_2x2_fast(std::uint32_t seed);
std::unique_ptr<MeshPort> make_mesh_2x2_check(std::uint32_t seed);
std::unique_ptr<MeshPort> make_mesh_4x4_fast(std::uint32_t seed);

}  // namespace ranvier::rtl
