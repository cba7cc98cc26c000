// SPDX-License-Identifier: Apache-2.0
// What leaves the buffers behind a router, with no other traffic to hide its order; what its assertions see.
#include <gtest/gtest.h>

#include <vector>

#include "rtl/noc/router_port.h"
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

/// Whether an assertion fails when core 0 offers these packets in turn, one a cycle.
bool asserted(const std::vector<MeshPort::Packet>& offers, bool as_relays) {
  const auto mesh = make_mesh_port(small_board(2), ModelBuild::kCheck);
  for (const MeshPort::Packet& packet : offers) {
    (as_relays ? mesh->in[0].relay : mesh->in[0].own) = packet;
    mesh->cycle();
  }
  mesh->cycle();
  return mesh->take_assertion_failure();
}

TEST(RtlMesh, AssertsThatPacketsHaveFlitsAndStay) {
  const MeshPort::Packet none, packet{true, 1, 1, 3, 5}, elsewhere{true, 0, 1, 3, 5}, longer{true, 1, 1, 4, 5};
  for (const bool as_relays : {false, true}) {
    SCOPED_TRACE(as_relays);
    EXPECT_FALSE(asserted({packet, packet, packet, none}, as_relays));
    EXPECT_TRUE(asserted({{true, 1, 1, 0, 5}, {true, 1, 1, 0, 5}}, as_relays));
    EXPECT_TRUE(asserted({packet, none}, as_relays));
    EXPECT_TRUE(asserted({packet, packet, none}, as_relays));
    EXPECT_TRUE(asserted({packet, elsewhere, elsewhere, none}, as_relays));
    EXPECT_TRUE(asserted({packet, longer, longer, longer, none}, as_relays));
  }
}

TEST(RtlRouter, AssertsThatCreditsAreOfFlitsSent) {
  for (const RouterParameters& parameters : router_models()) {
    const auto router = make_router_port(parameters, 1, 1);
    for (int i = 0; i < 10; ++i) router->cycle();
    EXPECT_FALSE(router->take_assertion_failure());
    router->in.credits[2] = {true, 1};
    router->cycle();
    EXPECT_TRUE(router->take_assertion_failure());
  }
}

TEST(RtlRouter, NotesAFlitThatCameWithoutACredit) {
  for (const RouterParameters& parameters : router_models()) {
    const auto router = make_router_port(parameters, 1, 1);
    router->in.busy.fill(true);  // nothing leaves
    router->in.flits[0] = {true, static_cast<std::uint8_t>(parameters.vcs - 1), {true, true, 1, 1}};
    for (std::int32_t i = 0; i < parameters.depth; ++i) router->cycle();
    EXPECT_FALSE(router->take_assertion_failure());
    router->cycle();
    EXPECT_FALSE(router->overflow);
    EXPECT_TRUE(router->take_assertion_failure());
    router->in.flits[0].valid = false;
    for (int i = 0; i < 3; ++i) {
      router->cycle();
      EXPECT_TRUE(router->overflow);
    }
    EXPECT_FALSE(router->take_assertion_failure());
  }
}

}  // namespace
}  // namespace ranvier::rtl
