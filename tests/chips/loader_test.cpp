// SPDX-License-Identifier: Apache-2.0
// Good chip and board files: values, origins, targets, the writer's round trip.
#include "chips/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "chip_text.h"
#include "chips/schema.h"
#include "chips/self_check.h"
#include "chips/writer.h"

namespace ranvier::chips {
namespace {

/// Every number with its provenance, without line numbers.
std::vector<std::string> content(const Chip& chip) {
  std::vector<std::string> all{chip.name, chip.description, chip.core.name, chip.rtl_module,
                               std::string(name_of(chip.sync.policy))};
  for_each_number(chip, [&all](const Rule& rule, const auto& p) {
    all.push_back(fmt::format("{}={} {} {} {} {}", rule.key, raw(p.value), name_of(p.origin.tag),
                              name_of(p.origin.kind), p.origin.source, p.origin.key));
  });
  all.emplace_back(name_of(chip.noc.multicast));
  for (const BarrierRow& row : chip.sync.barrier_table) all.push_back(fmt::format("{}: {}", row.routers, row.cycles));
  all.push_back(
      fmt::format("{} {}", name_of(chip.sync.barrier_table_origin.tag), chip.sync.barrier_table_origin.source));
  for (const MechanismSupport& m : chip.mechanisms) all.push_back(fmt::format("{} {}", name_of(m.support), m.note));
  return all;
}

TEST(Loader, ReadsShortFormWithSharedProvenance) {
  const Chip chip = load_target(toy_path()).chip;
  EXPECT_EQ(chip.energy.synapse_read.value, Energy(700'000));
  EXPECT_EQ(chip.energy.static_chip.value, Power(1009));
  EXPECT_EQ(chip.core.bulk_memory.value, Bytes(65'536));
  EXPECT_EQ(chip.clock_khz.value, 100'000);
  EXPECT_EQ(chip.noc.width, 4);
  EXPECT_EQ(chip.sync.policy, SyncPolicy::kBarrier);
  const Origin& origin = chip.energy.synapse_read.origin;
  EXPECT_EQ(origin.tag, Tag::kAssumed);
  EXPECT_EQ(origin.kind, EnergyKind::kMarginal);
  EXPECT_EQ(origin.source, "invented for tests");
  EXPECT_EQ(origin.key, "energy.synapse_read");
  EXPECT_EQ(origin.line, line_of(toy_text(), "synapse_read"));
  EXPECT_EQ(chip.energy.static_chip.origin.kind, EnergyKind::kNone);
  EXPECT_EQ(chip.noc.width_origin.line, line_of(toy_text(), "width"));
}

TEST(Loader, LongFormOverridesSharedProvenance) {
  const Chip chip =
      load_text(toy_with("link_hop:", "  link_hop: {value: 4.2, unit: pJ, kind: min, tag: published, source: paper}"))
          .chip;
  EXPECT_EQ(chip.energy.link_hop.value, Energy(4'200'000));
  EXPECT_EQ(chip.energy.link_hop.origin.kind, EnergyKind::kMin);
  EXPECT_EQ(chip.energy.link_hop.origin.tag, Tag::kPublished);
  EXPECT_EQ(chip.energy.link_hop.origin.source, "paper");
  EXPECT_EQ(chip.energy.router_hop.origin.tag, Tag::kAssumed);
}

TEST(Loader, NotesAndRtlAreAllowed) {
  const Chip chip = load_text(toy_text() + "x-note: [any, thing]\nrtl:\n  module: rv_spike_core\n").chip;
  EXPECT_EQ(chip.rtl_module, "rv_spike_core");
}

TEST(Loader, EnergyOriginsFollowTheTable) {
  const auto origins = energy_origins(load_target("tianjic-like").chip);
  ASSERT_EQ(origins.size(), 20u);
  EXPECT_EQ(origins.front().first, "synapse_read");
  EXPECT_EQ(origins[7].first, "router_hop");
  EXPECT_EQ(origins[12].first, "static_chip");
  EXPECT_EQ(origins.back().first, "dense_multiply_add");
  for (const auto& [name, origin] : origins) EXPECT_EQ(origin.key, "energy." + name);
}

TEST(Loader, WriterRoundTrips) {
  std::vector<std::string> targets = bundled_targets();
  targets.insert(targets.end(), {"tianjic-like:3x2", toy_path(), "loihi-table2+ascend-310"});
  for (const std::string& target : targets) {
    Board board = load_target(target);
    board.chip.rtl_module = "rv_\"spike\"\\core\x01";
    const Board again = load_text(resolved_yaml(board));
    EXPECT_EQ(content(again.chip), content(board.chip));
    EXPECT_EQ(again.name, board.name);
    EXPECT_EQ(again.columns, board.columns);
    EXPECT_EQ(again.rows, board.rows);
    EXPECT_EQ(again.device.has_value(), board.device.has_value());
    EXPECT_EQ(resolved_yaml(again), resolved_yaml(board));
  }
}

TEST(Loader, OptionalKeysHaveTheStatedDefaults) {
  const Chip chip = load_target(toy_path()).chip;
  EXPECT_EQ(chip.core.core_memory.value, Bytes(0));
  EXPECT_EQ(chip.core.synapse_cycles.value, 1);
  EXPECT_EQ(chip.core.synapse_conv_cycles.value, 1);
  EXPECT_EQ(chip.noc.cores_per_router.value, 1);
  EXPECT_EQ(chip.noc.link_cycles_vertical.value, chip.noc.link_cycles.value);
  EXPECT_EQ(chip.noc.multicast, Multicast::kRelay);
  EXPECT_EQ(chip.energy.link_hop_vertical.value, chip.energy.link_hop.value);
  EXPECT_EQ(chip.energy.link_hop_vertical.origin.source, "invented for tests");
  EXPECT_EQ(chip.energy.spike.value, Energy(0));
  EXPECT_EQ(chip.energy.spike.origin.source, "not in the file: 0 holds");
  EXPECT_EQ(chip.mechanisms[static_cast<std::size_t>(Mechanism::kSpikeTracer)].support, Support::kNative);
  EXPECT_EQ(chip.mechanisms[static_cast<std::size_t>(Mechanism::kDenseMode)].support, Support::kAbsent);
}

TEST(Loader, OptionalKeysAreRead) {
  std::string text =
      toy_with("lanes:", "  lanes: 4\n  synapse_cycles: 3 cycles\n  dense_lanes: 32\n  core_memory: 4 KiB");
  text = with_line(text, "width:", "  width: 4\n  cores_per_router: 2\n  multicast: unicast");
  text = with_line(text, "policy:",
                   "  policy: dataflow\n  barrier_table: {source: paper, 4: 9, 1: 5}\n"
                   "  multichip_barrier_cycles: 20 cycles");
  text += "mechanisms:\n  spike_tracer: absent\n  value_maps: {support: extension, note: assumed unit}\n";
  const Board board = load_text(text);
  EXPECT_EQ(board.chip.core.synapse_conv_cycles.value, 3);
  EXPECT_EQ(board.chip.core.dense_lanes.value, 32);
  EXPECT_EQ(board.chip.core.core_memory.value, Bytes(4096));
  EXPECT_EQ(board.cores(), 24u);
  EXPECT_EQ(board.chip.noc.multicast, Multicast::kUnicast);
  EXPECT_EQ(board.chip.sync.policy, SyncPolicy::kDataflow);
  EXPECT_EQ(board.chip.sync.barrier_table_origin.source, "paper");
  EXPECT_EQ(board.chip.sync.barrier_table_origin.tag, Tag::kAssumed);
  EXPECT_EQ(barrier_cycles(board.chip.sync, 1, 1), 5);
  EXPECT_EQ(barrier_cycles(board.chip.sync, 2, 1), 9);
  EXPECT_EQ(barrier_cycles(board.chip.sync, 99, 1), 9);
  EXPECT_EQ(barrier_cycles(board.chip.sync, 1, 2), 20);
  const auto mechanism = [&board](Mechanism m) { return board.chip.mechanisms[static_cast<std::size_t>(m)]; };
  EXPECT_EQ(mechanism(Mechanism::kSpikeTracer).support, Support::kAbsent);
  EXPECT_EQ(mechanism(Mechanism::kValueMaps).support, Support::kExtension);
  EXPECT_EQ(mechanism(Mechanism::kValueMaps).note, "assumed unit");
  EXPECT_EQ(mechanism(Mechanism::kDenseMode).support, Support::kNative);
}

TEST(Targets, GridOfABundledChip) {
  const Board board = load_target("tianjic-like:3x2");
  EXPECT_EQ(board.name, "tianjic-like:3x2");
  EXPECT_EQ(board.columns, 3);
  EXPECT_EQ(board.rows, 2);
  EXPECT_EQ(board.cores(), 3u * 2u * 156u);
  EXPECT_EQ(load_target("tianjic-like").chips(), 1u);
}

TEST(Targets, BoardFileEqualsTheGrid) {
  const Board file = load_target("tianjic-like-3x3");
  const Board grid = load_target("tianjic-like:3x3");
  EXPECT_EQ(content(file.chip), content(grid.chip));
  EXPECT_EQ(file.columns, grid.columns);
  EXPECT_EQ(file.rows, grid.rows);
}

TEST(Targets, BoardNamesItsChipByPathBesideIt) {
  const auto folder = std::filesystem::temp_directory_path() / ("ranvier-board-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  write_file_atomically(folder / "mine.yaml", toy_text());
  write_file_atomically(folder / "two.yaml",
                        std::string_view("board: {name: two, chip: mine.yaml, columns: 2, rows: 1}\n"));
  write_file_atomically(folder / "four.yaml",
                        std::string_view("board: {name: four, chip: two.yaml, columns: 2, rows: 1}\n"));
  write_file_atomically(folder / "none.yaml",
                        std::string_view("board: {name: n, chip: absent.yaml, columns: 2, rows: 1}\n"));
  EXPECT_EQ(load_target((folder / "two.yaml").string()).cores(), 24u);
  EXPECT_EQ(load_target((folder / "mine.yaml").string() + ":1x3").cores(), 36u);
  EXPECT_THROW(load_target((folder / "four.yaml").string()), BoardOfBoards);
  EXPECT_THROW(load_target((folder / "none.yaml").string()), FileMissing);
  std::filesystem::remove_all(folder);
}

TEST(Targets, UserFolderComesBeforeTheBundledOnes) {
  const auto folder = std::filesystem::temp_directory_path() / ("ranvier-data-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "chips");
  write_file_atomically(folder / "chips" / "tianjic-like.yaml", toy_text());
  ::setenv("RANVIER_DATA_DIR", folder.c_str(), 1);
  const Board board = load_target("tianjic-like");
  ::unsetenv("RANVIER_DATA_DIR");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(board.chip.name, "toy");
}

TEST(Targets, UnknownNameSuggestsTheNearest) {
  try {
    load_target("tianjic-lke:3x3");
    FAIL();
  } catch (const UnknownTarget& e) {
    EXPECT_EQ(e.nearest, "tianjic-like");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_THAT(e.known, testing::Contains("tianjic-like-3x3"));
  }
  EXPECT_THROW(load_target(""), UnknownTarget);
  EXPECT_THROW(load_target("no/such/chip.yaml"), FileMissing);
}

TEST(Targets, BadGridsAreRefused) {
  for (const char* grid : {"", "3", "3x", "x3", "0x1", "3x-1", "3x3x3", "3X3", "9999999x1", "400x1"}) {
    try {
      load_target(std::string("tianjic-like:") + grid);
      FAIL() << grid;
    } catch (const BadGrid& e) {
      EXPECT_EQ(e.grid, grid);
    }
  }
  EXPECT_THROW(load_target("tianjic-like-3x3:2x2"), BadGrid);
}

TEST(Targets, OffloadDeviceBesideAChip) {
  const Board board = load_target("tianjic-like:3x2+ascend-310");
  EXPECT_EQ(board.name, "tianjic-like:3x2+ascend-310");
  EXPECT_EQ(board.cores(), 3u * 2u * 156u);
  ASSERT_TRUE(board.device);
  EXPECT_EQ(board.device->cores.value, 2);
  EXPECT_EQ(load_target("tianjic-like-3x3+ascend-310").device->name, "ascend-310");
  EXPECT_EQ(load_target(toy_path() + "+" + RANVIER_SOURCE_DIR + "/chips/ascend-310.yaml").name, "toy+ascend-310");
  EXPECT_FALSE(load_target("tianjic-like").device);
  EXPECT_EQ(load_text("board: {name: b, chip: tianjic-like, columns: 1, rows: 1, device: ascend-310}\n").device->name,
            "ascend-310");
}

TEST(Targets, DevicesAndChipsAreToldApart) {
  try {
    load_target("ascend-310");
    FAIL();
  } catch (const DeviceMisplaced& e) {
    EXPECT_EQ(e.name, "ascend-310");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_THAT(e.what(), testing::HasSubstr("chip+device, as in tianjic-like+ascend-310"));
  }
  EXPECT_THROW(load_target("tianjic-like+tianjic-like"), DeviceMisplaced);
  EXPECT_THROW(load_target("tianjic-like:2x2+loihi-table2"), DeviceMisplaced);
  EXPECT_THROW(load_target("tianjic-like+"), UnknownTarget);
  EXPECT_THROW(load_target("+ascend-310"), UnknownTarget);
  EXPECT_THROW(load_target("tianjic-like+no/such.yaml"), FileMissing);
  try {
    load_target("tianjic-like+ascend-301");
    FAIL();
  } catch (const UnknownTarget& e) {
    EXPECT_EQ(e.nearest, "ascend-310");
  }
  EXPECT_THAT(bundled_targets(), testing::Not(testing::Contains("ascend-310")));
  EXPECT_EQ(failure<UnknownWord>("board: {name: b, chip: tianjic-like, columns: 1, rows: 1, device: ascend}\n").key,
            "board.device");
}

TEST(Bundled, EveryFilePassesItsOwnChecks) {
  const auto names = bundled_targets();
  EXPECT_THAT(names, testing::IsSupersetOf({"hp300_a", "hp300_b", "kapoho-point", "loihi-fitted", "loihi-table2",
                                            "loihi2-like", "lynxi-ka200-like", "nahuku-32-fitted", "nahuku-32-table2",
                                            "pohoiki-springs-768-fitted", "pohoiki-springs-768-table2", "tianjic-like",
                                            "tianjic-like-3x3", "tianjicx-like"}));
  for (const std::string& name : names) {
    const std::string file = std::string(RANVIER_SOURCE_DIR) + "/chips/" + name + ".yaml";
    EXPECT_THAT(check_target_file(file), testing::IsEmpty()) << name;
    EXPECT_EQ(load_target(name).name, name);
  }
}

TEST(Schema, EveryKeyIsInTheReferencePage) {
  const std::string page = read_file(std::string(RANVIER_SOURCE_DIR) + "/docs/reference/chip-file.md");
  for (const Rule& rule : chip_rules()) {
    EXPECT_NE(page.find("| `" + std::string(rule.key) + "` |"), std::string::npos) << rule.key;
  }
  EXPECT_THAT(schema_text(), testing::HasSubstr("energy.synapse_read"));
}

}  // namespace
}  // namespace ranvier::chips
