// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/mesh_port.h"

#include <fmt/format.h>

#include "rtl/noc/errors.h"
#include "rtl/noc/mesh_models.h"
#include "sim/network_timing.h"

namespace ranvier::rtl {
namespace {

[[noreturn]] void refuse_board(const chips::Board& board, const std::string& why) {
  throw MeshNotVerilated(board.name, why);
}

}  // namespace

MeshParameters mesh_parameters(const chips::Board& board) {
  const sim::MeshSpec mesh = sim::mesh_of(board);
  if (board.chips() != 1) refuse_board(board, "it has several chips");
  if (mesh.cores_per_router != 1) refuse_board(board, "its routers have several cores");
  if (mesh.timing.hop() != mesh.timing.vertical_hop()) refuse_board(board, "its vertical links are slower");
  if (mesh.timing.link_cycles_per_flit != 1) refuse_board(board, "its links take a flit in several cycles");
  if (board.chip.noc.multicast == chips::Multicast::kTree) refuse_board(board, "its routers fork packets");
  return {mesh.width,
          mesh.height,
          mesh.virtual_channels,
          mesh.buffer_flits,
          mesh.timing.hop(),
          mesh.timing.inject,
          mesh.timing.credit,
          static_cast<std::int32_t>(board.chip.noc.flit_bits.value)};
}

std::unique_ptr<MeshPort> make_mesh_port(const chips::Board& board, ModelBuild build, std::uint32_t seed) {
  const MeshParameters wanted = mesh_parameters(board);
  for (const MeshModel& model : mesh_models()) {
    if (model.parameters != wanted) continue;
    const auto make = build == ModelBuild::kFast ? model.make_fast : model.make_check;
    if (make == nullptr) refuse_board(board, "no check build of this size");
    std::unique_ptr<MeshPort> port = make(seed);
    port->reset = true;
    for (int cycle = 0; cycle < 2; ++cycle) port->cycle();
    port->reset = false;
    return port;
  }
  throw MeshNotVerilated(
      board.name,
      fmt::format("no model of {}x{} routers with {} VCs of {} flits of {} bits, {} cycles a hop, {} to inject, "
                  "{} for a credit",
                  wanted.columns, wanted.rows, wanted.vcs, wanted.depth, wanted.data_bits, wanted.hop, wanted.inject,
                  wanted.credit));
}

}  // namespace ranvier::rtl
