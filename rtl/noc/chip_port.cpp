// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/chip_port.h"

#include "rtl/noc/chip_models.h"
#include "rtl/noc/errors.h"

namespace ranvier::rtl {

std::unique_ptr<ChipPort> make_chip_port(const chips::Board& board, std::uint32_t seed) {
  if (mesh_parameters(board) != chip_2x2_parameters())
    throw MeshNotVerilated(board.name, "whole chips are 2x2, with the network of tianjic-like");
  std::unique_ptr<ChipPort> port = make_chip_2x2_fast(seed);
  port->in.reset = true;
  for (int cycle = 0; cycle < 2; ++cycle) port->cycle();
  port->in.reset = false;
  return port;
}

}  // namespace ranvier::rtl
