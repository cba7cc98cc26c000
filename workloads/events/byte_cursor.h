// SPDX-License-Identifier: Apache-2.0
// Numbers out of bytes, one after the other, never past the end. Private to this part.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "workloads/events/event_errors.h"

namespace ranvier::workloads {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in the file");

class ByteCursor {
 public:
  /// `origin`: what offsets in messages start from.
  ByteCursor(std::span<const std::uint8_t> bytes, std::string file, std::uint64_t origin = 0)
      : bytes_(bytes), file_(std::move(file)), origin_(origin) {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  std::uint64_t offset() const { return origin_ + at_; }

  template <class Number>
  Number little(const char* what) {
    Number number;
    const auto bytes = take(sizeof(Number), what);
    std::memcpy(&number, bytes.data(), sizeof(Number));
    return number;
  }
  std::uint32_t big_u32(const char* what) {
    const auto b = take(4, what);
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  }
  std::span<const std::uint8_t> take(std::uint64_t count, const char* what) {
    if (count > left()) fail(fmt::format("{} needs {} bytes, {} are left", what, count, left()));
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }
  [[noreturn]] void fail(const std::string& detail) const { throw BadEventFile(file_, offset(), detail); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::string file_;
  std::uint64_t origin_ = 0;
  std::size_t at_ = 0;
};

}  // namespace ranvier::workloads
