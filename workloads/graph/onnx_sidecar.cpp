// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/onnx_sidecar.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "workloads/dataset.h"
#include "workloads/dataset_files.h"
#include "workloads/graph/recognise_vit.h"
#include "workloads/import_model.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::vector<std::string> kKeys = {"name",   "dataset",     "pixel_range", "mean",   "deviation",
                                        "centre", "calibration", "test",        "logits", "class_names"};

class SidecarReader {
 public:
  explicit SidecarReader(const fs::path& file) : file_(file), text_(read_file(file)) {
    try {
      json_ = Json::parse(text_);
    } catch (const Json::parse_error& e) {
      throw ConfigSyntax(place(e.byte > 0 ? e.byte - 1 : 0), e.what());
    } catch (const Json::exception& e) {
      throw ConfigSyntax({file_.string()}, e.what());
    }
    if (!json_.is_object()) throw ConfigSyntax(place(0), "expected an object");
    for (const auto& [key, unused] : json_.items())
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) throw UnknownConfigKey(place(key), key, kKeys);
  }

  std::string text(const char* key) const {
    if (!json_.contains(key)) return {};
    if (!json_[key].is_string() || json_[key].get<std::string>().empty()) bad(key, "a text in quotes");
    return json_[key].get<std::string>();
  }
  fs::path path(const char* key) const {
    const std::string given = text(key);
    return given.empty() ? fs::path() : file_.parent_path() / given;  // an absolute path stays as it is
  }
  /// A number or a list of them, each in (lowest, highest]; empty where the key is not there.
  std::vector<double> numbers(const char* key, double above, const char* expected) const {
    if (!json_.contains(key)) return {};
    const Json list = json_[key].is_array() ? json_[key] : Json::array({json_[key]});
    std::vector<double> values;
    for (const Json& v : list) {
      if (!v.is_number() || !std::isfinite(v.get<double>()) || !(v.get<double>() > above)) bad(key, expected);
      values.push_back(v.get<double>());
    }
    if (values.empty() || values.size() > 16) bad(key, expected);
    return values;
  }
  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> all;
    if (!json_.contains(key)) return all;
    if (!json_[key].is_array()) bad(key, "a list of texts");
    for (const Json& v : json_[key]) {
      if (!v.is_string()) bad(key, "a list of texts");
      all.push_back(v.get<std::string>());
    }
    return all;
  }
  [[noreturn]] void bad(const char* key, const std::string& expected) const {
    throw BadConfigValue(place(std::string(key)), key, json_[key].dump(-1, ' ', false, Json::error_handler_t::replace),
                         expected);
  }

 private:
  FilePlace place(std::size_t offset) const {
    FilePlace at{file_.string(), 1, 1};
    for (std::size_t i = 0; i < std::min(offset, text_.size()); ++i) {
      at.column = text_[i] == '\n' ? 1 : at.column + 1;
      if (text_[i] == '\n') ++at.line;
    }
    return at;
  }
  FilePlace place(const std::string& key) const {
    const std::size_t at = text_.find('"' + key + '"');
    return at == std::string::npos ? FilePlace{file_.string()} : place(at);
  }

  fs::path file_;
  std::string text_;
  Json json_;
};

/// One value a colour, in units of the pixel range.
std::vector<double> by_colour(const OnnxSidecar& sidecar, const char* key, const std::vector<double>& given,
                              std::size_t colours) {
  if (given.size() == colours) return given;
  if (given.size() != 1)
    throw BadConfigValue({sidecar.file.string()}, key, std::to_string(given.size()) + " numbers",
                         "one, or " + std::to_string(colours) + ", one for each colour plane");
  return std::vector<double>(colours, given[0]);
}

void code_pixels(const OnnxSidecar& sidecar, VitModel& model) {
  const auto colours = static_cast<std::size_t>(model.config.colours);
  const double range = sidecar.range_high - sidecar.range_low;
  const bool has_mean = !sidecar.mean.empty();
  std::vector<double> mean = by_colour(sidecar, "mean", has_mean ? sidecar.mean : std::vector<double>{0}, colours);
  std::vector<double> deviation =
      by_colour(sidecar, "deviation", sidecar.deviation.empty() ? std::vector<double>{1} : sidecar.deviation, colours);
  std::vector<double> centre = sidecar.centre;
  if (centre.empty()) centre = has_mean ? sidecar.mean : std::vector<double>{sidecar.range_low + range / 2};
  centre = by_colour(sidecar, "centre", centre, colours);
  // x = (pixel / 255 - mean') / deviation' = (pixel / 255 - centre') / deviation' + (centre' - mean') / deviation'
  const std::size_t in = static_cast<std::size_t>(model.embed.in), plane = in / colours;
  for (std::size_t colour = 0; colour < colours; ++colour) {
    mean[colour] = (mean[colour] - sidecar.range_low) / range;
    centre[colour] = (centre[colour] - sidecar.range_low) / range;
    deviation[colour] /= range;
  }
  fold_pixel_coding(model, centre, deviation, true);
  for (std::size_t o = 0; o < model.embed.bias.size(); ++o) {
    double bias = static_cast<double>(model.embed.bias[o]);
    for (std::size_t i = 0; i < in; ++i)
      bias += static_cast<double>(model.embed.weight[o * in + i]) * (centre[i / plane] - mean[i / plane]);
    model.embed.bias[o] = static_cast<float>(bias);
  }
}

}  // namespace

OnnxSidecar read_onnx_sidecar(const fs::path& onnx) {
  OnnxSidecar sidecar;
  sidecar.file = fs::path(onnx).replace_extension(".json");
  std::error_code ignored;
  sidecar.data.kind = DataKind::kFiles;
  if (!fs::exists(sidecar.file, ignored)) return sidecar;
  const SidecarReader reader(sidecar.file);
  sidecar.present = true;
  sidecar.name = reader.text("name");
  sidecar.dataset = reader.text("dataset");
  constexpr double kAny = -1e9;
  const std::vector<double> range = reader.numbers("pixel_range", kAny, "[lowest, highest]");
  if (!range.empty()) {
    if (range.size() != 2 || !(range[0] < range[1])) reader.bad("pixel_range", "[lowest, highest]");
    sidecar.range_low = range[0], sidecar.range_high = range[1];
  }
  sidecar.mean = reader.numbers("mean", kAny, "a number, or one for each colour plane");
  sidecar.deviation = reader.numbers("deviation", 0, "a positive number, or one for each colour plane");
  sidecar.centre = reader.numbers("centre", kAny, "a number, or one for each colour plane");
  sidecar.class_names = reader.texts("class_names");
  sidecar.data.test = reader.path("test");
  sidecar.data.calibration = reader.path("calibration");
  sidecar.data.logits = reader.path("logits");
  if (sidecar.data.calibration.empty()) sidecar.data.calibration = sidecar.data.test;
  if (sidecar.data.test.empty() && !sidecar.dataset.empty()) sidecar.data.kind = DataKind::kBundled;
  return sidecar;
}

void apply_sidecar(const OnnxSidecar& sidecar, VitModel& model) {
  VitConfig& c = model.config;
  if (!sidecar.name.empty()) c.name = sidecar.name;
  c.dataset = sidecar.dataset.empty() ? c.name : sidecar.dataset;
  model.data = sidecar.data;
  model.class_names = sidecar.class_names;
  if (!model.class_names.empty() && model.class_names.size() != static_cast<std::size_t>(c.classes))
    throw BadConfigValue({sidecar.file.string()}, "class_names", std::to_string(model.class_names.size()) + " names",
                         std::to_string(c.classes) + ", one a class");
  if (c.steps == 0) {
    code_pixels(sidecar, model);
    if (!sidecar.present)
      model.weights_note =
          "pixels taken as x / 255: there is no " + sidecar.file.filename().string() + " to say otherwise";
    return;
  }
  if (model.data.calibration.empty()) throw MissingConfigKey({sidecar.file.string()}, "calibration");
  fold_clip_coding(model, calibration_images(model));
}

VitModel load_onnx(const fs::path& onnx) {
  const OnnxSidecar sidecar = read_onnx_sidecar(onnx);
  Graph graph = import_onnx(onnx);
  graph.name = onnx.string();  // for messages
  VitModel model = vit_of(graph);
  model.folder = onnx.parent_path();
  model.files = {onnx};
  if (sidecar.present) model.files.push_back(sidecar.file);
  model.config.name = onnx.stem().string();
  apply_sidecar(sidecar, model);
  return model;
}

}  // namespace ranvier::workloads
