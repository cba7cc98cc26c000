// SPDX-License-Identifier: Apache-2.0
// The lines that users read when weights, images or conversions go wrong.
#include "workloads/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.h"

namespace ranvier::workloads {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::vector<std::string> extents;
  for (const std::int64_t n : shape) extents.push_back(n < 0 ? "any" : std::to_string(n));
  return fmt::format("[{}]", fmt::join(extents, ", "));
}

std::string tensor_line(const std::string& file, const std::string& tensor, const std::string& what_is_wrong) {
  return tensor.empty() ? fmt::format("{}: {}", file, what_is_wrong)
                        : fmt::format("{}: tensor '{}': {}", file, tensor, what_is_wrong);
}

std::string config_line(const FilePlace& place, const std::string& key, const std::string& what_is_wrong) {
  return key.empty() ? fmt::format("{}: {}", place.text(), what_is_wrong)
                     : fmt::format("{}: key '{}': {}", place.text(), key, what_is_wrong);
}

std::string bundled_list(std::span<const std::string> bundled) {
  return bundled.empty() ? "no bundled data found: set RANVIER_DATA_DIR to the source tree or to share/ranvier"
                         : fmt::format("bundled: {}", fmt::join(bundled, ", "));
}

}  // namespace

SafetensorsError::SafetensorsError(const std::string& file_, const std::string& tensor_,
                                   const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, tensor_line(file_, tensor_, what_is_wrong)), file(file_), tensor(tensor_) {}

TruncatedFile::TruncatedFile(const std::string& file_, const std::string& tensor_, std::uint64_t expected_bytes_,
                             std::uint64_t got_bytes_)
    : SafetensorsError(file_, tensor_,
                       fmt::format("expected {} bytes, the file has {}; it is cut short: copy or download it again",
                                   expected_bytes_, got_bytes_)),
      expected_bytes(expected_bytes_),
      got_bytes(got_bytes_) {}

MalformedHeader::MalformedHeader(const std::string& file_, const std::string& tensor_, const std::string& detail)
    : SafetensorsError(file_, tensor_, fmt::format("not a safetensors header: {}; write the file again", detail)) {}

BadTensorLayout::BadTensorLayout(const std::string& file_, const std::string& tensor_, const std::string& detail)
    : SafetensorsError(file_, tensor_, fmt::format("{}; write the file again", detail)) {}

TensorMissing::TensorMissing(const std::string& file_, const std::string& tensor_, std::span<const std::string> there)
    : SafetensorsError(file_, tensor_,
                       fmt::format("missing{}; export it (docs/reference/model-files.md lists the names)",
                                   did_you_mean(tensor_, there))) {}

UnknownTensor::UnknownTensor(const std::string& file_, const std::string& tensor_, std::span<const std::string> known)
    : SafetensorsError(
          file_, tensor_,
          fmt::format("the network has no such tensor{}; rename or drop it", did_you_mean(tensor_, known))) {}

WrongDtype::WrongDtype(const std::string& file_, const std::string& tensor_, const std::string& expected_,
                       const std::string& got_)
    : SafetensorsError(file_, tensor_,
                       fmt::format("expected type {}, got {}; export it as {}", expected_, got_, expected_)),
      expected(expected_),
      got(got_) {}

WrongShape::WrongShape(const std::string& file_, const std::string& tensor_, std::vector<std::int64_t> expected_,
                       std::vector<std::int64_t> got_)
    : SafetensorsError(file_, tensor_,
                       fmt::format("expected shape {}, got {}; do the sizes in config.json belong to these weights?",
                                   shape_text(expected_), shape_text(got_))),
      expected(std::move(expected_)),
      got(std::move(got_)) {}

NonFiniteValue::NonFiniteValue(const std::string& file_, const std::string& tensor_, std::size_t index_, float value)
    : SafetensorsError(
          file_, tensor_,
          fmt::format("value {} at index {} is not finite; training diverged or the file is damaged", value, index_)),
      index(index_) {}

BadTensorValue::BadTensorValue(const std::string& file_, const std::string& tensor_, std::size_t index_, double value_,
                               const std::string& expected)
    : SafetensorsError(file_, tensor_, fmt::format("value {} at index {}, expected {}", value_, index_, expected)),
      index(index_),
      value(value_) {}

ZipUnreadable::ZipUnreadable(const std::string& file_, const std::string& detail)
    : SafetensorsError(file_, "", fmt::format("not a readable .npz archive: {}; copy or download it again", detail)) {}

MalformedNpy::MalformedNpy(const std::string& file_, const std::string& array_, const std::string& detail)
    : SafetensorsError(file_, array_,
                       fmt::format("not an array as numpy writes them: {}; save it with numpy.savez", detail)) {}

UnknownLayout::UnknownLayout(const std::string& file_, std::span<const std::string> there)
    : SafetensorsError(file_, "",
                       fmt::format("no known layout has these tensors ({} and {} more); write model.safetensors and "
                                   "config.json instead (docs/reference/model-files.md)",
                                   there.empty() ? "none" : there.front(), there.empty() ? 0 : there.size() - 1)) {}

NoImages::NoImages(const std::string& model_, const std::string& option_)
    : Error(ExitCode::kBadInput,
            fmt::format(
                "{}: does not say where its images are; name them with {} of ranvier convert or run, or in the .json "
                "beside an .onnx file; a network that convert -o wrote needs none to be mapped",
                model_, option_)),
      model(model_),
      option(option_) {}

BadRecordFile::BadRecordFile(const std::string& file_, std::uint64_t bytes_, std::uint64_t record_bytes_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: {} bytes, which is no whole number of records of {} bytes; copy or download it again",
                        file_, bytes_, record_bytes_)),
      file(file_),
      bytes(bytes_),
      record_bytes(record_bytes_) {}

ConfigError::ConfigError(const FilePlace& place_, const std::string& key_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, config_line(place_, key_, what_is_wrong)), place(place_), key(key_) {}

ConfigSyntax::ConfigSyntax(const FilePlace& place_, const std::string& detail)
    : ConfigError(place_, "", fmt::format("not a JSON object: {}", detail)) {}

UnknownConfigKey::UnknownConfigKey(const FilePlace& place_, const std::string& key_, std::span<const std::string> known)
    : ConfigError(place_, key_, fmt::format("unknown{}; rename or drop it", did_you_mean(key_, known))) {}

MissingConfigKey::MissingConfigKey(const FilePlace& place_, const std::string& key_)
    : ConfigError(place_, key_, "missing; add it (docs/reference/model-files.md)") {}

BadConfigValue::BadConfigValue(const FilePlace& place_, const std::string& key_, const std::string& got,
                               const std::string& expected)
    : ConfigError(place_, key_, fmt::format("got {}, expected {}", got, expected)) {}

UnknownWorkload::UnknownWorkload(const std::string& name_, std::span<const std::string> bundled)
    : Error(ExitCode::kBadInput, fmt::format("workload '{}': neither bundled nor a folder with a model{}; {}", name_,
                                             did_you_mean(name_, bundled), bundled_list(bundled))),
      name(name_) {}

ImagesDoNotFit::ImagesDoNotFit(const std::string& file_, const std::string& model_, std::int64_t image_side_,
                               std::int64_t model_side_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: images are {} pixels wide, workload '{}' takes {}; choose its own images", file_,
                        image_side_, model_, model_side_)),
      file(file_),
      model(model_),
      image_side(image_side_),
      model_side(model_side_) {}

InputKindDiffers::InputKindDiffers(const std::string& file_, const std::string& model_, const std::string& there_,
                                   const std::string& wanted_)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: {}, workload '{}' takes {}; choose its own inputs", file_, there_, model_, wanted_)),
      file(file_),
      model(model_),
      there(there_),
      wanted(wanted_) {}

UnknownImageSet::UnknownImageSet(const std::string& name_, std::span<const std::string> bundled)
    : Error(ExitCode::kBadInput, fmt::format("images '{}': neither a file nor bundled{}; {}", name_,
                                             did_you_mean(name_, bundled), bundled_list(bundled))),
      name(name_) {}

UnknownMethod::UnknownMethod(const std::string& method_, std::span<const std::string> known)
    : Error(ExitCode::kUsage, fmt::format("conversion method '{}': unknown{}; known: {}", method_,
                                          did_you_mean(method_, known), fmt::join(known, ", "))),
      method(method_) {}

BadActivationBits::BadActivationBits(int bits_)
    : Error(ExitCode::kUsage, fmt::format("{} activation bits: choose 3 to 8", bits_)), bits(bits_) {}

DoesNotFitIntegers::DoesNotFitIntegers(const std::string& stage_, const std::string& quantity_, double value_,
                                       double limit_)
    : Error(ExitCode::kBadInput,
            fmt::format(
                "stage {}: {} is {:.6g}, the integer units hold {:.6g}; use fewer activation bits or retrain with "
                "smaller weights",
                stage_, quantity_, value_, limit_)),
      stage(stage_),
      quantity(quantity_),
      value(value_),
      limit(limit_) {}

CannotCalibrate::CannotCalibrate(const std::string& stage_, const std::string& why)
    : Error(ExitCode::kBadInput, fmt::format("stage {}: no quantiser step: {}", stage_, why)), stage(stage_) {}

}  // namespace ranvier::workloads
