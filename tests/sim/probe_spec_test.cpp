// SPDX-License-Identifier: Apache-2.0
// What a probe's text means, and what is said of one that means nothing.
#include "sim/probe_spec.h"

#include <gtest/gtest.h>

#include "tests/sim/chip_fixture.h"

namespace ranvier::sim {
namespace {

TEST(ProbeSpec, ReadsEveryPart) {
  const ProbeSpec s =
      parse_probe("membrane:block0.q,block1.*[tokens=0..4,neurons=15]:every=3:image=2:steps=1..9:file=a.h5");
  EXPECT_EQ(s.kind, ProbeKind::kMembrane);
  EXPECT_EQ(s.stages, (std::vector<std::string>{"block0.q", "block1.*"}));
  EXPECT_EQ(s.tokens, (NumberRange{0, 4}));
  EXPECT_EQ(s.neurons, (NumberRange{15, 15}));
  EXPECT_EQ(s.every, 3);
  EXPECT_EQ(s.images, (NumberRange{2, 2}));
  EXPECT_EQ(s.steps, (NumberRange{1, 9}));
  EXPECT_EQ(s.file, "a.h5");
  EXPECT_TRUE(s.records(2, 3));
  EXPECT_FALSE(s.records(2, 4));
  EXPECT_FALSE(s.records(1, 3));
  EXPECT_FALSE(s.records(2, 12));
}

TEST(ProbeSpec, NamesOfPlacesInTheNetwork) {
  EXPECT_EQ(parse_probe("buffers:core=17").cores, (NumberRange{17, 17}));
  EXPECT_EQ(parse_probe("vcd:routers=3..6").routers, (NumberRange{3, 6}));
  EXPECT_EQ(parse_probe("stalls").kind, ProbeKind::kStalled);
  EXPECT_EQ(parse_probe("links").every, 1);
  EXPECT_EQ(parse_probe("spikes[tokens=0]").tokens, (NumberRange{0, 0}));
}

std::string complaint(const std::string& text) {
  try {
    parse_probe(text);
  } catch (const BadProbe& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_EQ(e.probe, text);
    const std::string start = "--probe '" + text + "': ";
    EXPECT_EQ(std::string(e.what()).substr(0, start.size()), start);
    return std::string(e.what()).substr(start.size());
  }
  return "no error";
}

TEST(ProbeSpec, SaysWhatIsWrong) {
  EXPECT_EQ(complaint("spike"), "no probe 'spike'; did you mean 'spikes'?");
  EXPECT_EQ(complaint("xyz"), "no probe 'xyz'; there are spikes, membrane, links, buffers, stalls and vcd");
  EXPECT_EQ(complaint("spikes:evry=3"), "spikes has no option 'evry'; did you mean 'every'?");
  EXPECT_EQ(complaint("spikes:every=0"), "every must be at least 1");
  EXPECT_EQ(complaint("spikes:every=-1"), "every: '-1' is no whole number");
  EXPECT_EQ(complaint("spikes:image=4..2"), "image: 4 is above 2");
  EXPECT_EQ(complaint("spikes:fc[tokens=0..4"), "no ']' at the end of the ranges");
  EXPECT_EQ(complaint("spikes:fc[token=0]"),
            "'token=0' is no range; did you mean 'tokens'?; write [tokens=0..4,neurons=0..15]");
  EXPECT_EQ(complaint("spikes:fc[tokens=]"), "tokens: '' is no whole number");
  EXPECT_EQ(complaint("spikes:fc:head"), "two lists of layers; separate names by commas");
  EXPECT_EQ(complaint("spikes:fc,,head"), "an empty layer name");
  EXPECT_EQ(complaint("links:fc"), "links takes no layer, and 'fc' is no option; write e.g. links:routers=3..6");
  EXPECT_EQ(complaint("buffers:17"), "buffers takes no layer, and '17' is no option; write e.g. buffers:core=17");
  EXPECT_EQ(complaint("links[tokens=1]"), "links has no tokens or neurons");
  EXPECT_EQ(complaint("spikes:core=3"), "spikes has no option 'core'");
  EXPECT_EQ(complaint("vcd:core=3:routers=4"), "cores and routers together; give one of them");
  EXPECT_EQ(complaint("spikes:file=../x.csv"), "file '../x.csv' must be a name without folder");
  EXPECT_EQ(complaint("spikes:image=99999999999"), "image: '99999999999' is no whole number");
}

TEST(ProbeSpec, FindsTilesAndSaysWhichNamesThereAre) {
  const auto c = testing::tiny_case();
  const auto tiles = [&](const std::string& text) { return probed_tiles(parse_probe(text), c->problem); };
  EXPECT_EQ(tiles("spikes").size(), 3U);  // the host's input too
  EXPECT_EQ(tiles("membrane").size(), 2U);
  ASSERT_EQ(tiles("membrane:f*[tokens=1,neurons=1..2]").size(), 1U);
  EXPECT_EQ(tiles("membrane:f*[tokens=1,neurons=1..2]")[0].tile, TileId(1));
  EXPECT_EQ(tiles("membrane:f*[tokens=1,neurons=1..2]")[0].tokens, (mapper::Range{1, 2}));
  EXPECT_EQ(tiles("membrane:f*[tokens=1,neurons=1..2]")[0].neurons, (mapper::Range{1, 3}));
  const auto complaint_of = [&](const std::string& text) {
    try {
      tiles(text);
    } catch (const BadProbe& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(complaint_of("spikes:heed"), "--probe 'spikes:heed': no layer 'heed' in the program; did you mean 'head'?");
  EXPECT_EQ(complaint_of("spikes:x"),
            "--probe 'spikes:x': no layer 'x' in the program; `ranvier map` lists the layers");
  EXPECT_EQ(complaint_of("spikes:fc[tokens=2]"), "--probe 'spikes:fc[tokens=2]': fc has tokens 0..1, not 2");
  EXPECT_EQ(complaint_of("spikes:fc[neurons=0..3]"), "--probe 'spikes:fc[neurons=0..3]': fc has neurons 0..2, not 3");
  EXPECT_EQ(complaint_of("membrane:input"),
            "--probe 'membrane:input': 'input' is the host's input and has no membrane");
}

TEST(ProbeSpec, FindsRoutersAndSaysHowManyThereAre) {
  const chips::Board board = testing::small_board(2, 2);
  const auto routers = [&](const std::string& text) { return probed_routers(parse_probe(text), board); };
  EXPECT_EQ(routers("links"), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(routers("links:router=1..2"), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(routers("links:core=3"), (std::vector<std::uint32_t>{3}));
  EXPECT_THROW(routers("links:router=4"), BadProbe);
  try {
    routers("links:core=0..4");
    FAIL();
  } catch (const BadProbe& e) {
    EXPECT_STREQ(e.what(), "--probe 'links:core=0..4': no core 4; the board has core 0..3");
  }
}

}  // namespace
}  // namespace ranvier::sim
