// SPDX-License-Identifier: Apache-2.0
// What goes through the pipe of hdf5_child.h: numbers, texts and lists, one behind the other. Both ends are this
// program, but the one that writes may have been damaged by what it read.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "workloads/nir/hdf5_child.h"

namespace ranvier::workloads {

class WireWriter {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&value, sizeof(T));
  }
  template <class T>
  void put_list(const std::vector<T>& list) {
    static_assert(std::is_trivially_copyable_v<T>);
    put<std::uint64_t>(list.size());
    append(list.data(), list.size() * sizeof(T));
  }
  void put_text(const std::string& text) {
    put<std::uint64_t>(text.size());
    append(text.data(), text.size());
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void append(const void* from, std::size_t count) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + count);
    if (count > 0) std::memcpy(bytes_.data() + at, from, count);
  }
  std::vector<std::uint8_t> bytes_;
};

/// Throws Hdf5ChildDied where there is less than is asked for.
class WireReader {
 public:
  explicit WireReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> get_list() {
    const auto count = get<std::uint64_t>();
    if (count > bytes_.size() / sizeof(T)) throw Hdf5ChildDied();
    std::vector<T> list(count);
    const auto raw = take(count * sizeof(T));
    if (count > 0) std::memcpy(list.data(), raw.data(), raw.size());
    return list;
  }
  std::string get_text() {
    const auto raw = take(get<std::uint64_t>());
    return {raw.begin(), raw.end()};
  }
  /// How many things follow; each takes a byte at least.
  std::uint64_t get_count() {
    const auto count = get<std::uint64_t>();
    if (count > bytes_.size()) throw Hdf5ChildDied();
    return count;
  }

 private:
  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > bytes_.size()) throw Hdf5ChildDied();
    const auto part = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return part;
  }
  std::span<const std::uint8_t> bytes_;
};

}  // namespace ranvier::workloads
