// SPDX-License-Identifier: Apache-2.0
// Order of findings.
#include "chips/findings.h"

#include <algorithm>
#include <tuple>

namespace ranvier::chips {

std::vector<Findings::Entry> Findings::sorted() const {
  std::vector<Entry> entries = entries_;
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.missing, a.line, a.column) < std::tie(b.missing, b.line, b.column);
  });
  return entries;
}

std::vector<std::string> Findings::lines() const {
  std::vector<std::string> lines;
  for (Entry& entry : sorted()) lines.push_back(std::move(entry.text));
  return lines;
}

void Findings::throw_first() const {
  if (!entries_.empty()) std::rethrow_exception(sorted().front().error);
}

}  // namespace ranvier::chips
