// SPDX-License-Identifier: Apache-2.0
// hMETIS text: what is read, what is refused and where, and that what is written reads back the same.
#include "mapper/hypergraph/hmetis_file.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>

#include "base/errors.h"
#include "mapper/hypergraph/errors.h"

namespace ranvier::mapper::hypergraph {
namespace {

/// Line and reason of a refusal; line 0 and "" where it was read.
std::pair<std::size_t, std::string> refusal(const std::string& text) {
  try {
    parse_hmetis(text, "n.hgr");
  } catch (const HypergraphFileError& e) {
    EXPECT_EQ(e.file, "n.hgr");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    return {e.line, e.reason};
  }
  return {0, ""};
}

TEST(HmetisFile, ReadsAllFourFormats) {
  const auto plain = parse_hmetis("2 3\n1 2 3\n3 1\n", "n.hgr");
  EXPECT_EQ(plain.graph.vertices, 3u);
  EXPECT_EQ(plain.graph.pins.offset, (std::vector<std::size_t>{0, 3, 5}));
  EXPECT_EQ(plain.graph.pins.items, (std::vector<Vertex>{0, 1, 2, 2, 0}));
  EXPECT_EQ(plain.graph.weight, (std::vector<double>{1, 1}));
  EXPECT_TRUE(plain.vertex_weight.empty());
  const auto edges = parse_hmetis("2 3 1\n0.25 1 2\n1e2 3 1\n", "n.hgr");
  EXPECT_EQ(edges.graph.weight, (std::vector<double>{0.25, 100}));
  const auto vertices = parse_hmetis("1 2 10\n1 2\n5\n0\n", "n.hgr");
  EXPECT_EQ(vertices.vertex_weight, (std::vector<std::int64_t>{5, 0}));
  const auto both = parse_hmetis("1 2 11\n2 1 2\n5\n7\n", "n.hgr");
  EXPECT_EQ(both.graph.weight, (std::vector<double>{2}));
  EXPECT_EQ(both.vertex_weight, (std::vector<std::int64_t>{5, 7}));
}

TEST(HmetisFile, TakesCommentsCarriageReturnsBlanksAndNoLastNewline) {
  const auto file = parse_hmetis("% made by hand\r\n2 3 0\r\n  1\t2 3 \r\n% between\r\n3 3 1", "n.hgr");
  EXPECT_EQ(file.graph.pins.items, (std::vector<Vertex>{0, 1, 2, 2, 2, 0}));  // the second source listens to itself
  EXPECT_EQ(parse_hmetis("0 4\n\n  \n% end\n", "n.hgr").graph.vertices, 4u);
}

TEST(HmetisFile, RefusesWithTheLine) {
  using Refusal = std::pair<std::size_t, std::string>;
  EXPECT_EQ(refusal("% nothing\n"), (Refusal{2, "no header; the first line is 'hyperedges vertices [format]'"}));
  EXPECT_EQ(refusal("2\n"), (Refusal{1, "the header needs two numbers: hyperedges and vertices"}));
  EXPECT_EQ(refusal("1 2 3\n1\n"),
            (Refusal{1, "format 3 is unknown; 0, 1 (hyperedge weights), 10 (vertex weights) or 11 (both)"}));
  EXPECT_EQ(refusal("1 2 0 7\n1\n"), (Refusal{1, "7 behind the header: one number too many"}));
  EXPECT_EQ(refusal("1 2\n% a comment\n1 x\n"), (Refusal{3, "'x' is not a whole number"}));
  EXPECT_EQ(refusal("1 2\n1 2.5\n"), (Refusal{2, "'2.5' is not a whole number"}));
  EXPECT_EQ(refusal("1 2\n1 -2\n"), (Refusal{2, "'-2' is not a whole number"}));
  EXPECT_EQ(refusal("1 2\n1 3\n"), (Refusal{2, "vertex 3 is not one of 1 to 2"}));
  EXPECT_EQ(refusal("1 2\n0\n"), (Refusal{2, "vertex 0 is not one of 1 to 2"}));
  EXPECT_EQ(refusal("1 4\n1 4 2 4\n"), (Refusal{2, "vertex 4 listens twice"}));
  EXPECT_EQ(refusal("2 2\n1 2\n"), (Refusal{3, "the file ends after 1 of 2 hyperedges"}));
  EXPECT_EQ(refusal("2 2\n1 2\n\n"), (Refusal{3, "no pins; a hyperedge has at least its source"}));
  EXPECT_EQ(refusal("1 2\n1 2\n2 1\n"),
            (Refusal{3, "2 behind the last line that the header announces: one number too many"}));
  EXPECT_EQ(refusal("1 2 1\n-1 1 2\n"), (Refusal{2, "weight -1 is negative"}));
  EXPECT_EQ(refusal("1 2 1\nnan 1 2\n"), (Refusal{2, "'nan' is not a number"}));
  EXPECT_EQ(refusal("1 2 1\n\n"), (Refusal{2, "no weight and no pins; a hyperedge has at least its source"}));
  EXPECT_EQ(refusal("1 2 10\n1 2\n5\n"), (Refusal{4, "the file ends after 1 of 2 vertex weights"}));
  EXPECT_EQ(refusal("1 2 10\n1 2\n5 6\n7\n"), (Refusal{3, "6 behind a vertex weight: one number too many"}));
  EXPECT_EQ(refusal("1 2 10\n1 2\n3000000000\n7\n"), (Refusal{3, "vertex weight 3000000000 is above 2147483647"}));
  EXPECT_EQ(refusal("9 2\n"), (Refusal{1, "9 hyperedges announced, 4 bytes in the file"}));
  EXPECT_EQ(refusal("0 99 10\n"), (Refusal{1, "weights of 99 vertices announced, 8 bytes in the file"}));
  EXPECT_EQ(refusal("0 5000000000\n"), (Refusal{1, "5000000000 vertices are more than 32 bits can number"}));
  EXPECT_THROW(read_hmetis(std::filesystem::temp_directory_path() / "no-such.hgr"), FileMissing);
}

TEST(HmetisFile, ReadsBackWhatItWrites) {
  rc::check([] {
    HypergraphFile file;
    file.graph.vertices = *rc::gen::inRange<std::size_t>(1, 30);
    const auto edges = *rc::gen::inRange(0, 20);
    const bool weighted = *rc::gen::arbitrary<bool>();
    const auto vertex = rc::gen::inRange<Vertex>(0, static_cast<Vertex>(file.graph.vertices));
    for (int e = 0; e < edges; ++e) {
      file.graph.pins.items.push_back(*vertex);
      for (const Vertex v : *rc::gen::unique<std::vector<Vertex>>(vertex).as("listeners"))
        file.graph.pins.items.push_back(v);
      file.graph.pins.offset.push_back(file.graph.pins.items.size());
      file.graph.weight.push_back(weighted ? *rc::gen::inRange(0, 1000) / 7.0 : 1.0);
    }
    if (*rc::gen::arbitrary<bool>())
      for (std::size_t v = 0; v < file.graph.vertices; ++v) file.vertex_weight.push_back(*rc::gen::inRange(0, 1000));
    const HypergraphFile again = parse_hmetis(hmetis_text(file), "again.hgr");
    RC_ASSERT(again.graph.vertices == file.graph.vertices);
    RC_ASSERT(again.graph.pins.items == file.graph.pins.items);
    RC_ASSERT(again.graph.pins.offset == file.graph.pins.offset);
    RC_ASSERT(again.graph.weight == file.graph.weight);
    RC_ASSERT(again.vertex_weight == file.vertex_weight);
  });
}

TEST(PartsFile, ReadsBackWhatItWrites) {
  const Parts parts{2, 0, 1, 0};
  EXPECT_EQ(parts_text(parts), "2\n0\n1\n0\n");
  EXPECT_EQ(parse_parts(parts_text(parts), "p", 4), parts);
  EXPECT_EQ(parse_parts("% four\r\n2\r\n0\r\n1\r\n0", "p", 4), parts);
}

TEST(PartsFile, RefusesWithTheLine) {
  const auto refused = [](const std::string& text) -> std::string {
    try {
      parse_parts(text, "p", 3);
    } catch (const HypergraphFileError& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(refused("0\n1\n"), "p: parts of 2 vertices, the hypergraph has 3");
  EXPECT_EQ(refused("0\n1\n2\n0\n"), "p:4: more parts than the 3 vertices");
  EXPECT_EQ(refused("0\n3\n0\n"), "p:2: part 3 of 3 vertices; parts count from 0 and leave no gaps");
  EXPECT_EQ(refused("0 1\n0\n0\n"), "p:1: 1 behind a part: one number too many");
  EXPECT_EQ(refused("0\n-1\n0\n"), "p:2: '-1' is not a whole number");
}

}  // namespace
}  // namespace ranvier::mapper::hypergraph
