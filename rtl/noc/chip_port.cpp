// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/chip_port.h"

#include "rtl/noc/chip_models.h"
#include "rtl/noc/errors.h"

namespace ranvier::rtl {

std::unique_ptr<ChipPort> make_chip_port(const chips::Board& board, ModelBuild build, std::uint32_t seed) {
  const MeshParameters wanted = mesh_parameters(board);
  for (const ChipModel& model : chip_models()) {
    if (model.parameters != wanted) continue;
    const auto make = build == ModelBuild::kFast ? model.make_fast : model.make_check;
    if (make == nullptr) throw MeshNotVerilated(board.name, "no check build of a whole chip of this size");
    std::unique_ptr<ChipPort> port = make(seed);
    port->in.reset = true;
    for (int cycle = 0; cycle < 2; ++cycle) port->cycle();
    port->in.reset = false;
    return port;
  }
  throw MeshNotVerilated(board.name, "whole chips are 2x2 and 4x4, with the network of tianjic-like");
}

}  // namespace ranvier::rtl
