// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/mesh_regression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/random.h"
#include "base/random_stream.h"
#include "chips/chip.h"
#include "rtl/noc/errors.h"
#include "rtl/noc/mesh_models.h"
#include "rtl/noc/traffic.h"
#include "rtl/two_builds.h"

namespace ranvier::rtl {
namespace {

constexpr std::int32_t kSide = 2;
constexpr std::int32_t kCores = kSide * kSide;
constexpr std::int32_t kEpisodeSteps = 200;  // of one traffic; its packets number less than 2^12, which is their data

/// The tianjic-like chip, cut to the mesh and with its buffers and flits.
chips::Board board_of(const MeshParameters& mesh) {
  chips::Board board = chips::load_target("tianjic-like");
  board.chip.noc.width = board.chip.noc.height = kSide;
  board.chip.noc.virtual_channels.value = mesh.vcs;
  board.chip.noc.buffer_flits.value = mesh.depth;
  board.chip.noc.flit_bits.value = mesh.data_bits;
  return board;
}

/// What moves through the mesh between two resets.
struct Episode {
  Episode(std::uint64_t seed, std::int32_t steps) {
    constexpr std::array kRates{0.02, 0.1, 0.3, 0.6, 0.95};
    constexpr std::array kFlits{1, 2, 5, kMostPacketFlits};
    constexpr std::array kCopies{0, 0, 1, 3, 5};
    RandomStream draw(seed, 2);
    traffic = {kRates[draw.below(kRates.size())], steps, kFlits[draw.below(kFlits.size())],
               kCopies[draw.below(kCopies.size())], 1 + static_cast<std::int32_t>(draw.below(4))};
    script = random_script(kCores, traffic, seed);
    if (draw.below(2) == 1) ways_out = random_ways_out(kCores, steps, seed);
  }
  RandomTraffic traffic;
  Script script;
  std::vector<WayOut> ways_out;
};

Bins empty_bins() {
  Bins bins;
  for (const char* name :
       {"a packet of 1 flit", "a packet of 15 flits", "a chain of 5 relays", "a packet every 50 cycles",
        "a packet nearly every cycle", "ways out are closed", "all ways out stay open"})
    bins[name] = 0;
  for (std::int32_t from = 0; from < kCores; ++from)
    for (std::int32_t to = 0; to < kCores; ++to)
      if (from != to) bins[fmt::format("from core {} to core {}", from, to)] = 0;
  return bins;
}

void count(const Episode& episode, Bins& bins) {
  std::int32_t chain = 0;
  for (const ScriptPacket& packet : episode.script) {
    ++bins[fmt::format("from core {} to core {}", packet.source.value(), packet.destination.value())];
    bins["a packet of 1 flit"] += packet.flits == 1;
    bins["a packet of 15 flits"] += packet.flits == kMostPacketFlits;
    chain = packet.relay ? chain + 1 : 0;
    bins["a chain of 5 relays"] += chain == 5;
  }
  bins["a packet every 50 cycles"] += episode.traffic.rate < 0.05 && !episode.script.empty();
  bins["a packet nearly every cycle"] += episode.traffic.rate > 0.9;
  ++bins[episode.ways_out.empty() ? "all ways out stay open" : "ways out are closed"];
}

Mismatch told(std::int64_t cycle, std::string place, std::string expected, std::string got) {
  Mismatch mismatch;
  mismatch.cycle = cycle;
  mismatch.step = static_cast<std::int32_t>(cycle);
  mismatch.place = std::move(place);
  mismatch.expected = std::move(expected);
  mismatch.got = std::move(got);
  return mismatch;
}

/// The packet whose difference comes first.
std::optional<Mismatch> first_difference(const Script& script, const NetworkRun& golden, const NetworkRun& rtl) {
  struct Ways {
    std::int64_t enters = -1, leaves = -1;
    CoreId at{};
    auto tied() const { return std::tie(enters, leaves, at); }
    std::string text() const {
      return fmt::format("enters in cycle {}, leaves in {} at core {}", enters, leaves, at.value());
    }
  };
  const auto ways_of = [&](const NetworkRun& run) {
    std::vector<Ways> ways(script.size());
    for (const sim::Entry& e : run.entries) ways.at(e.id).enters = e.at;
    for (const sim::Delivery& d : run.deliveries) {
      ways.at(d.id).leaves = d.at;
      ways.at(d.id).at = d.destination;
    }
    return ways;
  };
  const std::vector<Ways> expected = ways_of(golden), got = ways_of(rtl);
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < script.size(); ++i)
    if (expected[i].tied() != got[i].tied() && (!first || expected[i].enters < expected[*first].enters)) first = i;
  if (!first) return std::nullopt;
  const ScriptPacket& packet = script[*first];
  return told(expected[*first].enters,
              fmt::format("packet {} of {} flits from core {} to core {}", *first, packet.flits, packet.source.value(),
                          packet.destination.value()),
              expected[*first].text(), got[*first].text());
}

std::optional<Mismatch> run_episode(MeshPort& mesh, const Episode& episode, const NetworkRun& golden,
                                    std::int64_t& cycles) {
  for (MeshPort::CoreInputs& core : mesh.in) core = {};
  mesh.reset = true;
  for (int i = 0; i < 2; ++i) mesh.cycle();
  mesh.reset = false;
  try {
    const NetworkRun rtl = run_on_mesh(mesh, episode.script, episode.ways_out);
    cycles += rtl.cycles + 2;
    if (auto differs = first_difference(episode.script, golden, rtl)) return differs;
    if (mesh.take_assertion_failure()) return told(rtl.cycles, "mesh", "no failed assertion", "one, named above");
    if (mesh.overflow) return told(rtl.cycles, "mesh", "overflow_o 0", "overflow_o 1");
  } catch (const MeshHangs& hangs) {
    return told(0, "mesh", "every packet delivered", hangs.what());
  }
  return std::nullopt;
}

SeedOutcome run_episodes(MeshPort& mesh, std::uint64_t seed, std::int32_t steps, Bins& bins) {
  const chips::Board board = board_of(mesh.parameters());
  SeedOutcome all;
  all.result.seed = seed;
  for (std::int32_t done = 0, number = 0; done < steps && !all.mismatch; done += kEpisodeSteps, ++number) {
    const Episode episode(random_u64(seed, static_cast<std::uint64_t>(number), 0),
                          std::min(steps - done, kEpisodeSteps));
    const auto network = sim::make_cycle_network(board);
    const NetworkRun golden = run_on_model(*network, episode.script, episode.ways_out);
    const std::int64_t before = all.result.cycles;
    all.mismatch = run_episode(mesh, episode, golden, all.result.cycles);
    if (all.mismatch) {
      all.mismatch->seed = seed;
      all.mismatch->cycle += before;
      all.mismatch->step += done;
    }
    all.result.events_in += static_cast<std::int64_t>(episode.script.size());
    all.result.events_out += static_cast<std::int64_t>(golden.deliveries.size());
    count(episode, bins);
  }
  all.result.passed = !all.mismatch;
  return all;
}

}  // namespace

std::unique_ptr<RegressionCore> make_mesh_regression(std::uint32_t init) {
  return std::make_unique<TwoBuilds<MeshPort>>(init, make_covered_mesh, make_mesh_2x2_fast(init), run_episodes,
                                               empty_bins());
}

}  // namespace ranvier::rtl
