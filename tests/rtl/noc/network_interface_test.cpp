// SPDX-License-Identifier: Apache-2.0
// What leaves the buffers behind a router, with no other traffic to hide its order.
#include <gtest/gtest.h>

#include <vector>

#include "tests/rtl/noc/mesh_fixture.h"

namespace ranvier::rtl {
namespace {

TEST(RtlMesh, BuffersBehindTheRouterTakeTurns) {
  const auto mesh = make_mesh_port(small_board(2), ModelBuild::kCheck);
  mesh->in[3].eject_open = false;
  // One flit a packet, each on the next virtual channel: two in every buffer.
  const std::uint64_t packets = 2 * static_cast<std::uint64_t>(mesh->parameters().vcs);
  std::uint64_t taken = 0;
  for (int i = 0; i < 100; ++i) {
    mesh->in[0].own = {taken < packets, 1, 1, 1, taken};
    mesh->cycle();
    taken += mesh->out[0].own_ready;
  }
  ASSERT_EQ(taken, packets);
  mesh->in[3].eject_open = true;
  std::vector<std::uint64_t> out, in_turn;
  for (std::uint64_t i = 0; i < packets; ++i) {
    mesh->cycle();
    ASSERT_TRUE(mesh->out[3].eject_valid) << i;
    out.push_back(mesh->out[3].eject_data);
    in_turn.push_back(i);
  }
  EXPECT_EQ(out, in_turn);
}

}  // namespace
}  // namespace ranvier::rtl
