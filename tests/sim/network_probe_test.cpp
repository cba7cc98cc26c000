// SPDX-License-Identifier: Apache-2.0
// What a probe of the flit-level network counts, and that the network does not notice; state of an idle network.
#include <gtest/gtest.h>

#include <numeric>

#include "sim/cycle_network.h"
#include "sim/state_bytes.h"
#include "tests/sim/mesh_fixture.h"

namespace ranvier::sim {
namespace {

std::int64_t stalled(const BufferCounts& counts, Stall stall) {
  return counts.stalled[static_cast<std::size_t>(stall)];
}

TEST(NetworkProbe, CountsWhoWaitsForWhat) {
  // 3x1, p3: cores 0 and 2 send a packet of 3 flits to core 1 in cycle 0. Heads are in router 0's and 2's local buffers
  // in 2, in router 1's in 5; the one from +x goes in 5, 6, 7, the other in 8, 9, 10.
  const auto network = make_cycle_network(preset_mesh("p3", 3, 1, 1, 8));
  NetworkProbe probe;
  probe.keep_link_uses = true;
  network->attach(&probe);
  EXPECT_EQ(probe.ports, 5);
  EXPECT_EQ(probe.virtual_channels, 1);
  network->inject({0, CoreId(0), CoreId(1), 3}, 0);
  network->inject({1, CoreId(2), CoreId(1), 3}, 0);
  std::vector<Delivery> out;
  network->advance(49, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(probe.cycles, 50);
  const BufferCounts& from_east = probe.buffers[probe.index(1, 0, 0)];
  const BufferCounts& from_west = probe.buffers[probe.index(1, 1, 0)];
  EXPECT_EQ(from_east.flit_cycles, 3);
  EXPECT_EQ(from_east.most_flits, 1);
  EXPECT_EQ(std::accumulate(from_east.stalled, from_east.stalled + kStalls, std::int64_t{0}), 0);
  EXPECT_EQ(from_west.flit_cycles, 1 + 2 + 3 + 3 + 2 + 1);
  EXPECT_EQ(from_west.most_flits, 3);
  EXPECT_EQ(stalled(from_west, Stall::kLost), 1);  // in 5
  EXPECT_EQ(stalled(from_west, Stall::kNoVc), 2);  // in 6 and 7 the other packet holds the VC
  EXPECT_EQ(stalled(from_west, Stall::kNoCredit), 0);
  EXPECT_EQ(stalled(from_west, Stall::kLinkBusy), 0);
  std::vector<std::pair<std::int64_t, std::size_t>> uses;
  for (const LinkUse& use : probe.link_uses) uses.emplace_back(use.at, use.link.value());
  EXPECT_EQ(uses, (std::vector<std::pair<std::int64_t, std::size_t>>{{2, 0}, {2, 9}, {3, 0}, {3, 9}, {4, 0}, {4, 9}}));
  probe.clear();
  EXPECT_EQ(probe.cycles, 0);
  EXPECT_EQ(probe.buffers[probe.index(1, 1, 0)].flit_cycles, 0);
}

TEST(NetworkProbe, AClosedPortIsMissingCreditForAsLongAsItIsClosed) {
  const auto network = make_cycle_network(preset_mesh("p3", 2, 1, 1, 2));
  NetworkProbe probe;
  network->attach(&probe);
  network->set_ejection(CoreId(1), false);
  for (std::uint32_t id = 0; id < 6; ++id) network->inject({id, CoreId(0), CoreId(1)}, 0);
  std::vector<Delivery> out;
  network->advance(99, out);
  EXPECT_TRUE(out.empty());
  // Two flits are in the sink, two in router 1, two in router 0. Long stretches without an event count as well.
  EXPECT_EQ(probe.cycles, 100);
  const BufferCounts before = probe.buffers[probe.index(1, 1, 0)];
  EXPECT_EQ(before.most_flits, 2);
  network->advance(999, out);
  const BufferCounts& after = probe.buffers[probe.index(1, 1, 0)];
  EXPECT_EQ(probe.cycles, 1000);
  EXPECT_EQ(after.flit_cycles - before.flit_cycles, 2 * 900);
  EXPECT_EQ(stalled(after, Stall::kNoCredit) - stalled(before, Stall::kNoCredit), 900);
  EXPECT_EQ(stalled(after, Stall::kNoCredit), 990);  // the third packet waits in router 1 from 10 on
  // In router 0 the third lacks a credit in 6, and the fifth from 11 on.
  EXPECT_EQ(stalled(probe.buffers[probe.index(0, 4, 0)], Stall::kNoCredit), 1 + 989);
}

TEST(NetworkProbe, ALinkThatServesSlowlyIsBusy) {
  MeshSpec mesh = preset_mesh("p3", 2, 1, 1, 8);
  mesh.timing.link_cycles_per_flit = 4;
  const auto network = make_cycle_network(mesh);
  NetworkProbe probe;
  network->attach(&probe);
  network->inject({0, CoreId(0), CoreId(1), 3}, 0);
  std::vector<Delivery> out;
  network->advance(99, out);
  EXPECT_EQ(stalled(probe.buffers[probe.index(0, 4, 0)], Stall::kLinkBusy), 3 + 3);
}

TEST(NetworkProbe, TheNetworkDoesNotNotice) {
  for (const char* preset : {"p3", "s3", "d5"}) {
    const auto seen = make_cycle_network(preset_mesh(preset, 4, 4, 2, 3));
    const auto alone = make_cycle_network(preset_mesh(preset, 4, 4, 2, 3));
    NetworkProbe probe;
    seen->attach(&probe);
    std::vector<TimedPacket> packets;
    for (std::uint32_t id = 0; id < 2000; ++id) {
      packets.push_back({{id, CoreId(random_below(16, 4, id, 0)), CoreId(random_below(16, 4, id, 1)),
                          static_cast<std::int32_t>(1 + random_below(4, 4, id, 2))},
                         random_below(500, 4, id, 3)});
    }
    const auto out = run_all(*seen, packets, 20'000);
    EXPECT_EQ(out, run_all(*alone, packets, 20'000));
    EXPECT_EQ(probe.cycles, 20'001);
    // A flit is in a router's buffer in every cycle from its arrival to the one in which it wins, so at least once.
    std::int64_t flit_cycles = 0;
    std::int64_t waited = 0;
    for (const BufferCounts& counts : probe.buffers) {
      flit_cycles += counts.flit_cycles;
      waited += std::accumulate(counts.stalled, counts.stalled + kStalls, std::int64_t{0});
      EXPECT_LE(counts.most_flits, 3);
    }
    std::int64_t hops = 0;
    for (const std::int64_t flits : alone->link_flits()) hops += flits;
    for (const TimedPacket& p : packets) hops += p.packet.flits;
    EXPECT_GE(flit_cycles, hops);
    EXPECT_GT(waited, 0);
    EXPECT_GE(flit_cycles, waited);
    seen->attach(nullptr);
    const std::int64_t cycles = probe.cycles;
    std::vector<Delivery> none;
    seen->advance(30'000, none);
    EXPECT_EQ(probe.cycles, cycles);
  }
}

/// Runs half of the packets, saves as soon as the network is idle, with credits still on their way, and goes on with
/// the rest in another network.
TEST(NetworkState, ARestoredNetworkGoesOnAsTheSameWould) {
  int different = 0;
  for (const char* preset : {"p3", "s3", "d5"}) {
    for (const std::int32_t vcs : {1, 2, 4}) {
      MeshSpec mesh = preset_mesh(preset, 4, 3, vcs, 3);
      mesh.timing.credit = 9;
      mesh.timing.link_cycles_per_flit = 2;
      const auto packets = [](std::uint32_t first, std::int64_t from, Network& network) {
        for (std::uint32_t id = first; id < first + 500; ++id) {
          network.inject({id, CoreId(random_below(12, 4, id, 0)), CoreId(random_below(12, 4, id, 1)),
                          static_cast<std::int32_t>(1 + random_below(3, 4, id, 2))},
                         from + random_below(200, 4, id, 3));
        }
      };
      const auto whole = make_cycle_network(mesh);
      std::vector<Delivery> out, expected;
      packets(0, 0, *whole);
      std::int64_t now = 0;
      while (!whole->idle()) whole->advance(++now, out);
      whole->set_ejection(CoreId(7), false);
      StateWriter writer;
      whole->save(writer);
      const auto bytes = writer.take();

      const auto resumed = make_cycle_network(mesh);
      StateReader reader(bytes);
      resumed->restore(reader);
      reader.finish();
      EXPECT_EQ(resumed->link_flits(), whole->link_flits());
      StateWriter again;
      resumed->save(again);
      EXPECT_EQ(again.take(), bytes);
      out.clear();
      for (Network* network : {static_cast<Network*>(whole.get()), static_cast<Network*>(resumed.get())}) {
        std::vector<Delivery>& to = network == whole.get() ? expected : out;
        packets(1000, now + 1, *network);
        network->advance(now + 2000, to);
        network->set_ejection(CoreId(7), true);
        network->advance(now + 9000, to);
      }
      ASSERT_EQ(expected.size(), 500u);
      EXPECT_EQ(out, expected);
      EXPECT_EQ(resumed->link_flits(), whole->link_flits());

      const auto fresh = make_cycle_network(mesh);
      packets(1000, now + 1, *fresh);
      std::vector<Delivery> without;
      fresh->set_ejection(CoreId(7), false);
      fresh->advance(now + 2000, without);
      fresh->set_ejection(CoreId(7), true);
      fresh->advance(now + 9000, without);
      different += without == expected ? 0 : 1;
    }
  }
  EXPECT_GT(different, 4) << "the state makes no difference: the test is blind";
}

TEST(NetworkState, IsRefusedBetweenNetworksAndWithPacketsInside) {
  const auto network = make_cycle_network(preset_mesh("p3", 4, 4, 1, 8));
  network->inject({0, CoreId(0), CoreId(5)}, 0);
  StateWriter writer;
  EXPECT_THROW(network->save(writer), std::logic_error);
  std::vector<Delivery> out;
  network->advance(100, out);
  StateWriter idle;
  network->save(idle);
  const auto bytes = idle.take();
  const auto other = make_cycle_network(preset_mesh("p3", 4, 5, 1, 8));
  StateReader reader(bytes);
  EXPECT_THROW(other->restore(reader), std::logic_error);
}

}  // namespace
}  // namespace ranvier::sim
