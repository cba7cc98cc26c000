// SPDX-License-Identifier: Apache-2.0
// Files of edges and of placements: what is read, what is refused and where, and what comes back.
#include "mapper/clusters/edge_file.h"

#include <unistd.h>

#include <fstream>
#include <limits>

#include <gmock/gmock.h>

#include "base/errors.h"
#include "base/file.h"
#include "mapper/clusters/errors.h"
#include "mapper/clusters/networks.h"

namespace ranvier::mapper::clusters {
namespace {

using testing::HasSubstr;

class ClusterFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("ranvier-clusters-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

void expect_edges(const std::string& text, const std::vector<Edge>& want, std::size_t clusters) {
  const EdgeList got = parse_edges(text, "e.csv");
  EXPECT_EQ(got.clusters, clusters);
  ASSERT_EQ(got.edges.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got.edges[i].source, want[i].source);
    EXPECT_EQ(got.edges[i].target, want[i].target);
    EXPECT_EQ(got.edges[i].weight, want[i].weight);
  }
}

TEST(ParseEdges, TakesPlainLines) { expect_edges("0,1,2.5\n1,0,3\n", {{0, 1, 2.5}, {1, 0, 3}}, 2); }

TEST(ParseEdges, PassesOverHeadersCommentsBlanksAndCarriageReturns) {
  expect_edges("# made by hand\r\n\r\nsrc, dst , weight\r\n 7 ,\t2 , 1e-3 \r\n\n# more\n3,3,0",
               {{7, 2, 1e-3}, {3, 3, 0}}, 8);
  expect_edges("\xef\xbb\xbfsource,target,weight\n1,2,3\n", {{1, 2, 3}}, 3);
}

void expect_refused(const std::string& text, std::int64_t line, const std::string& says) {
  try {
    parse_edges(text, "e.csv");
    FAIL() << text;
  } catch (const EdgeFileError& e) {
    EXPECT_EQ(e.file, "e.csv");
    EXPECT_EQ(e.line, line) << e.what();
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr(line > 0 ? "e.csv:" + std::to_string(line) + ": " : "e.csv: "));
    EXPECT_THAT(e.what(), HasSubstr(says));
  }
}

TEST(ParseEdges, ANumberAloneIsACluster) {
  const EdgeList list = parse_edges("source,target,weight\n0,1,2\n 7 \n3\n", "f");
  EXPECT_EQ(list.clusters, 8u);
  ASSERT_EQ(list.edges.size(), 1u);
  EXPECT_EQ(list.edges[0].weight, 2);
  EXPECT_EQ(parse_edges("4\n0,9,1\n", "f").clusters, 10u);
}

TEST(ParseEdges, NamesTheLineThatIsWrong) {
  expect_refused("4\n", 0, "no edges");
  expect_refused("0,1,1\n1.5\n", 2, "three columns");
  expect_refused("0,1,1\n268435456\n", 2, "cluster '268435456' is no cluster");
  expect_refused("0,1,1\n200000000\n", 2, "number clusters from 0 without gaps");
  expect_refused("", 0, "no edges");
  expect_refused("src,dst,weight\n", 0, "no edges");
  expect_refused("0,1,1\n0,1\n", 2, "three columns");
  expect_refused("0,1,1,\n", 1, "three columns");
  expect_refused("#\n0,1,1\n\nsrc,dst,weight\n", 4, "source 'src'");
  expect_refused("-1,1,1\n", 1, "source '-1'");
  expect_refused("0,1.5,1\n", 1, "target '1.5'");
  expect_refused("0,4294967296,1\n", 1, "target");
  expect_refused("0,268435456,1\n", 1, "at most 268435455");
  expect_refused("0,1,1\n0,200000000,1\n1,2,1\n", 2, "number clusters from 0 without gaps");
  expect_refused("0,1,-2\n", 1, "weight '-2'");
  expect_refused("0,1,nan\n", 1, "weight 'nan'");
  expect_refused("0,1,inf\n", 1, "weight 'inf'");
  expect_refused("0,1,1e999\n", 1, "weight");
  expect_refused("0,1,1\n1,2,1e30\n", 2, "add up to more than 1e+30");
  expect_refused("0,1,1 2\n", 1, "weight");
  expect_refused("0,1,\n", 1, "weight ''");
}

TEST_F(ClusterFiles, ComeBackToTheLastBit) {
  std::vector<Edge> edges = layered_edges(24, 24, 0);
  edges.push_back({5, 6, std::numeric_limits<double>::denorm_min()});
  edges.push_back({6, 5, 0x1.fffffffffffffp+98});
  const auto path = folder_ / "edges.csv";
  write_edges(path, {600, edges});
  const EdgeList back = read_edges(path);
  EXPECT_EQ(back.clusters, 600u);  // the last 24 have no edges
  ASSERT_EQ(back.edges.size(), edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    ASSERT_EQ(back.edges[i].source, edges[i].source);
    ASSERT_EQ(back.edges[i].target, edges[i].target);
    ASSERT_EQ(back.edges[i].weight, edges[i].weight);
  }
}

TEST_F(ClusterFiles, LinesAcrossBlocksStayWhole) {
  const auto path = folder_ / "long.csv";
  const std::size_t lines = 600'000;  // 5 MB: more than a block
  {
    std::ofstream out(path);
    for (std::size_t i = 0; i < lines; ++i) out << i % 1000 << ',' << i % 777 << ",1\n";
    out << "1,2,x\n";
  }
  try {
    read_edges(path);
    FAIL();
  } catch (const EdgeFileError& e) {
    EXPECT_EQ(e.line, static_cast<std::int64_t>(lines) + 1);
  }
}

TEST_F(ClusterFiles, MissingFilesAndEndlessLinesAreRefused) {
  EXPECT_THROW(read_edges(folder_ / "none.csv"), FileMissing);
  EXPECT_THROW(read_edges(folder_), FileUnreadable);
  write_file_atomically(folder_ / "wide.csv", "0,1,1\n" + std::string(10'000'000, '1'));
  try {
    read_edges(folder_ / "wide.csv");
    FAIL();
  } catch (const EdgeFileError& e) {
    EXPECT_EQ(e.line, 2);
    EXPECT_THAT(e.what(), HasSubstr("65536"));
  }
}

TEST_F(ClusterFiles, PlacementsComeBack) {
  const Mesh mesh{4, 3};
  const Placement placement = {11, 0, 5, 7};
  write_placement(folder_ / "p.csv", placement, mesh);
  EXPECT_EQ(read_file(folder_ / "p.csv"), "cluster,x,y\n0,3,2\n1,0,0\n2,1,1\n3,3,1\n");
  EXPECT_EQ(read_placement(folder_ / "p.csv", 4, mesh), placement);
}

void expect_placement_refused(const std::string& text, std::int64_t line, const std::string& says) {
  try {
    parse_placement(text, "p.csv", 3, {2, 2});
    FAIL() << text;
  } catch (const PlacementFileError& e) {
    EXPECT_EQ(e.file, "p.csv");
    EXPECT_EQ(e.line, line) << e.what();
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_THAT(e.what(), HasSubstr(says));
  }
}

TEST(ParsePlacement, TakesAnyOrderAndRefusesWhatIsNoPlacement) {
  EXPECT_EQ(parse_placement("2,1,1\n0,0,0\n1,1,0", "p.csv", 3, {2, 2}), (Placement{0, 1, 3}));
  expect_placement_refused("0,0,0\n1,1,0\n", 0, "cluster 2 of 3 is missing");
  expect_placement_refused("0,0,0\n1,1,0\n1,0,1\n", 3, "twice");
  expect_placement_refused("0,0,0\n1,0,0\n", 2, "holds cluster 0");
  expect_placement_refused("cluster,x,y\n0,2,0\n", 2, "x '2'");
  expect_placement_refused("0,0,-1\n", 1, "y '-1'");
  expect_placement_refused("3,0,0\n", 1, "cluster '3'");
  expect_placement_refused("0,0\n", 1, "three columns");
}

}  // namespace
}  // namespace ranvier::mapper::clusters
