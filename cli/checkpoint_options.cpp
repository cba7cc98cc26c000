// SPDX-License-Identifier: Apache-2.0
#include "cli/checkpoint_options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace ranvier::cli {
namespace {

constexpr const char* kForm = "write every=STEPS, seconds=S, both with a comma between, or off";

template <class T>
T number(const std::string& text, const std::string& whole) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw UsageError("--checkpoint", fmt::format("'{}' in '{}' is no number; {}", text, whole, kForm));
  return value;
}

}  // namespace

void add_checkpoint_options(CLI::App& verb, CheckpointOptions& o) {
  verb.add_option_function<std::string>(
          "--checkpoint", [&o](const std::string& text) { o = parse_checkpoint(text); },
          "how often an unfinished run is kept to be resumed: every=STEPS, seconds=S or off")
      ->default_str("seconds=30");
}

CheckpointOptions parse_checkpoint(const std::string& text) {
  CheckpointOptions o;
  o.given = true;
  o.every_seconds = 0;
  if (text == "off") {
    o.on = false;
    return o;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (key == "every" && o.every_steps == 0) {
      o.every_steps = number<std::int64_t>(value, text);
      if (o.every_steps < 1) throw UsageError("--checkpoint", "every must be 1 step or more");
    } else if (key == "seconds" && o.every_seconds == 0) {
      o.every_seconds = number<double>(value, text);
      if (!(o.every_seconds > 0) || std::isinf(o.every_seconds))
        throw UsageError("--checkpoint", "seconds must be more than 0");
    } else {
      throw UsageError("--checkpoint", fmt::format("'{}' in '{}': {}", part, text, kForm));
    }
  }
  return o;
}

}  // namespace ranvier::cli
