// SPDX-License-Identifier: Apache-2.0
// Whether a stream may be redrawn and coloured.
#pragma once

#include <atomic>

namespace ranvier {

/// True when file descriptor `fd` is a terminal that can move its cursor (TERM set and not "dumb").
bool is_terminal(int fd);

/// is_terminal(fd), and NO_COLOR (https://no-color.org) unset or empty.
bool may_colour(int fd);

/// True while the last thing on standard error is a progress line without a line end: who writes next must clear it.
std::atomic<bool>& line_is_open();

}  // namespace ranvier
