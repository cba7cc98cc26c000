// SPDX-License-Identifier: Apache-2.0
// Line by line; ids get numbers as they come.
#include "workloads/edge_list.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "base/file.h"

namespace ranvier::workloads {
namespace {

constexpr const char* kHeader = "source,target,synapses";
constexpr double kMostSynapses = 1e6;

class EdgeListReader {
 public:
  explicit EdgeListReader(const std::string& file) : file_(file) {}

  EdgeList read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      take_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (list_.edges.empty()) {
      ++line_;
      fail(1, fmt::format("no edge; write {} and then an edge a line", kHeader));
    }
    return std::move(list_);
  }

 private:
  [[noreturn]] void fail(std::size_t column, const std::string& what) const {
    throw BadEdgeLine({file_, line_, static_cast<int>(column)}, what);
  }

  void take_line(std::string_view line) {
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!has_header_) {
      if (line != kHeader) fail(1, fmt::format("the header is {}", kHeader));
      has_header_ = true;
      return;
    }
    if (line.empty() || line.front() == '#') return;
    const std::size_t first = line.find(',');
    const std::size_t second = first == line.npos ? line.npos : line.find(',', first + 1);
    if (second == line.npos || line.find(',', second + 1) != line.npos) fail(1, "an edge has three fields");
    const std::int32_t source = neuron(line.substr(0, first), 1);
    const std::int32_t target = neuron(line.substr(first + 1, second - first - 1), first + 2);
    const std::int32_t synapses = count(line.substr(second + 1), second + 2);
    const auto [before, is_new] = lines_.emplace(std::pair(source, target), line_);
    if (!is_new) fail(1, fmt::format("the edge stands in line {} already; add them up", before->second));
    list_.edges.push_back({source, target, synapses});
  }

  std::int32_t neuron(std::string_view id, std::size_t column) {
    const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    if (id.empty() || blank(id.front()) || blank(id.back()) || id.find('"') != id.npos)
      fail(column, fmt::format("'{}' is no id; no blanks at its ends, no quotation marks", id));
    const auto next = static_cast<std::int32_t>(list_.ids.size());
    const auto [at, is_new] = numbers_.emplace(id, next);
    if (is_new) list_.ids.emplace_back(id);
    return at->second;
  }

  std::int32_t count(std::string_view text, std::size_t column) const {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && value >= 1 &&
                       value <= kMostSynapses && value == static_cast<double>(static_cast<std::int32_t>(value));
    if (!whole) fail(column, fmt::format("'{}' is no number of synapses, 1 to 1000000", text));
    return static_cast<std::int32_t>(value);
  }

  const std::string& file_;
  int line_ = 0;
  bool has_header_ = false;
  EdgeList list_;
  std::map<std::string, std::int32_t, std::less<>> numbers_;
  std::map<std::pair<std::int32_t, std::int32_t>, int> lines_;  // of each edge
};

}  // namespace

BadEdgeLine::BadEdgeLine(const FilePlace& place_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}; correct this line", place_.text(), what_is_wrong)),
      place(place_) {}

EdgeList parse_edge_list(const std::string& text, const std::string& file) { return EdgeListReader(file).read(text); }

EdgeList read_edge_list(const std::filesystem::path& path) { return parse_edge_list(read_file(path), path.string()); }

}  // namespace ranvier::workloads
