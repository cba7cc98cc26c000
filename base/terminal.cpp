// SPDX-License-Identifier: Apache-2.0
// Terminal checks of terminal.h.
#include "base/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace ranvier {

bool is_terminal(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

bool may_colour(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(fd) && (no_color == nullptr || *no_color == '\0');
}

std::atomic<bool>& line_is_open() {
  static std::atomic<bool> open{false};
  return open;
}

}  // namespace ranvier
