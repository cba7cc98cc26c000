// SPDX-License-Identifier: Apache-2.0
// Lines of numbers with % comments.
#include "mapper/hypergraph/hmetis_lines.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

namespace ranvier::mapper::hypergraph {

bool NumberLines::next_line() {
  for (;;) {
    if (line_end_ != nullptr) at_ = line_end_ == end_ ? end_ : line_end_ + 1;
    ++line_;
    if (at_ == end_) return false;
    const void* newline = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
    line_end_ = newline == nullptr ? end_ : static_cast<const char*>(newline);
    if (at_end_of_line() || *at_ != '%') return true;
  }
}

bool NumberLines::next(double& value) {
  if (at_end_of_line()) return false;
  const auto [rest, error] = std::from_chars(at_, line_end_, value);
  if (error != std::errc{} || !ends_number(rest) || !std::isfinite(value)) fail_at_token("a number");
  at_ = rest;
  return true;
}

void NumberLines::fail_at_token(const char* wanted) const {
  const char* token_end = std::find_if(at_, line_end_, blank);
  const auto length = std::min<std::ptrdiff_t>(token_end - at_, 40);
  fail(fmt::format("'{}' is not {}", std::string_view(at_, static_cast<std::size_t>(length)), wanted));
}

}  // namespace ranvier::mapper::hypergraph
