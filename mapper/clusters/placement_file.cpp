// SPDX-License-Identifier: Apache-2.0
// Reads, checks and writes files that say where clusters are.
#include <iterator>

#include <fmt/format.h>

#include "base/file.h"
#include "base/pending_file.h"
#include "mapper/clusters/csv_lines.h"
#include "mapper/clusters/edge_file.h"
#include "mapper/clusters/errors.h"

namespace ranvier::mapper::clusters {

namespace {

class PlacementReader {
 public:
  PlacementReader(std::string file, std::size_t clusters, Mesh mesh)
      : file_(std::move(file)), mesh_(mesh), cell_(clusters, kNoCell), taken_(mesh.cells(), kNoCell) {}

  Placement read(std::string_view text) {
    lines_.read(text);
    for (Cluster c = 0; c < cell_.size(); ++c)
      if (cell_[c] == kNoCell)
        throw PlacementFileError(file_, 0,
                                 fmt::format("cluster {} of {} is missing; write a line {},x,y", c, cell_.size(), c));
    return std::move(cell_);
  }

 private:
  struct Take {
    PlacementReader* reader;
    void operator()(std::string_view line) const { reader->cluster(line); }
  };

  void cluster(std::string_view line) {
    std::array<std::string_view, 3> field;
    if (!three_fields(line, field)) refuse(fmt::format("'{}' is not three columns; write cluster,x,y", line));
    const std::uint32_t c = number(field[0], "cluster", cell_.size());
    const Cell cell = mesh_.at(number(field[1], "x", mesh_.width), number(field[2], "y", mesh_.height));
    if (cell_[c] != kNoCell) refuse(fmt::format("cluster {} is there twice; leave one line", c));
    if (taken_[cell] != kNoCell)
      refuse(fmt::format("core {},{} holds cluster {} already; a core takes one", field[1], field[2], taken_[cell]));
    cell_[c] = cell;
    taken_[cell] = c;
  }

  std::uint32_t number(std::string_view field, const char* name, std::size_t count) const {
    std::uint32_t value = 0;
    if (!parse_whole(field, value) || value >= count)
      refuse(fmt::format("{} '{}' is no whole number below {}", name, field, count));
    return value;
  }

  [[noreturn]] void refuse(const std::string& reason) const { throw PlacementFileError(file_, lines_.line(), reason); }

  std::string file_;
  Mesh mesh_;
  Placement cell_;
  std::vector<Cluster> taken_;
  LineReader<Take> lines_{Take{this}};
};

}  // namespace

Placement parse_placement(std::string_view text, const std::string& file, std::size_t clusters, Mesh mesh) {
  return PlacementReader(file, clusters, mesh).read(text);
}

Placement read_placement(const std::filesystem::path& path, std::size_t clusters, Mesh mesh) {
  return parse_placement(read_file(path), path.string(), clusters, mesh);
}

void write_placement(const std::filesystem::path& path, const Placement& placement, Mesh mesh) {
  StreamedFile out(path);
  out.buffer() += "cluster,x,y\n";
  for (Cluster c = 0; c < placement.size(); ++c) {
    fmt::format_to(std::back_inserter(out.buffer()), "{},{},{}\n", c, mesh.x(placement[c]), mesh.y(placement[c]));
    out.write_if_full();
  }
  out.keep();
}

}  // namespace ranvier::mapper::clusters
