// SPDX-License-Identifier: Apache-2.0
// Bad chip and board files: each way to be wrong has its own error with place and key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chip_text.h"

namespace ranvier::chips {
namespace {

TEST(ChipErrors, UnknownKeyHasPlaceAndNearestSpelling) {
  const std::string text = toy_with("soma_update:", "  soma_updat: 1 pJ");
  Findings findings;
  parse_target(text, "chip.yaml", chip_finder("."), findings);
  // The misspelt key, and the right one missing.
  EXPECT_EQ(findings.lines().size(), 2u);
  EXPECT_THAT(findings.lines()[0], testing::HasSubstr("energy.soma_updat: unknown key; did you mean 'soma_update'?"));
  EXPECT_THAT(findings.lines()[1], testing::HasSubstr("energy.soma_update: missing"));
  const auto u = failure<UnknownKey>(text);
  EXPECT_EQ(u.key, "energy.soma_updat");
  EXPECT_EQ(u.nearest, "soma_update");
  EXPECT_EQ(u.place.file, "chip.yaml");
  EXPECT_EQ(u.place.line, line_of(toy_text(), "soma_update"));
  EXPECT_EQ(u.place.column, 3);
}

TEST(ChipErrors, UnknownKeyInEverySection) {
  EXPECT_EQ(failure<UnknownKey>(toy_text() + "voltage: 1\n").key, "voltage");
  EXPECT_EQ(failure<UnknownKey>(toy_text() + "voltage: 1\n").nearest, "");
  EXPECT_EQ(failure<UnknownKey>(toy_with("lanes:", "  lanes: 4\n  lane: 4")).key, "core.lane");
  EXPECT_EQ(failure<UnknownKey>(toy_with("lanes:", "  lanes: {value: 4, unit: lanes, colour: red}")).key,
            "core.lanes.colour");
  EXPECT_EQ(failure<UnknownKey>(toy_with("lanes:", "  lanes: {value: 4, kind: min}")).key, "core.lanes.kind");
  EXPECT_EQ(failure<UnknownKey>(toy_text() + "rtl: {module: m, modul: n}\n").nearest, "module");
  EXPECT_EQ(failure<UnknownKey>("board: {name: b, chip: tianjic-like, columns: 1, rows: 1, row: 1}\n").nearest, "rows");
}

TEST(ChipErrors, EveryNumberIsRequired) {
  for (const Rule& rule : chip_rules()) {
    const std::string start = std::string(rule.name()) + ":";
    // latency_cycles and cycles_per_flit stand in two sections; the first is the chip link's.
    if (rule.section() == "host_link" || !rule.absent.empty()) continue;
    const auto e = failure<MissingKey>(toy_with(start, ""));
    EXPECT_EQ(e.key, rule.key);
  }
  EXPECT_EQ(failure<MissingKey>(toy_with("name: toy", "")).key, "name");
  EXPECT_EQ(failure<MissingKey>(toy_with("policy:", "")).key, "sync.policy");
  EXPECT_EQ(failure<MissingKey>("board: {name: b, columns: 1, rows: 1}\n").key, "board.chip");
  EXPECT_EQ(failure<MissingKey>("name: nothing\n").key, "core");
}

TEST(ChipErrors, DuplicateKey) {
  const auto e = failure<DuplicateKey>(toy_with("lanes:", "  lanes: 4\n  lanes: 8"));
  EXPECT_EQ(e.key, "core.lanes");
  EXPECT_EQ(e.first_line + 1, e.place.line);
}

TEST(ChipErrors, WrongType) {
  EXPECT_EQ(failure<WrongType>(toy_with("lanes:", "  lanes: [4]")).key, "core.lanes");
  EXPECT_EQ(failure<WrongType>(toy_with("lanes:", "  lanes: four")).key, "core.lanes");
  EXPECT_EQ(failure<WrongType>(toy_with("soma_update:", "  soma_update: .inf pJ")).found, "'.inf pJ'");
  EXPECT_EQ(failure<WrongType>(toy_with("name: toy", "name: [a]")).key, "name");
  EXPECT_EQ(failure<WrongType>("board: {name: b, chip: tianjic-like, columns: two, rows: 1}\n").key, "board.columns");
  EXPECT_EQ(failure<WrongType>("board: 3\n").key, "board");
  EXPECT_EQ(failure<WrongType>(toy_text() + "? [a]\n: 1\n").found, "a list");
}

TEST(ChipErrors, WrongUnit) {
  const auto energy = failure<WrongUnit>(toy_with("link_hop:", "  link_hop: 3 mW"));
  EXPECT_EQ(energy.unit, "mW");
  EXPECT_THAT(energy.allowed, testing::Contains("pJ"));
  EXPECT_EQ(failure<WrongUnit>(toy_with("link_hop:", "  link_hop: 3")).unit, "");
  EXPECT_EQ(failure<WrongUnit>(toy_with("link_cycles:", "  link_cycles: 3 ns")).unit, "ns");
  EXPECT_EQ(failure<WrongUnit>(toy_with("clock:", "clock: 100 mhz")).unit, "mhz");
  EXPECT_EQ(failure<WrongUnit>(toy_with("neurons:", "  neurons: 40 axons")).unit, "axons");
  EXPECT_EQ(failure<WrongUnit>(toy_with("state_memory:", "  state_memory: 3 Kb")).unit, "Kb");
}

TEST(ChipErrors, ImpossibleCapacities) {
  const auto zero = failure<OutOfRange>(toy_with("neurons:", "  neurons: 0"));
  EXPECT_EQ(zero.key, "core.neurons");
  EXPECT_EQ(zero.given, "0");
  EXPECT_EQ(zero.least, 1);
  EXPECT_EQ(failure<OutOfRange>(toy_with("state_memory:", "  state_memory: -1 KiB")).given, "-1 KiB");
  EXPECT_EQ(failure<OutOfRange>(toy_with("width:", "  width: 4097")).most, 4096);
  EXPECT_EQ(failure<OutOfRange>(toy_with("link_hop:", "  link_hop: -0.1 pJ")).least, 0);
  EXPECT_EQ(failure<OutOfRange>(toy_with("link_hop:", "  link_hop: 1e30 pJ")).given, "1e30 pJ");
  EXPECT_EQ(failure<OutOfRange>("board: {name: b, chip: tianjic-like, columns: 400, rows: 1}\n").most, 4096 / 13);
  EXPECT_EQ(failure<OutOfRange>("board: {name: b, chip: tianjic-like, columns: 0, rows: 1}\n").key, "board.columns");
}

TEST(ChipErrors, FinerThanTheBaseUnit) {
  const auto e = failure<NotExact>(toy_with("link_hop:", "  link_hop: 0.0000001 pJ"));
  EXPECT_EQ(e.given, "0.0000001 pJ");
  EXPECT_EQ(failure<NotExact>(toy_with("lanes:", "  lanes: 4.5")).key, "core.lanes");
}

TEST(ChipErrors, ProvenanceIsDemanded) {
  const std::string bare = toy_with("provenance:", "");
  EXPECT_EQ(failure<MissingTag>(bare).key, "clock");
  EXPECT_EQ(failure<MissingTag>(toy_with("provenance:", "provenance: {kind: min, source: s}")).key, "clock");
  EXPECT_EQ(failure<MissingSource>(toy_with("provenance:", "provenance: {kind: min, tag: assumed}")).key, "clock");
  const auto kind = failure<MissingKind>(toy_with("provenance:", "provenance: {tag: assumed, source: s}"));
  EXPECT_EQ(kind.key, "energy.synapse_read");
  EXPECT_EQ(kind.place.line, line_of(toy_text(), "synapse_read"));
}

TEST(ChipErrors, UnknownWords) {
  const auto tag = failure<UnknownTag>(toy_with("provenance:", "provenance: {tag: assumd, kind: min, source: s}"));
  EXPECT_EQ(tag.given, "assumd");
  EXPECT_THAT(tag.what(), testing::HasSubstr("did you mean 'assumed'?"));
  EXPECT_EQ(failure<UnknownKind>(toy_with("provenance:", "provenance: {tag: assumed, kind: average, source: s}")).key,
            "provenance.kind");
  EXPECT_EQ(failure<UnknownKind>(toy_with("link_hop:", "  link_hop: {value: 1, unit: pJ, kind: avg}")).key,
            "energy.link_hop.kind");
  EXPECT_EQ(failure<UnknownPolicy>(toy_with("policy:", "  policy: fixed-phase")).given, "fixed-phase");
  EXPECT_EQ(failure<UnknownWord>("board: {name: b, chip: tianjik-like, columns: 1, rows: 1}\n").key, "board.chip");
}

TEST(ChipErrors, Contradictions) {
  const auto phase = failure<Contradiction>(toy_with("policy:", "  policy: fixed_phase"));
  EXPECT_EQ(phase.key, "sync.phase_cycles");
  EXPECT_EQ(phase.other_key, "sync.policy");
  EXPECT_EQ(failure<Contradiction>(toy_with("bulk_bytes_per_cycle:", "  bulk_bytes_per_cycle: 0 B/cycle")).other_key,
            "core.bulk_memory");
  EXPECT_EQ(failure<Contradiction>(with_line(toy_with("synapse_memory:", "  synapse_memory: 1 B"),
                                             "weight_bits:", "  weight_bits: 16 bits"))
                .other_key,
            "core.weight_bits");
}

TEST(ChipErrors, OptionalKeysContradict) {
  const auto lanes = failure<Contradiction>(toy_text() + "mechanisms: {dense_mode: native}\n");
  EXPECT_EQ(lanes.key, "core.dense_lanes");
  EXPECT_EQ(lanes.other_key, "mechanisms.dense_mode");
  EXPECT_EQ(
      failure<Contradiction>(toy_with("lanes:", "  lanes: 4\n  dense_lanes: 8") + "mechanisms: {dense_mode: absent}\n")
          .key,
      "core.dense_lanes");
  EXPECT_EQ(failure<Contradiction>(toy_with("lanes:",
                                            "  lanes: 4\n  synapse_word_bits: 16 bits\n"
                                            "  synapse_word_overhead_bits: 10 bits"))
                .key,
            "core.synapse_word_bits");
  const auto row = failure<Contradiction>(toy_with("policy:", "  policy: barrier\n  barrier_table: {1: 5, 2: 4}"));
  EXPECT_EQ(row.key, "sync.barrier_table.2");
  EXPECT_EQ(row.other_key, "1");
}

TEST(ChipErrors, OptionalKeysAreChecked) {
  EXPECT_EQ(failure<OutOfRange>(toy_with("lanes:", "  lanes: 4\n  synapse_cycles: 0 cycles")).key,
            "core.synapse_cycles");
  EXPECT_EQ(failure<OutOfRange>(toy_with("policy:", "  policy: barrier\n  barrier_table: {0: 5}")).key,
            "sync.barrier_table.0");
  EXPECT_EQ(failure<OutOfRange>(toy_with("policy:", "  policy: barrier\n  barrier_table: {1: -5}")).key,
            "sync.barrier_table.1");
  EXPECT_EQ(failure<WrongType>(toy_with("policy:", "  policy: barrier\n  barrier_table: [5]")).key,
            "sync.barrier_table");
  Findings bare;
  parse_target(with_line(toy_with("provenance:", ""), "policy:", "  policy: barrier\n  barrier_table: {1: 5}"),
               "f.yaml", chip_finder("."), bare);
  EXPECT_THAT(bare.lines(), testing::Contains(testing::HasSubstr("sync.barrier_table: has no tag")));
  EXPECT_THAT(bare.lines(), testing::Contains(testing::HasSubstr("sync.barrier_table: has no source")));
  EXPECT_EQ(failure<UnknownWord>(toy_with("width:", "  width: 4\n  multicast: bus")).key, "noc.multicast");
  EXPECT_EQ(failure<UnknownKey>(toy_text() + "mechanisms: {graded_payloads: native}\n").nearest, "graded_payload");
  EXPECT_EQ(failure<UnknownWord>(toy_text() + "mechanisms: {graded_payload: yes}\n").key, "mechanisms.graded_payload");
  EXPECT_EQ(failure<UnknownWord>(toy_text() + "mechanisms: {graded_payload: {support: maybe}}\n").key,
            "mechanisms.graded_payload.support");
  EXPECT_EQ(failure<MissingKey>(toy_text() + "mechanisms: {graded_payload: {note: n}}\n").key,
            "mechanisms.graded_payload.support");
  EXPECT_EQ(failure<MissingNote>(toy_text() + "mechanisms: {graded_payload: extension}\n").key,
            "mechanisms.graded_payload");
}

TEST(ChipErrors, PartsOfABoardInEachOthersPlace) {
  const auto board = [](const std::string& rest) { return "board: {name: b, columns: 1, rows: 1, " + rest + "}\n"; };
  for (const char* chip : {"chip: ascend-310", "chip: {kind: device, name: ascend-310}"}) {
    Findings findings;
    parse_target(board(chip), "f.yaml", chip_finder("."), findings);
    EXPECT_THAT(
        findings.lines(),
        testing::ElementsAre(testing::HasSubstr("f.yaml:1:39: board.chip: 'ascend-310' is a device, not a chip; ")));
    EXPECT_EQ(failure<WrongPart>(board(chip)).key, "board.chip");
  }
  EXPECT_EQ(failure<WrongPart>(board("chip: tianjic-like, device: loihi-fitted")).is, "a chip");
  const auto device = failure<WrongPart>(board("chip: tianjic-like, device: kapoho-point"));
  EXPECT_EQ(device.key, "board.device");
  EXPECT_EQ(device.is, "a board");
}

TEST(ChipErrors, NoYaml) {
  EXPECT_GT(failure<YamlSyntaxError>(toy_text() + "energy: {a: [\n").place.line, 0);
  EXPECT_THAT(failure<YamlSyntaxError>("").what(), testing::HasSubstr("the file is empty"));
  failure<YamlSyntaxError>("- a\n- b\n");
  failure<YamlSyntaxError>("just words\n");
  failure<YamlSyntaxError>(toy_text() + "---\nname: second\n");
  failure<YamlSyntaxError>(",oard:\n  name: b\n  rows: 3\n");
  failure<YamlSyntaxError>(std::string("name: a\0b", 9));
  failure<YamlSyntaxError>(std::string((1u << 20) + 1, ' '));
  failure<YamlSyntaxError>(std::string(100'000, '['));
}

TEST(ChipErrors, CheckShowsAllFindingsInOrder) {
  Findings findings;
  const std::string text = with_line(toy_with("lanes:", "  lanes: -4"), "host_flit:", "  host_flit: 43 mW");
  parse_target(text, "f.yaml", chip_finder("."), findings);
  ASSERT_EQ(findings.lines().size(), 2u);
  EXPECT_THAT(findings.lines()[0],
              testing::HasSubstr("core.lanes: -4 is out of range; choose from 1 to 1048576 lanes"));
  EXPECT_THAT(findings.lines()[1], testing::HasSubstr("energy.host_flit: unit 'mW' does not fit"));
  EXPECT_THROW(findings.throw_first(), OutOfRange);
}

}  // namespace
}  // namespace ranvier::chips
