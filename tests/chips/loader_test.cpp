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
  ASSERT_EQ(origins.size(), 13u);
  EXPECT_EQ(origins.front().first, "synapse_read");
  EXPECT_EQ(origins[7].first, "router_hop");
  EXPECT_EQ(origins.back().first, "static_chip");
  for (const auto& [name, origin] : origins) EXPECT_EQ(origin.key, "energy." + name);
}

TEST(Loader, WriterRoundTrips) {
  for (const std::string& target : {std::string("tianjic-like:3x2"), toy_path(), std::string("tianjic-like-3x3")}) {
    Board board = load_target(target);
    board.chip.rtl_module = "rv_\"spike\"\\core\x01";
    const Board again = load_text(resolved_yaml(board));
    EXPECT_EQ(content(again.chip), content(board.chip));
    EXPECT_EQ(again.name, board.name);
    EXPECT_EQ(again.columns, board.columns);
    EXPECT_EQ(again.rows, board.rows);
  }
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

TEST(Targets, OffloadDeviceIsRefusedByName) {
  try {
    load_target("tianjic-like:3x3+ascend-310");
    FAIL();
  } catch (const UnsupportedDevice& e) {
    EXPECT_EQ(e.device, "ascend-310");
  }
}

TEST(Bundled, EveryFilePassesItsOwnChecks) {
  const auto names = bundled_targets();
  EXPECT_THAT(names, testing::IsSupersetOf({"tianjic-like", "tianjic-like-3x3"}));
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
