// SPDX-License-Identifier: Apache-2.0
// config.json of a model: sizes and coding are needed, structure and `bounds` are not; no key is ignored, sizes are
// checked against each other.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "workloads/model.h"
#include "workloads/structure_names.h"

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

void read_bounds(const Reader& reader, const Json& bounds, VitConfig& config) {
  if (!bounds.is_object()) reader.bad("bounds", bounds, "an object of [lowest, highest] code pairs");
  for (const auto& [kind, pair] : bounds.items()) {
    const auto& kinds = site_kinds();
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

/// One of the names in `names`, where the key is there.
template <class Choice, std::size_t kCount>
void read_choice(const Reader& reader, const std::string& key, const std::array<NamedChoice<Choice>, kCount>& names,
                 Choice& choice) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return;
  std::string expected = "one of";
  for (const auto& named : names) {
    if (value->is_string() && value->get<std::string>() == named.name) {
      choice = named.choice;
      return;
    }
    expected += std::string(" ") + named.name;
  }
  reader.bad(key, *value, expected);
}

void read_flag(const Reader& reader, const std::string& key, bool& flag) {
  const Json* value = reader.optional(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) reader.bad(key, *value, "true or false");
  flag = value->get<bool>();
}

/// Keys that may be left out: a network without them is a pre-norm one with GELU and a class token.
void read_structure(const Reader& reader, VitConfig& config) {
  if (reader.optional("colours") != nullptr) config.colours = reader.whole("colours", 1, 16);
  if (reader.optional("epsilon") != nullptr) config.epsilon = reader.real("epsilon", 0, 1, "a number from 0 to 1");
  read_choice(reader, "placement", kPlacementNames, config.placement);
  read_choice(reader, "norm", kNormNames, config.norm);
  read_choice(reader, "activation", kActivationNames, config.activation);
  read_choice(reader, "pooling", kPoolingNames, config.pooling);
  read_flag(reader, "class_token", config.class_token);
  read_flag(reader, "pre_norm", config.pre_norm);
  read_flag(reader, "final_norm", config.final_norm);
  if (config.pooling == Pooling::kMean && !config.final_norm)
    reader.bad("pooling", "mean", "first_token, or mean with final_norm");
}

}  // namespace

VitConfig parse_config(const std::string& text, const std::string& file_name) {
  const Reader reader(text, file_name);
  reader.refuse_unknown_keys({"name",
                              "dataset",
                              "patch",
                              "width",
                              "heads",
                              "blocks",
                              "hidden",
                              "classes",
                              "image",
                              "pixel_shift",
                              "input_zero",
                              "input_scale",
                              "activation_bits",
                              "accuracy_float_10k",
                              "accuracy_quantised_10k",
                              "bounds",
                              "colours",
                              "placement",
                              "norm",
                              "activation",
                              "pooling",
                              "class_token",
                              "attention_width",
                              "pre_norm",
                              "final_norm",
                              "epsilon",
                              "steps",
                              "features"});
  // The upper limits keep a damaged file from asking for more memory than any network of this kind needs.
  constexpr std::int64_t kMostChannels = 1 << 16;
  VitConfig config;
  config.name = reader.text("name");
  config.dataset = reader.text("dataset");
  if (reader.optional("steps") != nullptr) {
    config.steps = reader.whole("steps", 1, kMostChannels);
    config.features = reader.whole("features", 1, kMostChannels);
  } else {
    config.image = reader.whole("image", 1, 4096);
    config.patch = reader.whole("patch", 1, config.image);
    if (config.image % config.patch != 0)
      reader.bad("patch", config.patch, "a divisor of image (" + std::to_string(config.image) + ")");
  }
  config.width = reader.whole("width", 2, kMostChannels);
  config.heads = reader.whole("heads", 1, kMostChannels);
  config.blocks = reader.whole("blocks", 1, 1024);
  config.hidden = reader.whole("hidden", 1, kMostChannels);
  config.classes = reader.whole("classes", 2, kMostChannels);
  config.pixel_shift = reader.whole("pixel_shift", 0, 7);
  config.input_zero = reader.real("input_zero", -256, 256, "a number from -256 to 256");
  config.input_scale = reader.real("input_scale", 1e-9, 1e9, "a positive number");
  config.activation_bits = reader.whole("activation_bits", kMinActivationBits, kMaxActivationBits);
  config.accuracy_float_10k = reader.real("accuracy_float_10k", 0, 100, "percent");
  config.accuracy_quantised_10k = reader.real("accuracy_quantised_10k", 0, 100, "percent");
  if (reader.optional("attention_width") != nullptr)
    config.attention_width = reader.whole("attention_width", 1, kMostChannels);
  if (config.attention_channels() % config.heads != 0)
    reader.bad("heads", config.heads,
               "a divisor of " + std::string(config.attention_width > 0 ? "attention_width (" : "width (") +
                   std::to_string(config.attention_channels()) + ")");
  read_structure(reader, config);
  for (const std::string& kind : site_kinds())
    config.bounds[kind] = default_bounds(config, kind, config.activation_bits);
  if (const Json* bounds = reader.optional("bounds")) read_bounds(reader, *bounds, config);
  return config;
}

std::string config_text(const VitConfig& c) {
  nlohmann::ordered_json json = {{"name", c.name}, {"dataset", c.dataset}};
  if (c.steps > 0) {
    json["steps"] = c.steps;
    json["features"] = c.features;
  } else {
    json["image"] = c.image;
    json["patch"] = c.patch;
  }
  json.update(nlohmann::ordered_json{{"width", c.width},
                                     {"heads", c.heads},
                                     {"blocks", c.blocks},
                                     {"hidden", c.hidden},
                                     {"classes", c.classes},
                                     {"pixel_shift", c.pixel_shift},
                                     {"input_zero", c.input_zero},
                                     {"input_scale", c.input_scale},
                                     {"activation_bits", c.activation_bits},
                                     {"accuracy_float_10k", c.accuracy_float_10k},
                                     {"accuracy_quantised_10k", c.accuracy_quantised_10k}});
  const VitConfig usual;
  if (c.attention_width != usual.attention_width) json["attention_width"] = c.attention_width;
  if (c.colours != usual.colours) json["colours"] = c.colours;
  if (c.epsilon != usual.epsilon) json["epsilon"] = c.epsilon;
  if (c.placement != usual.placement) json["placement"] = choice_name(kPlacementNames, c.placement);
  if (c.norm != usual.norm) json["norm"] = choice_name(kNormNames, c.norm);
  if (c.activation != usual.activation) json["activation"] = choice_name(kActivationNames, c.activation);
  if (c.pooling != usual.pooling) json["pooling"] = choice_name(kPoolingNames, c.pooling);
  if (c.class_token != usual.class_token) json["class_token"] = c.class_token;
  if (c.pre_norm != usual.pre_norm) json["pre_norm"] = c.pre_norm;
  if (c.final_norm != usual.final_norm) json["final_norm"] = c.final_norm;
  for (const auto& [kind, bounds] : c.bounds) json["bounds"][kind] = {bounds.lo, bounds.hi};
  return json.dump(2) + "\n";
}

}  // namespace ranvier::workloads
