// SPDX-License-Identifier: Apache-2.0
// Arrays from numpy's .npy and .npz files: little-endian float32 and unsigned bytes in C order, formats 1 to 3
// (numpy.lib.format). Sizes are checked before memory is asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/errors.h"

namespace ranvier::workloads {

struct NpyArray {
  std::string dtype;  // as numpy writes it, "<f4"
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> bytes;
};

/// `file` and `name` are for messages. Throws MalformedNpy, TruncatedFile.
NpyArray parse_npy(std::span<const std::uint8_t> content, const std::string& file, const std::string& name);

class NpzFile {
 public:
  /// Throws FileMissing, ZipUnreadable, MalformedNpy, TruncatedFile.
  static NpzFile read(const std::filesystem::path& path);
  /// A single array, under the name "array".
  static NpzFile read_npy(const std::filesystem::path& path);

  const std::string& path() const { return path_; }
  bool has(const std::string& name) const { return arrays_.contains(name); }
  std::vector<std::string> names() const;
  /// Throws TensorMissing.
  const std::vector<std::int64_t>& shape(const std::string& name) const { return array(name).shape; }
  /// An extent of -1 stands for any; leading extents of 1 that are there and not asked for do not matter. Throws
  /// TensorMissing, WrongDtype, WrongShape, NonFiniteValue.
  std::vector<float> f32(const std::string& name, const std::vector<std::int64_t>& shape) const;
  std::vector<std::uint8_t> u8(const std::string& name, const std::vector<std::int64_t>& shape) const;

 private:
  const NpyArray& array(const std::string& name) const;
  const NpyArray& checked(const std::string& name, const char* dtype, const std::vector<std::int64_t>& shape) const;

  std::string path_;
  std::map<std::string, NpyArray> arrays_;
};

}  // namespace ranvier::workloads
