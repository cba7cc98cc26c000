// SPDX-License-Identifier: Apache-2.0
// Errors of this room: weight, image and configuration files that are not what they should be, and networks that
// integers of the defined widths cannot hold. A missing file is base's FileMissing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace ranvier::workloads {

/// Anything wrong inside a file of tensors, safetensors or npz; `tensor` is empty when the whole file is meant.
struct SafetensorsError : Error {
  SafetensorsError(const std::string& file_, const std::string& tensor_, const std::string& what_is_wrong);
  std::string file;
  std::string tensor;
};

/// The file ends before what its header length or its tensor offsets promise.
struct TruncatedFile : SafetensorsError {
  TruncatedFile(const std::string& file, const std::string& tensor, std::uint64_t expected_bytes,
                std::uint64_t got_bytes);
  std::uint64_t expected_bytes = 0;
  std::uint64_t got_bytes = 0;
};

/// The JSON header does not parse or does not describe tensors.
struct MalformedHeader : SafetensorsError {
  MalformedHeader(const std::string& file, const std::string& tensor, const std::string& detail);
};

/// Byte ranges that overlap, leave holes or do not match shape and type.
struct BadTensorLayout : SafetensorsError {
  BadTensorLayout(const std::string& file, const std::string& tensor, const std::string& detail);
};

struct TensorMissing : SafetensorsError {
  TensorMissing(const std::string& file, const std::string& tensor, std::span<const std::string> there);
};

/// A tensor that the network has no place for: most often a misspelt optional one.
struct UnknownTensor : SafetensorsError {
  UnknownTensor(const std::string& file, const std::string& tensor, std::span<const std::string> known);
};

struct WrongDtype : SafetensorsError {
  WrongDtype(const std::string& file, const std::string& tensor, const std::string& expected, const std::string& got);
  std::string expected;
  std::string got;
};

/// An expected extent of -1 stands for any.
struct WrongShape : SafetensorsError {
  WrongShape(const std::string& file, const std::string& tensor, std::vector<std::int64_t> expected,
             std::vector<std::int64_t> got);
  std::vector<std::int64_t> expected;
  std::vector<std::int64_t> got;
};

struct NonFiniteValue : SafetensorsError {
  NonFiniteValue(const std::string& file, const std::string& tensor, std::size_t index, float value);
  std::size_t index = 0;
};

/// A finite value that has no meaning where it stands: a scale that is not positive, a label that is no class.
struct BadTensorValue : SafetensorsError {
  BadTensorValue(const std::string& file, const std::string& tensor, std::size_t index, double value,
                 const std::string& expected);
  std::size_t index = 0;
  double value = 0;
};

/// A .npz that is no zip archive, or one with a damaged entry.
struct ZipUnreadable : SafetensorsError {
  ZipUnreadable(const std::string& file, const std::string& detail);
};

/// An array whose header is not what numpy writes.
struct MalformedNpy : SafetensorsError {
  MalformedNpy(const std::string& file, const std::string& array, const std::string& detail);
};

/// weights.npz with tensor names of no layout that can be imported.
struct UnknownLayout : SafetensorsError {
  UnknownLayout(const std::string& file, std::span<const std::string> there);
};

/// The model does not say where its images are.
struct NoImages : Error {
  NoImages(const std::string& model_, const std::string& option_);
  std::string model;
  std::string option;
};

/// A file of fixed-size records whose size is no multiple of theirs.
struct BadRecordFile : Error {
  BadRecordFile(const std::string& file_, std::uint64_t bytes_, std::uint64_t record_bytes_);
  std::string file;
  std::uint64_t bytes = 0;
  std::uint64_t record_bytes = 0;
};

/// Anything wrong in a model's config.json.
struct ConfigError : Error {
  ConfigError(const FilePlace& place, const std::string& key_, const std::string& what_is_wrong);
  FilePlace place;
  std::string key;
};

struct ConfigSyntax : ConfigError {
  ConfigSyntax(const FilePlace& place, const std::string& detail);
};

struct UnknownConfigKey : ConfigError {
  UnknownConfigKey(const FilePlace& place, const std::string& key, std::span<const std::string> known);
};

struct MissingConfigKey : ConfigError {
  MissingConfigKey(const FilePlace& place, const std::string& key);
};

struct BadConfigValue : ConfigError {
  BadConfigValue(const FilePlace& place, const std::string& key, const std::string& got, const std::string& expected);
};

/// Neither a bundled workload nor a folder with a model.
struct UnknownWorkload : Error {
  UnknownWorkload(const std::string& name_, std::span<const std::string> bundled);
  std::string name;
};

/// Images whose size or labels do not belong to the model.
struct ImagesDoNotFit : Error {
  ImagesDoNotFit(const std::string& file_, const std::string& model_, std::int64_t image_side_,
                 std::int64_t model_side_);
  std::string file;
  std::string model;
  std::int64_t image_side = 0;
  std::int64_t model_side = 0;
};

/// Clips for a network of images, the other way round, or another number of colours or features.
struct InputKindDiffers : Error {
  InputKindDiffers(const std::string& file_, const std::string& model_, const std::string& there_,
                   const std::string& wanted_);
  std::string file;
  std::string model;
  std::string there;
  std::string wanted;
};

/// Neither a file nor a bundled set of images.
struct UnknownImageSet : Error {
  UnknownImageSet(const std::string& name_, std::span<const std::string> bundled);
  std::string name;
};

struct UnknownMethod : Error {
  UnknownMethod(const std::string& method_, std::span<const std::string> known);
  std::string method;
};

struct BadActivationBits : Error {
  explicit BadActivationBits(int bits_);
  int bits = 0;
};

/// A number of the integer program does not fit the width that docs/explanation/integer-units.md gives it.
struct DoesNotFitIntegers : Error {
  DoesNotFitIntegers(const std::string& stage_, const std::string& quantity_, double value_, double limit_);
  std::string stage;
  std::string quantity;
  double value = 0;
  double limit = 0;
};

/// A site is constant zero (or has no calibration images), so no quantiser step can be found for it.
struct CannotCalibrate : Error {
  CannotCalibrate(const std::string& stage_, const std::string& why);
  std::string stage;
};

}  // namespace ranvier::workloads
