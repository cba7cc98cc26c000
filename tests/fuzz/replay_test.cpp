// SPDX-License-Identifier: Apache-2.0
// Every input that fuzzing kept is still read or refused as it should be; no program of clang's is needed for that.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "tests/fuzz/feed.h"

namespace ranvier::fuzz {
namespace {

struct Counts {
  int read = 0;
  int refused = 0;
};

Counts replay(const std::string& target, bool (*feed)(std::span<const std::uint8_t>)) {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "fuzz" / target;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Counts counts;
  for (const auto& file : files) {
    try {
      ++(feed(read_bytes(file)) ? counts.read : counts.refused);
    } catch (const std::exception& e) {
      ADD_FAILURE() << file << ": not refused as a ranvier::Error of one line: " << e.what();
    }
  }
  return counts;
}

/// A corpus in which nothing is read, or nothing refused, would show nothing.
void expect_both(const Counts& counts) {
  EXPECT_GT(counts.read, 0);
  EXPECT_GT(counts.refused, 0);
}

TEST(FuzzCorpus, Config) { expect_both(replay("config", feed_config)); }
TEST(FuzzCorpus, Constraints) { expect_both(replay("constraints", feed_constraints)); }
TEST(FuzzCorpus, Edges) { expect_both(replay("edges", feed_edges)); }
TEST(FuzzCorpus, Events) { expect_both(replay("events", feed_events)); }
TEST(FuzzCorpus, EventsHdf5) { expect_both(replay("events_hdf5", feed_events_hdf5)); }
TEST(FuzzCorpus, Hypergraph) { expect_both(replay("hypergraph", feed_hypergraph)); }
TEST(FuzzCorpus, Mapping) { expect_both(replay("mapping", feed_mapping)); }
TEST(FuzzCorpus, Network) { expect_both(replay("network", feed_network)); }
TEST(FuzzCorpus, Nir) { expect_both(replay("nir", feed_nir)); }
TEST(FuzzCorpus, NirTree) { expect_both(replay("nir_tree", feed_nir_tree)); }
TEST(FuzzCorpus, Npz) { expect_both(replay("npz", feed_npz)); }
TEST(FuzzCorpus, Onnx) { expect_both(replay("onnx", feed_onnx)); }
TEST(FuzzCorpus, Safetensors) { expect_both(replay("safetensors", feed_safetensors)); }
TEST(FuzzCorpus, Trace) { expect_both(replay("trace", feed_trace)); }
TEST(FuzzCorpus, Wiring) { expect_both(replay("wiring", feed_wiring)); }
TEST(FuzzCorpus, Yaml) { expect_both(replay("yaml", feed_yaml)); }

}  // namespace
}  // namespace ranvier::fuzz
