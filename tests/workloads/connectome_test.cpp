// SPDX-License-Identifier: Apache-2.0
// Edge lists and what becomes of them; the published wiring where it is at hand.
#include "workloads/connectome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/shared_data.h"
#include "workloads/lif_engine.h"
#include "workloads/sparse_synapses.h"
#include "workloads/synapse_list.h"
#include "workloads/temporal_reference.h"

namespace ranvier::workloads {
namespace {

using ::testing::HasSubstr;

constexpr const char* kTiny = "source,target,synapses\nA,B,3\n# two more\nB,29,4.0\r\n\n29,A,70\n";

ConnectomeOptions plain() {
  ConnectomeOptions o;
  o.steps = 6;
  o.threshold = 2;
  o.leak_steps = 1;
  o.refractory_steps = 0;
  o.inhibitory = 0;
  o.stimulated = 0;  // the first neuron alone
  o.stimulus_rate = 0;
  return o;
}

TEST(EdgeList, NumbersNeuronsAsTheyCome) {
  const EdgeList list = parse_edge_list(kTiny, "tiny.csv");
  EXPECT_EQ(list.ids, (std::vector<std::string>{"A", "B", "29"}));
  ASSERT_EQ(list.edges.size(), 3U);
  EXPECT_EQ(list.edges[1].source, 1);
  EXPECT_EQ(list.edges[1].target, 2);
  EXPECT_EQ(list.edges[1].synapses, 4);
  EXPECT_EQ(list.edges[2].synapses, 70);
}

TEST(EdgeList, WrongLinesAreNamed) {
  const auto refused = [](const std::string& text, const std::string& place, const std::string& why) {
    try {
      parse_edge_list(text, "w.csv");
      ADD_FAILURE() << text;
    } catch (const BadEdgeLine& e) {
      EXPECT_EQ(e.place.text(), place) << text;
      EXPECT_THAT(e.what(), HasSubstr(why)) << text;
    }
  };
  const std::string header = "source,target,synapses\n";
  refused("", "w.csv:1:1", "no edge");
  refused(header, "w.csv:2:1", "no edge");
  refused("from,to,n\n1,2,3\n", "w.csv:1:1", "the header is");
  refused(header + "1,2,3\n1,2\n", "w.csv:3:1", "three fields");
  refused(header + "1,2,3,4\n", "w.csv:2:1", "three fields");
  refused(header + ",2,3\n", "w.csv:2:1", "no id");
  refused(header + "1, 2,3\n", "w.csv:2:3", "no id");
  refused(header + "1,\"2\",3\n", "w.csv:2:3", "no id");
  refused(header + "10,2,3.5\n", "w.csv:2:6", "no number of synapses");
  refused(header + "10,2,0\n", "w.csv:2:6", "no number of synapses");
  refused(header + "10,2,nan\n", "w.csv:2:6", "no number of synapses");
  refused(header + "10,2,1000001\n", "w.csv:2:6", "no number of synapses");
  refused(header + "10,2,\n", "w.csv:2:6", "no number of synapses");
  refused(header + "1,2,3\n2,1,3\n1,2,4\n", "w.csv:4:1", "line 2 already");
  EXPECT_THROW(read_edge_list("no-such-wiring.csv"), FileMissing);
}

TEST(Connectome, SpikesOfARingByHand) {
  // A -> B (3) -> 29 (4) -> A (70, of which 63 count); above 2 a neuron fires.
  const Connectome c = make_connectome(parse_edge_list(kTiny, "tiny.csv"), "tiny", plain());
  EXPECT_EQ(c.edges, 3);
  EXPECT_EQ(c.synapses_in_file, 77);
  EXPECT_EQ(c.clipped, 1);
  EXPECT_EQ(c.inhibitory_neurons, 0);
  EXPECT_EQ(c.stimulated, std::vector<std::int32_t>{0});
  EXPECT_TRUE(c.stimulus.empty());
  const auto list = list_synapses(*c.program.stages[1].sparse);
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list[0].weight, 30);
  EXPECT_EQ(list[3].weight, 63);
  const std::vector<Spike> one{{0, 0}};
  const TemporalRun run = run_temporal_reference(c.program, pack_spikes(one));
  EXPECT_EQ(run.spikes[1], (std::vector<Spike>{{0, 0}, {1, 1}, {2, 2}, {3, 0}, {4, 1}, {5, 2}}));
}

TEST(Connectome, InhibitionStopsTheRing) {
  ConnectomeOptions o = plain();
  o.inhibitory = 1;
  const Connectome c = make_connectome(parse_edge_list(kTiny, "tiny.csv"), "tiny", o);
  EXPECT_EQ(c.inhibitory_neurons, 3);
  const std::vector<Spike> one{{0, 0}};
  EXPECT_EQ(run_temporal_reference(c.program, pack_spikes(one)).spikes[1], (std::vector<Spike>{{0, 0}}));
}

TEST(Connectome, NumbersOutOfRangeAreRefused) {
  const EdgeList list = parse_edge_list(kTiny, "tiny.csv");
  const auto refused = [&](auto change, const std::string& key) {
    ConnectomeOptions o;
    change(o);
    try {
      make_connectome(list, "tiny", o);
      ADD_FAILURE() << key;
    } catch (const BadWiringNumber& e) {
      EXPECT_EQ(e.key, key);
    }
  };
  refused([](auto& o) { o.steps = 0; }, "steps");
  refused([](auto& o) { o.threshold = 0; }, "threshold");
  refused([](auto& o) { o.leak_steps = 0.5; }, "leak");
  refused([](auto& o) { o.refractory_steps = 64; }, "refractory");
  refused([](auto& o) { o.delay_steps = 0; }, "delay");
  refused([](auto& o) { o.inhibitory = 1.5; }, "inhibitory");
  refused([](auto& o) { o.weight_most = 128; }, "weight_most");
  refused([](auto& o) { o.stimulated = -1; }, "stimulated");
  refused([](auto& o) { o.stimulus_rate = 2; }, "stimulus_rate");
  refused([](auto& o) { o.stimulus_weight = 0; }, "stimulus_weight");
}

TEST(Connectome, FlyLarva) {
  RANVIER_NEEDS_SHARED_DATA("connectome/fly_larva_edges.csv");
  const Connectome c = make_connectome(read_edge_list(shared_data("connectome/fly_larva_edges.csv")), "fly larva", {});
  EXPECT_EQ(c.ids.size(), 3013U);
  EXPECT_EQ(c.edges, 111243);
  EXPECT_EQ(c.synapses_in_file, 353859);
  LifEngine engine(c.program);
  engine.run(c.stimulus);
  EXPECT_EQ(engine.activations(), temporal_activations(c.program, run_temporal_reference(c.program, c.stimulus)));
  EXPECT_GT(engine.spikes(StageId(1)), 1000);
}

TEST(Connectome, CElegans) {
  RANVIER_NEEDS_SHARED_DATA("connectome/celegans_hermaphrodite_chemical_edges.csv");
  const Connectome c =
      make_connectome(read_edge_list(shared_data("connectome/celegans_hermaphrodite_chemical_edges.csv")), "worm", {});
  EXPECT_EQ(c.ids.size(), 286U);
  EXPECT_EQ(c.edges, 2838);
}

}  // namespace
}  // namespace ranvier::workloads
