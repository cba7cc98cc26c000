// SPDX-License-Identifier: Apache-2.0
// Hypergraphs as hMETIS text (hMETIS 1.5 manual, section 4.1), read strictly.
#include "mapper/hypergraph/hmetis_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/counted.h"
#include "base/file.h"
#include "mapper/hypergraph/hmetis_lines.h"

namespace ranvier::mapper::hypergraph {
namespace {

// Memory grows with the number of vertices: more than the file can name are a mistake.
constexpr std::uint64_t kFewVertices = 1'000'000;
constexpr std::uint64_t kVerticesAByte = 64;

struct Header {
  std::uint64_t hyperedges = 0;
  std::uint64_t vertices = 0;
  std::uint64_t format = 0;
  bool edge_weights() const { return format == 1 || format == 11; }
  bool vertex_weights() const { return format == 10 || format == 11; }
};

std::string vertices_text(std::size_t count) { return counted(count, "vertex", "vertices"); }

void expect_end(NumberLines& lines, const char* after) {
  double extra = 0;
  if (lines.next(extra)) lines.fail(fmt::format("{} {}: one number too many", extra, after));
}

Header read_header(NumberLines& lines, std::size_t bytes) {
  Header h;
  if (!lines.next_line()) lines.fail("no header; the first line is 'hyperedges vertices [format]'");
  if (!lines.next(h.hyperedges) || !lines.next(h.vertices))
    lines.fail("the header needs two numbers: hyperedges and vertices");
  if (lines.next(h.format) && h.format != 0 && h.format != 1 && h.format != 10 && h.format != 11)
    lines.fail(
        fmt::format("format {} is unknown; 0, 1 (hyperedge weights), 10 (vertex weights) or 11 (both)", h.format));
  expect_end(lines, "behind the header");
  if (h.vertices >= kNoPart) lines.fail(fmt::format("{} vertices are more than 32 bits can number", h.vertices));
  // A line has a character at least, so no header makes a small file ask for much memory.
  if (h.hyperedges > bytes)
    lines.fail(fmt::format("{} announced, {} bytes in the file", counted(h.hyperedges, "hyperedge"), bytes));
  if (h.vertices > kFewVertices + kVerticesAByte * bytes)
    lines.fail(
        fmt::format("{} vertices announced, {} bytes in the file; number vertices without gaps", h.vertices, bytes));
  if (h.vertex_weights() && h.vertices > bytes)
    lines.fail(fmt::format("weights of {} vertices announced, {} bytes in the file", h.vertices, bytes));
  return h;
}

/// Listeners are distinct. Most files have them ascending, which shows at a glance.
void expect_distinct(const NumberLines& lines, std::span<const Vertex> listeners, std::vector<Vertex>& sorted) {
  const auto not_less = [](Vertex a, Vertex b) { return a >= b; };
  if (std::adjacent_find(listeners.begin(), listeners.end(), not_less) == listeners.end()) return;
  sorted.assign(listeners.begin(), listeners.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) lines.fail(fmt::format("vertex {} listens twice", std::uint64_t{*twice} + 1));
}

void read_hyperedge(NumberLines& lines, const Header& header, Hypergraph& graph, std::vector<Vertex>& sorted) {
  double weight = 1;
  if (header.edge_weights() && !lines.next(weight))
    lines.fail("no weight and no pins; a hyperedge has at least its source");
  if (weight < 0) lines.fail(fmt::format("weight {} is negative", weight));
  const std::size_t begin = graph.pins.items.size();
  std::uint64_t pin = 0;
  while (lines.next(pin)) {
    if (pin == 0 || pin > header.vertices)
      lines.fail(fmt::format("vertex {} is not one of 1 to {}", pin, header.vertices));
    graph.pins.items.push_back(static_cast<Vertex>(pin - 1));
  }
  if (graph.pins.items.size() == begin) lines.fail("no pins; a hyperedge has at least its source");
  expect_distinct(lines, std::span(graph.pins.items).subspan(begin + 1), sorted);
  graph.pins.offset.push_back(graph.pins.items.size());
  graph.weight.push_back(weight);
}

void append(std::string& text, std::uint64_t number) {
  const fmt::format_int digits(number);
  text.append(digits.data(), digits.size());
}

}  // namespace

HypergraphFile parse_hmetis(std::string_view text, const std::string& file) {
  NumberLines lines(text, file);
  const Header header = read_header(lines, text.size());
  HypergraphFile result;
  result.graph.vertices = header.vertices;
  result.graph.pins.offset.reserve(header.hyperedges + 1);
  result.graph.weight.reserve(header.hyperedges);
  std::vector<Vertex> sorted;
  for (std::uint64_t e = 0; e < header.hyperedges; ++e) {
    if (!lines.next_line())
      lines.fail(fmt::format("the file ends after {} of {}", e, counted(header.hyperedges, "hyperedge")));
    read_hyperedge(lines, header, result.graph, sorted);
  }
  if (header.vertex_weights()) {
    result.vertex_weight.reserve(header.vertices);
    for (std::uint64_t v = 0; v < header.vertices; ++v) {
      std::uint64_t weight = 0;
      if (!lines.next_line())
        lines.fail(fmt::format("the file ends after {} of {} vertex weights", v, header.vertices));
      if (!lines.next(weight)) lines.fail("no vertex weight");
      if (weight > INT32_MAX) lines.fail(fmt::format("vertex weight {} is above {}", weight, INT32_MAX));
      expect_end(lines, "behind a vertex weight");
      result.vertex_weight.push_back(static_cast<std::int64_t>(weight));
    }
  }
  while (lines.next_line()) expect_end(lines, "behind the last line that the header announces");
  return result;
}

HypergraphFile read_hmetis(const std::filesystem::path& path) { return parse_hmetis(read_file(path), path.string()); }

std::string hmetis_text(const HypergraphFile& file) {
  const Hypergraph& graph = file.graph;
  const bool edge_weights = std::any_of(graph.weight.begin(), graph.weight.end(), [](double w) { return w != 1; });
  const bool vertex_weights = !file.vertex_weight.empty();
  std::string text = fmt::format("{} {}", graph.pins.size(), graph.vertices);
  if (edge_weights || vertex_weights) text += fmt::format(" {}{}", vertex_weights ? "1" : "", edge_weights ? "1" : "0");
  text += '\n';
  text.reserve(text.size() + 7 * graph.pins.items.size());
  for (std::size_t e = 0; e < graph.pins.size(); ++e) {
    if (edge_weights) fmt::format_to(std::back_inserter(text), "{} ", graph.weight[e]);
    for (const Vertex v : graph.pins[e]) {
      append(text, std::uint64_t{v} + 1);
      text += ' ';
    }
    text.back() = '\n';
  }
  for (const std::int64_t weight : file.vertex_weight) {
    append(text, static_cast<std::uint64_t>(weight));
    text += '\n';
  }
  return text;
}

Parts parse_parts(std::string_view text, const std::string& file, std::size_t vertices) {
  NumberLines lines(text, file);
  Parts parts;
  parts.reserve(std::min(vertices, text.size()));
  while (lines.next_line()) {
    std::uint64_t part = 0;
    if (!lines.next(part)) continue;
    // Part ids index arrays by part; a partition without empty parts never has larger ones.
    if (part >= std::max<std::size_t>(vertices, 1))
      lines.fail(fmt::format("part {} of {}; parts count from 0 and leave no gaps", part, vertices_text(vertices)));
    expect_end(lines, "behind a part");
    if (parts.size() == vertices) lines.fail(fmt::format("more parts than the {}", vertices_text(vertices)));
    parts.push_back(static_cast<Part>(part));
  }
  if (parts.size() != vertices)
    throw HypergraphFileError(file, 0,
                              fmt::format("parts of {}, the hypergraph has {}", vertices_text(parts.size()), vertices));
  return parts;
}

std::string parts_text(const Parts& parts) {
  std::string text;
  for (const Part part : parts) {
    append(text, part);
    text += '\n';
  }
  return text;
}

}  // namespace ranvier::mapper::hypergraph
