// SPDX-License-Identifier: Apache-2.0
// Spoils text for tests of parsers. Mutations are drawn from numbered random draws, so a failure is repeated by its
// number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"

namespace ranvier {

class Mutator {
 public:
  Mutator(std::uint64_t seed, std::uint64_t number) : seed_(seed), number_(number) {}
  std::string spoil(std::string text) {
    for (std::uint32_t left = 1 + below(4); left > 0; --left) mutate(text);
    return text;
  }

 private:
  std::uint32_t below(std::size_t n) { return random_below(static_cast<std::uint32_t>(n), seed_, number_, 0, draw_++); }
  void mutate(std::string& text) {
    static const std::vector<std::string> kPieces{
        "{",  "}", "[",    "]",    ":",  "&a ",  "*a",    "!!int ", "|\n", "\t",
        "\"", "'", "-",    "? ",   "\n", "<<: ", "%",     "@",      "0",   "99999999999999999999",
        "-1", "e", ".nan", "\xff", "~",  "--- ", "...\n", "#",      ", ",  "x-"};
    if (text.empty()) return;
    const std::size_t at = below(text.size());
    const std::size_t length = std::min<std::size_t>(1 + below(30), text.size() - at);
    switch (below(7)) {
      case 0:
        text.resize(at);
        break;
      case 1:
        text[at] = static_cast<char>(below(256));
        break;
      case 2:
        text.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 3:
        text.erase(at, length);
        break;
      case 4:
        text.insert(below(text.size()), text.substr(at, length));
        break;
      case 5:
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      default:
        text.replace(at, length, kPieces[below(kPieces.size())]);
        break;
    }
  }
  std::uint64_t seed_;
  std::uint64_t number_;
  std::uint32_t draw_ = 0;
};

}  // namespace ranvier
