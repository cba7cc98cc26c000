// SPDX-License-Identifier: Apache-2.0
// Reads and writes files of edges: in blocks, so that a billion bytes need no copy in memory.
#include "mapper/clusters/edge_file.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/file.h"
#include "base/pending_file.h"
#include "mapper/clusters/csv_lines.h"
#include "mapper/clusters/errors.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 22;
constexpr std::size_t kLongestLine = std::size_t{1} << 16;

constexpr double kMostWeight = 1e30;  // times a distance, and as float in the solvers, still a number
constexpr std::size_t kFewClusters = 1'000'000;
constexpr std::size_t kClustersAnEdge = 64;

class EdgeReader {
 public:
  explicit EdgeReader(std::string file) : file_(std::move(file)) {}

  /// Whole lines of the file, in order.
  void read(std::string_view text) { lines_.read(text); }

  EdgeList done() {
    if (list_.edges.empty()) throw EdgeFileError(file_, 0, "no edges; write a line source,target,weight for each");
    // Memory grows with the greatest number: one that so few edges cannot have meant is a number of something else.
    if (list_.clusters > kFewClusters + kClustersAnEdge * list_.edges.size())
      throw EdgeFileError(file_, farthest_line_,
                          fmt::format("cluster {} in a file of {}; number clusters from 0 without gaps",
                                      list_.clusters - 1, counted(list_.edges.size(), "edge")));
    return std::move(list_);
  }
  [[noreturn]] void too_long() const {
    throw EdgeFileError(file_, lines_.line() + 1, "a line of more than 65536 bytes; write source,target,weight");
  }

 private:
  struct Take {
    EdgeReader* reader;
    void operator()(std::string_view line) const { reader->edge(line); }
  };

  void edge(std::string_view line) {
    std::array<std::string_view, 3> field;
    if (!three_fields(line, field)) {
      Cluster alone = 0;
      if (!parse_whole(line, alone)) refuse(fmt::format("'{}' is not three columns; write source,target,weight", line));
      return count(cluster(line, "cluster"));
    }
    Edge e;
    e.source = cluster(field[0], "source");
    e.target = cluster(field[1], "target");
    if (!parse_whole(field[2], e.weight) || !std::isfinite(e.weight) || e.weight < 0)
      refuse(fmt::format("weight '{}' is no number from 0 on; write it as 3 or 0.25", field[2]));
    count(std::max(e.source, e.target));
    total_weight_ += e.weight;
    if (!(total_weight_ < kMostWeight))
      refuse(fmt::format("weights up to here add up to more than {:g}; give them in a larger unit", kMostWeight));
    list_.edges.push_back(e);
  }

  void count(Cluster number) {
    if (number < list_.clusters) return;
    list_.clusters = number + std::size_t{1};
    farthest_line_ = lines_.line();
  }

  Cluster cluster(std::string_view field, const char* name) const {
    Cluster value = 0;
    if (!parse_whole(field, value) || value > kMostCluster)
      refuse(fmt::format("{} '{}' is no cluster; number them from 0 to at most {}", name, field, kMostCluster));
    return value;
  }

  [[noreturn]] void refuse(const std::string& reason) const { throw EdgeFileError(file_, lines_.line(), reason); }

  std::string file_;
  EdgeList list_;
  double total_weight_ = 0;
  std::int64_t farthest_line_ = 0;  // of the greatest number
  LineReader<Take> lines_{Take{this}};
};

}  // namespace

EdgeList parse_edges(std::string_view text, const std::string& file) {
  EdgeReader reader(file);
  reader.read(text);
  return reader.done();
}

EdgeList read_edges(const std::filesystem::path& path) {
  const std::string name = path.string();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(name.c_str(), "rb"), &std::fclose);
  if (in == nullptr) {
    if (errno == ENOENT) throw FileMissing(name);
    throw FileUnreadable(name, errno);
  }
  EdgeReader reader(name);
  std::string block(kBlock, '\0');
  std::size_t held = 0;  // bytes of a line that is not complete
  while (true) {
    errno = 0;
    const std::size_t got = std::fread(block.data() + held, 1, block.size() - held, in.get());
    if (std::ferror(in.get()) != 0) throw FileUnreadable(name, errno);
    const std::string_view text(block.data(), held + got);
    if (got == 0) {
      reader.read(text);
      return reader.done();
    }
    const std::size_t end = text.rfind('\n');
    const std::size_t whole = end == text.npos ? 0 : end + 1;
    reader.read(text.substr(0, whole));
    held = text.size() - whole;
    if (held > kLongestLine) reader.too_long();
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(whole), text.end(), block.begin());
  }
}

void write_edges(const std::filesystem::path& path, const EdgeList& list) {
  StreamedFile out(path);
  out.buffer() += "source,target,weight\n";
  std::size_t named = 0;
  for (const Edge& e : list.edges) {
    named = std::max(named, std::max(e.source, e.target) + std::size_t{1});
    fmt::format_to(std::back_inserter(out.buffer()), "{},{},{}\n", e.source, e.target, e.weight);
    out.write_if_full();
  }
  if (named < list.clusters) fmt::format_to(std::back_inserter(out.buffer()), "{}\n", list.clusters - 1);
  out.keep();
}

}  // namespace ranvier::mapper::clusters
