// SPDX-License-Identifier: Apache-2.0
// safetensors files: 8-byte little-endian header length, JSON header, raw tensors. Everything is checked before it is
// used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/errors.h"

namespace ranvier::workloads {

class SafetensorsFile {
 public:
  /// Throws FileMissing, TruncatedFile, MalformedHeader, BadTensorLayout.
  static SafetensorsFile read(const std::filesystem::path& path);
  /// The same checks on bytes in memory; `name` stands for the file in errors.
  static SafetensorsFile parse(std::vector<std::uint8_t> bytes, const std::string& name);

  const std::string& path() const { return path_; }
  std::vector<std::string> names() const;
  bool has(const std::string& tensor) const { return tensors_.contains(tensor); }
  /// Throws TensorMissing.
  const std::vector<std::int64_t>& shape(const std::string& tensor) const { return find(tensor).shape; }

  /// Values of a tensor of the given type and shape (an extent of -1 stands for any). Throws TensorMissing, WrongDtype,
  /// WrongShape, NonFiniteValue.
  std::vector<float> f32(const std::string& tensor, const std::vector<std::int64_t>& expected_shape) const;
  /// The same of F16, BF16 and F64 too; the first two lose nothing.
  std::vector<float> real(const std::string& tensor, const std::vector<std::int64_t>& expected_shape) const;
  std::vector<std::uint8_t> u8(const std::string& tensor, const std::vector<std::int64_t>& expected_shape) const;
  std::vector<std::int8_t> i8(const std::string& tensor, const std::vector<std::int64_t>& expected_shape) const;
  std::vector<std::int32_t> i32(const std::string& tensor, const std::vector<std::int64_t>& expected_shape) const;

  /// Of the header's __metadata__; empty where there is none.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  struct Tensor {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::size_t begin = 0;  // in bytes_
    std::size_t end = 0;
  };
  const Tensor& find(const std::string& tensor) const;
  const Tensor& checked(const std::string& tensor, const std::string& dtype,
                        const std::vector<std::int64_t>& expected_shape) const;
  template <class T>
  std::vector<T> numbers(const std::string& tensor, const char* dtype,
                         const std::vector<std::int64_t>& expected_shape) const;

  std::string path_;
  std::vector<std::uint8_t> bytes_;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// A tensor to be written; make it with one of the functions below.
struct NamedTensor {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> bytes;
};
NamedTensor f32_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);
NamedTensor u8_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::uint8_t> values);
NamedTensor i8_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::int8_t> values);
NamedTensor i32_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const std::int32_t> values);

using Metadata = std::map<std::string, std::string>;
std::vector<std::uint8_t> safetensors_bytes(std::span<const NamedTensor> tensors, const Metadata& metadata = {});
/// Throws FileWriteFailed.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const Metadata& metadata = {});

}  // namespace ranvier::workloads
