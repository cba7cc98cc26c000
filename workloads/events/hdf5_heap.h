// SPDX-License-Identifier: Apache-2.0
// Rows of variable length, read from the file's global heap without the HDF5 library: version 1.10 copies a heap object
// into a buffer of the length that the row claims, whatever the object's own size. Private to this part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace ranvier::workloads {

/// Bytes of a file, in memory or on disk.
class FileBytes {
 public:
  explicit FileBytes(std::span<const std::uint8_t> bytes);
  /// Throws FileMissing, FileUnreadable.
  explicit FileBytes(const std::filesystem::path& path);
  std::uint64_t size() const { return size_; }
  /// Fewer where the file ends before.
  std::vector<std::uint8_t> read(std::uint64_t at, std::uint64_t count);

 private:
  std::span<const std::uint8_t> bytes_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

/// What a data set holds of a row: 4 bytes number of elements, 8 address of a heap collection, 4 index in it.
struct HeapReference {
  static constexpr std::size_t kBytes = 16;
  std::uint32_t elements = 0;
  std::uint64_t address = 0;
  std::uint32_t index = 0;
  static HeapReference parse(std::span<const std::uint8_t> bytes);
};

/// The row's elements of `element_bytes`. Throws BadEventDataset; `file` and `dataset` are for its message.
std::vector<std::uint8_t> read_heap_row(FileBytes& bytes, const HeapReference& row, std::size_t element_bytes,
                                        const std::string& file, const std::string& dataset);

}  // namespace ranvier::workloads
