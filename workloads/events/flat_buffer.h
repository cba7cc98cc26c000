// SPDX-License-Identifier: Apache-2.0
// Reading of FlatBuffers without their library, which trusts what it reads unless verified: every offset is checked
// (flatbuffers.dev, "FlatBuffers internals"). Private to this part.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace ranvier::workloads {

class FlatBuffer;

struct FlatVector {
  std::span<const std::uint8_t> bytes;
  std::size_t count = 0;
};

/// A table's fields by their number in the schema; one that is absent has its default.
class FlatTable {
 public:
  FlatTable(const FlatBuffer& buffer, std::uint64_t at);
  template <class Number>
  Number number(std::size_t field, Number otherwise) const {
    std::span<const std::uint8_t> bytes;
    if (!find(field, sizeof(Number), bytes)) return otherwise;
    Number number;
    std::memcpy(&number, bytes.data(), sizeof(Number));
    return number;
  }
  /// Of structs of `element_bytes`.
  FlatVector vector(std::size_t field, std::size_t element_bytes) const;
  std::string_view text(std::size_t field) const;

 private:
  bool find(std::size_t field, std::size_t size, std::span<const std::uint8_t>& bytes) const;

  const FlatBuffer& buffer_;
  std::uint64_t at_ = 0;
  std::uint64_t fields_at_ = 0;
  std::size_t fields_ = 0;
};

class FlatBuffer {
 public:
  /// `origin`: what offsets in messages start from. Throws BadEventFile where the identifier is another.
  FlatBuffer(std::span<const std::uint8_t> bytes, std::string file, std::uint64_t origin, std::string_view identifier);
  FlatTable root() const;
  const std::string& file() const { return file_; }

  /// `size` bytes at `at`. Throws BadEventFile.
  std::span<const std::uint8_t> part(std::uint64_t at, std::uint64_t size) const;
  template <class Number>
  Number number_at(std::uint64_t at) const {
    Number number;
    std::memcpy(&number, part(at, sizeof(Number)).data(), sizeof(Number));
    return number;
  }
  [[noreturn]] void fail(std::uint64_t at, const std::string& detail) const;

 private:
  std::span<const std::uint8_t> bytes_;
  std::string file_;
  std::uint64_t origin_ = 0;
};

bool has_identifier(std::span<const std::uint8_t> bytes, std::string_view identifier);

}  // namespace ranvier::workloads
