// SPDX-License-Identifier: Apache-2.0
// config.json of a model: every key is needed except `bounds`, none is ignored, sizes are checked against each other.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "workloads/model.h"

namespace ranvier::workloads {
namespace {

using Json = nlohmann::json;

FilePlace place_at(const std::string& text, const std::string& file, std::size_t offset) {
  FilePlace place{file, 1, 1};
  for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
    place.column = text[i] == '\n' ? 1 : place.column + 1;
    if (text[i] == '\n') ++place.line;
  }
  return place;
}

class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : text_(text), file_(file) {
    try {
      root_ = Json::parse(text);
    } catch (const Json::parse_error& e) {
      throw ConfigSyntax(place_at(text, file, e.byte > 0 ? e.byte - 1 : 0), e.what());
    } catch (const Json::exception& e) {
      throw ConfigSyntax({file}, e.what());
    }
    if (!root_.is_object()) throw ConfigSyntax(place_at(text, file, 0), "expected an object");
  }

  /// Where a key stands; names are unique enough in this file for its first quoted occurrence to be it.
  FilePlace place(const std::string& key) const {
    const std::size_t at = text_.find('"' + key + '"');
    return at == std::string::npos ? FilePlace{file_} : place_at(text_, file_, at);
  }

  const Json& value(const std::string& key) const {
    const auto it = root_.find(key);
    if (it == root_.end()) throw MissingConfigKey({file_}, key);
    return *it;
  }

  [[noreturn]] void bad(const std::string& key, const Json& got, const std::string& expected) const {
    throw BadConfigValue(place(key), key, got.dump(-1, ' ', false, Json::error_handler_t::replace), expected);
  }

  std::string text(const std::string& key) const {
    const Json& v = value(key);
    if (!v.is_string()) bad(key, v, "a name in quotes");
    return v.get<std::string>();
  }

  std::int32_t whole(const std::string& key, std::int64_t lowest, std::int64_t highest) const {
    const Json& v = value(key);
    const std::string expected = "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
    // An unsigned beyond the signed range would wrap, so it is told apart first.
    if (!v.is_number_integer() || (v.is_number_unsigned() && v.get<std::uint64_t>() > std::uint64_t{1} << 62))
      bad(key, v, expected);
    const auto n = v.get<std::int64_t>();
    if (n < lowest || n > highest) bad(key, v, expected);
    return static_cast<std::int32_t>(n);
  }

  double real(const std::string& key, double lowest, double highest, const std::string& expected) const {
    const Json& v = value(key);
    if (!v.is_number() || !std::isfinite(v.get<double>()) || v.get<double>() < lowest || v.get<double>() > highest)
      bad(key, v, expected);
    return v.get<double>();
  }

  const Json* optional(const std::string& key) const {
    const auto it = root_.find(key);
    return it == root_.end() ? nullptr : &*it;
  }

  void refuse_unknown_keys(const std::vector<std::string>& known) const {
    for (const auto& [key, unused] : root_.items())
      if (std::find(known.begin(), known.end(), key) == known.end()) throw UnknownConfigKey(place(key), key, known);
  }

 private:
  const std::string& text_;
  const std::string& file_;
  Json root_;
};

/// Kinds of sites that a bound may name.
const std::vector<std::string>& bound_kinds() {
  static const std::vector<std::string> kinds = {"embed", "ln1", "q",   "k",    "v",   "attn", "av",
                                                 "proj",  "ln2", "fc1", "gelu", "fc2", "norm"};
  return kinds;
}

void read_bounds(const Reader& reader, const Json& bounds, VitConfig& config) {
  if (!bounds.is_object()) reader.bad("bounds", bounds, "an object of [lowest, highest] code pairs");
  for (const auto& [kind, pair] : bounds.items()) {
    const auto& kinds = bound_kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
      throw UnknownConfigKey(reader.place(kind), "bounds." + kind, kinds);
    const std::string expected = "[lowest, highest] with -128 <= lowest <= 0 < highest <= 255";
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer())
      reader.bad("bounds", pair, expected);
    const double lo = pair[0].get<double>(), hi = pair[1].get<double>();
    if (lo < -128 || lo > 0 || hi <= 0 || hi > 255) reader.bad("bounds", pair, expected);
    config.bounds[kind] = {static_cast<std::int32_t>(lo), static_cast<std::int32_t>(hi)};
  }
}

}  // namespace

VitConfig parse_config(const std::string& text, const std::string& file_name) {
  const Reader reader(text, file_name);
  reader.refuse_unknown_keys({"name", "dataset", "patch", "width", "heads", "blocks", "hidden", "classes", "image",
                              "pixel_shift", "input_zero", "input_scale", "activation_bits", "accuracy_float_10k",
                              "accuracy_quantised_10k", "bounds"});
  // The upper limits keep a damaged file from asking for more memory than any network of this kind needs.
  constexpr std::int64_t kMostChannels = 1 << 16;
  VitConfig config;
  config.name = reader.text("name");
  config.dataset = reader.text("dataset");
  config.image = reader.whole("image", 1, 4096);
  config.patch = reader.whole("patch", 1, config.image);
  config.width = reader.whole("width", 2, kMostChannels);
  config.heads = reader.whole("heads", 1, config.width);
  config.blocks = reader.whole("blocks", 1, 1024);
  config.hidden = reader.whole("hidden", 1, kMostChannels);
  config.classes = reader.whole("classes", 2, kMostChannels);
  config.pixel_shift = reader.whole("pixel_shift", 0, 7);
  config.input_zero = reader.real("input_zero", -256, 256, "a number from -256 to 256");
  config.input_scale = reader.real("input_scale", 1e-9, 1e9, "a positive number");
  config.activation_bits = reader.whole("activation_bits", kMinActivationBits, kMaxActivationBits);
  config.accuracy_float_10k = reader.real("accuracy_float_10k", 0, 100, "percent");
  config.accuracy_quantised_10k = reader.real("accuracy_quantised_10k", 0, 100, "percent");
  if (config.image % config.patch != 0)
    reader.bad("patch", config.patch, "a divisor of image (" + std::to_string(config.image) + ")");
  if (config.width % config.heads != 0)
    reader.bad("heads", config.heads, "a divisor of width (" + std::to_string(config.width) + ")");
  for (const std::string& kind : bound_kinds()) config.bounds[kind] = default_bounds(kind, config.activation_bits);
  if (const Json* bounds = reader.optional("bounds")) read_bounds(reader, *bounds, config);
  return config;
}

}  // namespace ranvier::workloads
