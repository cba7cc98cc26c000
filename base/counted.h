// SPDX-License-Identifier: Apache-2.0
// Numbers of things in messages.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace ranvier {

/// "1 core", "2 cores"; `many` where the plural is no "s" more.
template <std::integral Number>
std::string counted(Number number, std::string_view one, std::string_view many = {}) {
  std::string text = std::to_string(number) + " ";
  if (number == 1) return text.append(one);
  return many.empty() ? text.append(one) + "s" : text.append(many);
}

}  // namespace ranvier
