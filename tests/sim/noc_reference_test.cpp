// SPDX-License-Identifier: Apache-2.0
// The flit engine against the naive model of the same routers (reference_router.h), packet by packet: both get the same
// packets, every packet enters and leaves in the same cycle.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/cycle_network.h"
#include "tests/sim/reference_router.h"

namespace ranvier::sim {
namespace {

struct Setting {
  std::string preset;
  int width = 8, height = 8, vcs = 1, depth = 8;
  std::string pattern;
  double rate = 0.1;
  std::int64_t cycles = 300;
  int longest = 1;  // flits
  bool input_first = false;
};

void PrintTo(const Setting& s, std::ostream* out) {
  *out << fmt::format("{} {}x{} {} VCs of {} {} at {}, to {} flits{}", s.preset, s.width, s.height, s.vcs, s.depth,
                      s.pattern, s.rate, s.longest, s.input_first ? ", input first" : "");
}

int destination(const Setting& s, int source, std::uint64_t seed, std::uint64_t k) {
  const int nodes = s.width * s.height;
  const int x = source % s.width;
  const int y = source / s.width;
  if (s.pattern == "uniform") return static_cast<int>(random_below(static_cast<std::uint32_t>(nodes), seed, k, 1));
  if (s.pattern == "transpose") return x * s.width + y;
  if (s.pattern == "bitcomp") return nodes - 1 - source;
  if (s.pattern == "neighbour") return (y + 1) % s.height * s.width + (x + 1) % s.width;
  // hotspot: half to the middle
  if (random_below(2, seed, k, 2) == 0) return s.height / 2 * s.width + s.width / 2;
  return static_cast<int>(random_below(static_cast<std::uint32_t>(nodes), seed, k, 1));
}

std::vector<reference::Traffic> packets_of(const Setting& s, std::uint64_t seed) {
  std::vector<reference::Traffic> packets;
  std::uint64_t k = 0;
  for (std::int64_t cycle = 0; cycle < s.cycles; ++cycle) {
    for (int node = 0; node < s.width * s.height; ++node) {
      if (random_unit(seed, ++k, 0) >= s.rate) continue;
      const int flits = 1 + static_cast<int>(random_below(static_cast<std::uint32_t>(s.longest), seed, k, 3));
      packets.push_back({node, destination(s, node, seed, k), cycle, flits});
    }
  }
  return packets;
}

struct Difference {
  std::size_t packets = 0, entered = 0, delivered = 0;
  std::string first;
};

/// `depth` of the engine; the setting's where it is 0.
Difference compare(const Setting& s, std::uint64_t seed, int depth = 0) {
  const std::vector<reference::Traffic> packets = packets_of(s, seed);
  reference::Spec spec;
  spec.pipeline = s.preset == "d5"   ? reference::Pipeline::kD5
                  : s.preset == "s3" ? reference::Pipeline::kS3
                                     : reference::Pipeline::kP3;
  spec.width = s.width, spec.height = s.height, spec.vcs = s.vcs, spec.depth = s.depth;
  spec.input_first = s.input_first;
  const std::vector<reference::Times> theirs = reference::Network(spec, packets).run(1'000'000);

  MeshSpec mesh = preset_mesh(s.preset, s.width, s.height, s.vcs, depth != 0 ? depth : s.depth);
  if (s.input_first) mesh.allocator = Allocator::kInputFirst;
  const auto engine = make_cycle_network(mesh);
  std::vector<Entry> entries;
  std::vector<Delivery> deliveries;
  engine->log_entries(&entries);
  for (std::size_t p = 0; p < packets.size(); ++p) {
    engine->inject({static_cast<std::uint32_t>(p), CoreId(static_cast<std::uint32_t>(packets[p].source)),
                    CoreId(static_cast<std::uint32_t>(packets[p].destination)), packets[p].flits},
                   packets[p].at);
  }
  engine->advance(1'000'000, deliveries);
  std::vector<reference::Times> ours(packets.size());
  for (const Entry& e : entries) ours[e.id].entered = e.at;
  for (const Delivery& d : deliveries) ours[d.id].delivered = d.at;

  Difference difference;
  difference.packets = packets.size();
  std::int64_t earliest = INT64_MAX;
  for (std::size_t p = 0; p < packets.size(); ++p) {
    difference.entered += ours[p].entered != theirs[p].entered;
    difference.delivered += ours[p].delivered != theirs[p].delivered;
    if (ours[p].delivered != theirs[p].delivered && theirs[p].delivered < earliest) {
      earliest = theirs[p].delivered;
      difference.first = fmt::format("packet {} from {} to {} made {}: engine {} to {}, reference {} to {}", p,
                                     packets[p].source, packets[p].destination, packets[p].at, ours[p].entered,
                                     ours[p].delivered, theirs[p].entered, theirs[p].delivered);
    }
  }
  return difference;
}

/// The comparison sees one slot too few.
TEST(ReferenceComparison, TellsTheDepthsApart) {
  const Setting setting{"s3", 4, 4, 2, 4, "uniform", 0.6};
  EXPECT_EQ(compare(setting, 1).delivered, 0u);
  EXPECT_GT(compare(setting, 1, 3).delivered, 100u);
}

class Reference : public testing::TestWithParam<Setting> {};

TEST_P(Reference, EveryPacketInTheSameCycle) {
  const Difference d = compare(GetParam(), 1);
  EXPECT_GT(d.packets, 50u);
  EXPECT_EQ(d.entered, 0u) << "of " << d.packets;
  EXPECT_EQ(d.delivered, 0u) << "of " << d.packets << ", first " << d.first;
}

std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (const char* preset : {"p3", "s3", "d5"}) {
    for (const char* pattern : {"uniform", "transpose", "bitcomp", "neighbour", "hotspot"}) {
      for (const int vcs : {1, 2, 4, 8}) {
        const bool square = std::string(pattern) != "hotspot";
        all.push_back({preset, square ? 8 : 5, square ? 8 : 3, vcs, 8, pattern, 0.2});
        all.push_back({preset, 4, 4, vcs, 4, pattern, 0.6});
        all.push_back({preset, 4, 4, vcs, 4, pattern, 0.25, 300, 5});
      }
    }
    for (const int depth : {1, 2, 3, 5, 7, 16}) {
      for (const int vcs : {1, 2, 4}) {
        all.push_back({preset, 5, 3, vcs, depth, "uniform", 0.5});
        all.push_back({preset, 5, 3, vcs, depth, "uniform", 0.2, 300, 5});
        if (depth % 2 == 0) all.push_back({preset, 4, 4, vcs, depth, "uniform", 0.5, 300, 3, true});
      }
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, Reference, testing::ValuesIn(settings()));

}  // namespace
}  // namespace ranvier::sim
