// SPDX-License-Identifier: Apache-2.0
// HDF5 File Format Specification 3.0, III.E "Disk Format: Level 1E - Global Heap": a collection is "GCOL", version 1, 3
// bytes, its size, then objects: index u16, references u16, 4 bytes, size u64, data, padded to 8; index 0 is free
// space.
#include "workloads/events/hdf5_heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/errors.h"
#include "workloads/events/event_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kHeadBytes = 16;

template <class Number>
Number number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof(Number));
  return number;
}

}  // namespace

FileBytes::FileBytes(std::span<const std::uint8_t> bytes) : bytes_(bytes), size_(bytes.size()) {}

FileBytes::FileBytes(const std::filesystem::path& path) : stream_(path, std::ios::binary) {
  std::error_code error;
  size_ = std::filesystem::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory) throw FileMissing(path.string());
  if (error || !stream_) throw FileUnreadable(path.string(), error ? error.value() : EIO);
}

std::vector<std::uint8_t> FileBytes::read(std::uint64_t at, std::uint64_t count) {
  if (at >= size_) return {};
  count = std::min(count, size_ - at);
  if (!stream_.is_open()) {
    const auto part = bytes_.subspan(at, count);
    return {part.begin(), part.end()};
  }
  std::vector<std::uint8_t> bytes(count);
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(at));
  stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(stream_.gcount()));
  return bytes;
}

HeapReference HeapReference::parse(std::span<const std::uint8_t> bytes) {
  return {number_at<std::uint32_t>(bytes, 0), number_at<std::uint64_t>(bytes, 4), number_at<std::uint32_t>(bytes, 12)};
}

std::vector<std::uint8_t> read_heap_row(FileBytes& bytes, const HeapReference& row, std::size_t element_bytes,
                                        const std::string& file, const std::string& dataset) {
  if (row.elements == 0) return {};
  const auto fail = [&](const std::string& what) {
    throw BadEventDataset(file, dataset,
                          fmt::format("byte {}: {}; the file is damaged: write it again", row.address, what));
  };
  const auto head = bytes.read(row.address, kHeadBytes);
  if (head.size() < kHeadBytes || std::memcmp(head.data(), "GCOL\x01", 5) != 0) fail("no heap of rows");
  const auto collection = bytes.read(row.address, number_at<std::uint64_t>(head, 8));
  for (std::uint64_t at = kHeadBytes; collection.size() - at >= kHeadBytes;) {
    const auto index = number_at<std::uint16_t>(collection, at);
    const auto size = number_at<std::uint64_t>(collection, at + 8);
    if (index == 0 || size > collection.size() - at - kHeadBytes) break;
    const std::uint64_t begin = at + kHeadBytes;
    if (index == row.index) {
      if (size < row.elements * element_bytes)
        fail(fmt::format("a row of {} elements in {} bytes", row.elements, size));
      const auto from = collection.begin() + static_cast<std::ptrdiff_t>(begin);
      return {from, from + static_cast<std::ptrdiff_t>(row.elements * element_bytes)};
    }
    const std::uint64_t padded = (size + 7) / 8 * 8;
    if (padded > collection.size() - begin) break;
    at = begin + padded;
  }
  fail(fmt::format("row {} is not in its heap", row.index));
  return {};
}

}  // namespace ranvier::workloads
