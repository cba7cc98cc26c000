// SPDX-License-Identifier: Apache-2.0
// FlatBuffers: the root's offset, tables behind which a vtable tells the offset of each field, vectors with their
// count.
#include "workloads/events/flat_buffer.h"

#include <fmt/format.h>

#include "workloads/events/event_errors.h"

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kOffsetBytes = 4;
constexpr std::uint64_t kVtableHead = 4;  // its own size and the table's

}  // namespace

bool has_identifier(std::span<const std::uint8_t> bytes, std::string_view identifier) {
  return bytes.size() >= kOffsetBytes + identifier.size() &&
         std::memcmp(bytes.data() + kOffsetBytes, identifier.data(), identifier.size()) == 0;
}

FlatBuffer::FlatBuffer(std::span<const std::uint8_t> bytes, std::string file, std::uint64_t origin,
                       std::string_view identifier)
    : bytes_(bytes), file_(std::move(file)), origin_(origin) {
  if (!has_identifier(bytes, identifier)) fail(0, fmt::format("no FlatBuffer with the identifier {}", identifier));
}

void FlatBuffer::fail(std::uint64_t at, const std::string& detail) const {
  throw BadEventFile(file_, origin_ + at, detail);
}

std::span<const std::uint8_t> FlatBuffer::part(std::uint64_t at, std::uint64_t size) const {
  if (at > bytes_.size() || size > bytes_.size() - at) {
    fail(at, fmt::format("a FlatBuffer of {} bytes points at {} bytes beyond its end", bytes_.size(), size));
  }
  return bytes_.subspan(at, size);
}

FlatTable FlatBuffer::root() const { return {*this, number_at<std::uint32_t>(0)}; }

FlatTable::FlatTable(const FlatBuffer& buffer, std::uint64_t at) : buffer_(buffer), at_(at) {
  // The vtable may lie before or behind the table; a sum below 0 is a place that part() refuses.
  const auto back = std::int64_t{buffer.number_at<std::int32_t>(at)};
  fields_at_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(at) - back);
  const auto vtable_bytes = buffer.number_at<std::uint16_t>(fields_at_);
  if (vtable_bytes < kVtableHead) buffer.fail(fields_at_, "a table's list of fields is too short");
  buffer.part(fields_at_, vtable_bytes);
  fields_ = (vtable_bytes - kVtableHead) / sizeof(std::uint16_t);
}

bool FlatTable::find(std::size_t field, std::size_t size, std::span<const std::uint8_t>& bytes) const {
  if (field >= fields_) return false;
  const auto offset = buffer_.number_at<std::uint16_t>(fields_at_ + kVtableHead + field * sizeof(std::uint16_t));
  if (offset == 0) return false;
  bytes = buffer_.part(at_ + offset, size);
  return true;
}

FlatVector FlatTable::vector(std::size_t field, std::size_t element_bytes) const {
  std::span<const std::uint8_t> bytes;
  if (!find(field, kOffsetBytes, bytes)) return {};
  const auto field_at =
      at_ + buffer_.number_at<std::uint16_t>(fields_at_ + kVtableHead + field * sizeof(std::uint16_t));
  const std::uint64_t at = field_at + buffer_.number_at<std::uint32_t>(field_at);
  const std::uint64_t count = buffer_.number_at<std::uint32_t>(at);
  return {buffer_.part(at + kOffsetBytes, count * element_bytes), count};
}

std::string_view FlatTable::text(std::size_t field) const {
  const FlatVector letters = vector(field, 1);
  return {reinterpret_cast<const char*>(letters.bytes.data()), letters.count};
}

}  // namespace ranvier::workloads
