// SPDX-License-Identifier: Apache-2.0
#include "workloads/import_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/file.h"
#include "workloads/checkpoint_layouts.h"
#include "workloads/import_model.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t kMost = 1 << 16;
constexpr std::int32_t kUsualHeadWidth = 64;

const CheckpointLayout* layout_of(const SafetensorsFile& file) {
  for (const CheckpointLayout& layout : checkpoint_layouts())
    if (file.has(fmt::format("{}.weight", layout.patches)) &&
        file.has(fmt::format("{}0.{}.weight", layout.block, layout.fc1)))
      return &layout;
  return nullptr;
}

/// An object from a JSON file beside the weights; empty where there is none.
Json json_beside(const fs::path& path, std::vector<fs::path>& files) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return Json::object();
  Json json = Json::parse(read_file(path), nullptr, false);
  if (!json.is_object()) throw ConfigSyntax({path.string()}, "no JSON object");
  files.push_back(path);
  return json;
}

class Importer {
 public:
  Importer(const SafetensorsFile& file, const CheckpointLayout& layout, const fs::path& folder)
      : file_(file), names_(layout), folder_(folder) {}

  VitModel import() {
    refuse_what_has_no_form();
    model_.folder = folder_;
    model_.files = {file_.path()};
    config_path_ = folder_ / "config.json";
    settings_ = json_beside(config_path_, model_.files);
    if (settings_.contains("vision_config") && settings_["vision_config"].is_object())
      settings_ = Json(settings_["vision_config"]);
    read_sizes();
    read_weights();
    code_pixels();
    model_.data.kind = DataKind::kFiles;
    return std::move(model_);
  }

 private:
  void refuse_what_has_no_form() const {
    for (const char* token : {"dist_token", "vit.embeddings.distillation_token"})
      if (file_.has(token)) throw UnsupportedCheckpoint(file_.path(), token, "a second class token (distillation)");
    for (const char* scale : {"ls1.gamma", "layer_scale1.lambda1"})
      if (file_.has(fmt::format("{}0.{}", names_.block, scale)))
        throw UnsupportedCheckpoint(file_.path(), fmt::format("{}0.{}", names_.block, scale),
                                    "a scale behind each layer");
    if (file_.has("mask_token") || file_.has("reg_token"))
      throw UnsupportedCheckpoint(file_.path(), file_.has("reg_token") ? "reg_token" : "mask_token",
                                  "tokens that are no patches");
  }

  std::int32_t extent(const std::string& tensor, std::size_t axis, std::size_t axes) const {
    const std::vector<std::int64_t>& shape = file_.shape(tensor);
    if (shape.size() != axes || shape[axis] < 1 || shape[axis] > kMost)
      throw WrongShape(file_.path(), tensor, std::vector<std::int64_t>(axes, -1), shape);
    return static_cast<std::int32_t>(shape[axis]);
  }

  /// A whole number of config.json, or what is usual.
  std::int32_t setting(const char* key, std::int32_t usual, std::int32_t most) const {
    if (!settings_.contains(key)) return usual;
    const Json& value = settings_[key];
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 ||
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(most))
      throw BadConfigValue({config_path_.string()}, key, value.dump(),
                           fmt::format("a whole number from 1 to {}", most));
    return value.get<std::int32_t>();
  }

  void read_sizes() {
    VitConfig& c = model_.config;
    const std::string patches = fmt::format("{}.weight", names_.patches);
    c.name = folder_.filename().string();
    c.dataset = "images";
    c.width = extent(patches, 0, 4);
    c.colours = extent(patches, 1, 4);
    c.patch = extent(patches, 2, 4);
    const std::vector<std::int64_t> positions = file_.shape(names_.positions);
    const std::int64_t values =
        std::accumulate(positions.begin(), positions.end(), std::int64_t{1}, std::multiplies<>());
    const std::int64_t grid = values / c.width - 1;
    const auto along =
        static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(grid, 0)))));
    if (values > kMost * kMost || along < 1 || along * along != grid || along * c.patch > 4096)
      throw UnsupportedCheckpoint(file_.path(), names_.positions, "positions of no square grid and a class token");
    c.image = static_cast<std::int32_t>(along) * c.patch;
    while (c.blocks < 1024 && file_.has(fmt::format("{}{}.{}.weight", names_.block, c.blocks, names_.fc1))) ++c.blocks;
    c.hidden = extent(fmt::format("{}0.{}.weight", names_.block, names_.fc1), 0, 2);
    const std::string head = fmt::format("{}{}", names_.head, names_.head_is_transposed ? "" : ".weight");
    c.classes = extent(head, names_.head_is_transposed ? 1 : 0, 2);
    c.heads = setting("num_attention_heads", std::max(1, c.width / kUsualHeadWidth), c.width);
    if (c.width % c.heads != 0)
      throw BadConfigValue({config_path_.string()}, "num_attention_heads", std::to_string(c.heads),
                           fmt::format("a divisor of the width {}", c.width));
    c.pre_norm = *names_.pre_norm != '\0';
    c.activation = activation();
    c.epsilon = epsilon();
    use_post_training_bits(c);
    set_sizes(model_);
  }

  Activation activation() const {
    if (!settings_.contains("hidden_act")) return names_.activation;
    const std::string word = settings_["hidden_act"].is_string() ? settings_["hidden_act"].get<std::string>() : "";
    if (word == "gelu") return Activation::kGelu;
    if (word == "quick_gelu") return Activation::kQuickGelu;
    if (word == "gelu_new" || word == "gelu_pytorch_tanh") return Activation::kGeluTanh;
    if (word == "relu") return Activation::kRelu;
    throw BadConfigValue({config_path_.string()}, "hidden_act", settings_["hidden_act"].dump(),
                         "gelu, quick_gelu, gelu_new, gelu_pytorch_tanh or relu");
  }

  double epsilon() const {
    if (!settings_.contains("layer_norm_eps")) return names_.epsilon;
    const Json& value = settings_["layer_norm_eps"];
    if (!value.is_number() || !(value.get<double>() >= 0) || value.get<double>() > 1)
      throw BadConfigValue({config_path_.string()}, "layer_norm_eps", value.dump(), "a number from 0 to 1");
    return value.get<double>();
  }

  LinearWeights linear(const std::string& weight, const std::string& bias, std::int32_t in, std::int32_t out) const {
    LinearWeights w{in, out, file_.real(weight, {out, in}), {}};
    w.bias = bias.empty() ? std::vector<float>(static_cast<std::size_t>(out)) : file_.real(bias, {out});
    return w;
  }
  LinearWeights linear(const std::string& name, std::int32_t in, std::int32_t out) const {
    return linear(name + ".weight", file_.has(name + ".bias") ? name + ".bias" : "", in, out);
  }
  NormWeights norm(const std::string& name) const {
    const std::int32_t width = model_.config.width;
    return {file_.real(name + ".weight", {width}), file_.real(name + ".bias", {width})};
  }
  /// Values whatever the leading axes of 1.
  std::vector<float> flat(const char* tensor, std::int64_t count) const {
    const std::vector<std::int64_t>& shape = file_.shape(tensor);
    if (std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()) != count)
      throw WrongShape(file_.path(), tensor, {count}, shape);
    return file_.real(tensor, shape);
  }

  void read_block(std::int32_t b) {
    const VitConfig& c = model_.config;
    BlockWeights& w = model_.blocks[static_cast<std::size_t>(b)];
    const std::string prefix = fmt::format("{}{}.", names_.block, b);
    w.norm1 = norm(prefix + names_.norm1);
    w.norm2 = norm(prefix + names_.norm2);
    if (*names_.stacked != '\0') {
      const std::string name = prefix + names_.stacked + names_.stacked_suffix;
      const LinearWeights all =
          linear(name + "weight", file_.has(name + "bias") ? name + "bias" : "", c.width, 3 * c.width);
      w.q = rows_of(all, 0, c.width);
      w.k = rows_of(all, c.width, c.width);
      w.v = rows_of(all, 2 * c.width, c.width);
    } else {
      w.q = linear(prefix + names_.qkv[0], c.width, c.width);
      w.k = linear(prefix + names_.qkv[1], c.width, c.width);
      w.v = linear(prefix + names_.qkv[2], c.width, c.width);
    }
    w.proj = linear(prefix + names_.proj, c.width, c.width);
    w.fc1 = linear(prefix + names_.fc1, c.width, c.hidden);
    w.fc2 = linear(prefix + names_.fc2, c.hidden, c.width);
  }

  void read_weights() {
    const VitConfig& c = model_.config;
    const std::string patches = names_.patches;
    model_.embed = {
        c.in_channels(), c.width, file_.real(patches + ".weight", {c.width, c.colours, c.patch, c.patch}), {}};
    model_.embed.bias = names_.patches_have_bias ? file_.real(patches + ".bias", {c.width})
                                                 : std::vector<float>(static_cast<std::size_t>(c.width));
    model_.cls = flat(names_.class_token, c.width);
    model_.pos = flat(names_.positions, std::int64_t{c.tokens()} * c.width);
    if (c.pre_norm) model_.pre_norm = norm(names_.pre_norm);
    for (std::int32_t b = 0; b < c.blocks; ++b) read_block(b);
    model_.norm = norm(names_.final_norm);
    if (!names_.head_is_transposed) {
      model_.head = linear(names_.head, c.width, c.classes);
      return;
    }
    const std::vector<float> transposed = file_.real(names_.head, {c.width, c.classes});
    model_.head = {c.width, c.classes, std::vector<float>(transposed.size()),
                   std::vector<float>(static_cast<std::size_t>(c.classes))};
    const auto in = static_cast<std::size_t>(c.width), out = static_cast<std::size_t>(c.classes);
    for (std::size_t o = 0; o < out; ++o)
      for (std::size_t i = 0; i < in; ++i) model_.head.weight[o * in + i] = transposed[i * out + o];
  }

  std::vector<double> by_colour(const Json& json, const fs::path& path, const char* key,
                                const std::array<double, 3>& usual) const {
    const auto colours = static_cast<std::size_t>(model_.config.colours);
    if (!json.contains(key)) {
      std::vector<double> values(colours, usual[0]);
      for (std::size_t i = 0; i < std::min(colours, usual.size()); ++i) values[i] = usual[i];
      return values;
    }
    std::vector<double> values;
    for (const Json& value : json[key])
      values.push_back(value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
    const bool good = values.size() == colours && std::all_of(values.begin(), values.end(), [&](double v) {
                        return std::isfinite(v) && (v > 0 || key == std::string("image_mean"));
                      });
    if (!good)
      throw BadConfigValue({path.string()}, key, json[key].dump(), fmt::format("{} numbers, one a colour", colours));
    return values;
  }

  /// Pixels are the codes; of wide patches fewer grey levels, so that a potential's 24 bits leave enough to the
  /// weights.
  void code_pixels() {
    constexpr std::int32_t kMostInputCodes = 200'000;  // inputs times levels
    const fs::path path = folder_ / "preprocessor_config.json";
    const Json pixels = json_beside(path, model_.files);
    fold_pixel_coding(model_, by_colour(pixels, path, "image_mean", names_.mean),
                      by_colour(pixels, path, "image_std", names_.deviation), true);
    VitConfig& c = model_.config;
    while (c.pixel_shift < 7 && c.in_channels() * c.input_code_max() > kMostInputCodes) ++c.pixel_shift;
    const int levels = 1 << c.pixel_shift;
    c.input_scale *= levels;
    for (double& zero : model_.input_zeros)
      zero = (zero - (levels - 1) / 2.0) / levels;  // a code is its levels' middle
  }

  const SafetensorsFile& file_;
  const CheckpointLayout& names_;
  fs::path folder_, config_path_;
  Json settings_;
  VitModel model_;
};

}  // namespace

UnsupportedCheckpoint::UnsupportedCheckpoint(const std::string& file_name, const std::string& tensor_name,
                                             const std::string& what)
    : SafetensorsError(file_name, tensor_name,
                       what + " has no form here; convert a checkpoint of class token, patches and blocks alone") {}

std::string checkpoint_layout(const SafetensorsFile& file) {
  const CheckpointLayout* layout = layout_of(file);
  return layout == nullptr ? "" : layout->name;
}

VitModel import_checkpoint(const SafetensorsFile& file, const fs::path& folder) {
  const CheckpointLayout* layout = layout_of(file);
  if (layout == nullptr) throw UnsupportedCheckpoint(file.path(), "", "this set of tensors");
  return Importer(file, *layout, folder).import();
}

}  // namespace ranvier::workloads
