// SPDX-License-Identifier: Apache-2.0
#include "rtl/coverage_data.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include "base/file.h"
#include "rtl/errors.h"

namespace ranvier::rtl {
namespace {

/// The value of `key` in the quoted part of a line: \001 key \002 value, repeated.
std::string value_of(const std::string& text, const std::string& key) {
  const std::string start = "\001" + key + "\002";
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + start.size();
  return text.substr(begin, text.find_first_of("\001'", begin) - begin);
}

std::vector<CoverPoint> as_points(const std::map<std::string, std::int64_t>& hits) {
  std::vector<CoverPoint> points;
  for (const auto& [name, count] : hits) points.push_back({name, count});
  return points;
}

}  // namespace

CoverageData read_coverage(const std::filesystem::path& path) {
  std::istringstream in(read_file(path));
  std::map<std::string, std::int64_t> lines, covers;
  std::vector<TogglePoint> toggles;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t close = line.rfind("' ");
    std::int64_t count = 0;
    if (!line.starts_with("C '") || close == std::string::npos ||
        std::from_chars(line.data() + close + 2, line.data() + line.size(), count).ec != std::errc{}) {
      throw RtlFileError(path.string(), "not a coverage file of Verilator");
    }
    const std::string text = line.substr(3, close - 2);
    const std::string name = std::filesystem::path(value_of(text, "f")).filename().string();
    const std::string place = name + ":" + value_of(text, "l");
    const std::string object = value_of(text, "o");
    const std::string page = value_of(text, "page");
    if (page.starts_with("v_toggle")) {
      toggles.push_back({name, std::stoll(value_of(text, "l")), value_of(text, "h"), object, count});
    } else if (page.starts_with("v_user")) {
      covers[object == "cover" ? place : object] += count;
    } else {
      lines[place + " " + object] += count;
    }
  }
  return {as_points(lines), std::move(toggles), as_points(covers)};
}

double covered(const std::vector<CoverPoint>& points) {
  if (points.empty()) return 1;
  const auto hit = std::count_if(points.begin(), points.end(), [](const CoverPoint& p) { return p.hits > 0; });
  return static_cast<double>(hit) / static_cast<double>(points.size());
}

}  // namespace ranvier::rtl
