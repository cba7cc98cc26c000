// SPDX-License-Identifier: Apache-2.0
#include "rtl/coverage_rules.h"

#include <algorithm>
#include <map>

#include "rtl/data_file.h"

namespace ranvier::rtl {

bool matches(const std::string& pattern, const std::string& text) {
  // Greedy with one point of return: the last star.
  std::size_t p = 0, t = 0, star = std::string::npos, after = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++after;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string::npos;
}

CoverageRules read_coverage_rules(const std::filesystem::path& file) {
  const DataNode top = read_data(file);
  top.allow_only({"core", "line_floor", "toggle_floor", "functional_floor", "toggles_of", "exclude"});
  CoverageRules rules;
  rules.floors = {top.number("line_floor"), top.number("toggle_floor"), top.number("functional_floor")};
  const std::string of = top.text("toggles_of");
  if (of != "instances" && of != "modules") top.fail("'toggles_of' is instances or modules");
  rules.by_module = of == "modules";
  for (const DataNode& item : top.list("exclude")) {
    item.allow_only({"file", "signal", "scope", "reason"});
    rules.exclusions.push_back(
        {item.text("file"), item.text("signal"), item.text_or("scope", "*"), item.text("reason")});
  }
  return rules;
}

void apply_coverage(const CoverageData& data, const CoverageRules& rules, CoreRegression& core) {
  std::vector<bool> used(rules.exclusions.size(), false);
  std::map<std::string, std::int64_t> counted;
  for (const TogglePoint& point : data.toggles) {
    bool excluded = false;
    for (std::size_t i = 0; i < rules.exclusions.size(); ++i) {
      const CoverageExclusion& e = rules.exclusions[i];
      if (e.file != point.file || !matches(e.signal, point.signal) || !matches(e.scope, point.scope)) continue;
      excluded = true;
      used[i] = true;
    }
    if (excluded) {
      ++core.excluded_points;
      continue;
    }
    const std::string place = point.file + ":" + std::to_string(point.line) + " ";
    counted[place + (rules.by_module ? "" : point.scope + " ") + point.signal] += point.hits;
  }
  std::int64_t hit = 0;
  for (const auto& [name, hits] : counted) {
    if (hits > 0)
      ++hit;
    else
      core.toggles_missed.push_back(name);
  }
  core.toggle_points = static_cast<std::int64_t>(counted.size());
  core.toggle_coverage = counted.empty() ? 1 : static_cast<double>(hit) / static_cast<double>(counted.size());
  core.line_points = static_cast<std::int64_t>(data.lines.size());
  core.line_coverage = covered(data.lines);
  for (const CoverPoint& p : data.lines) {
    if (p.hits == 0) core.lines_missed.push_back(p.name);
  }
  for (const CoverPoint& p : data.covers) core.functional.push_back({"cover " + p.name, p.hits});
  core.functional_coverage = covered(core.functional);
  core.floors = rules.floors;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) core.stale_excludes.push_back(rules.exclusions[i].file + " " + rules.exclusions[i].signal);
  }
}

}  // namespace ranvier::rtl
