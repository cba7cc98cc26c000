// SPDX-License-Identifier: Apache-2.0
// State of a core model as bytes and back: lengths and values in the machine's own order, for use within one process.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace ranvier::sim {

class StateWriter {
 public:
  template <class T>
  void value(const T& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* p = reinterpret_cast<const std::uint8_t*>(&v);
    bytes_.insert(bytes_.end(), p, p + sizeof v);
  }
  template <class T>
  void array(const std::vector<T>& a) {
    static_assert(std::is_trivially_copyable_v<T>);
    value(static_cast<std::uint64_t>(a.size()));
    const auto* p = reinterpret_cast<const std::uint8_t*>(a.data());
    bytes_.insert(bytes_.end(), p, p + a.size() * sizeof(T));
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Throws std::logic_error when the bytes are not those of an equally shaped state.
class StateReader {
 public:
  explicit StateReader(const std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}
  template <class T>
  void value(T& v) {
    copy(&v, sizeof v);
  }
  template <class T>
  void array(std::vector<T>& a) {
    std::uint64_t size = 0;
    value(size);
    if (size != a.size()) throw std::logic_error("core state of another shape");
    copy(a.data(), a.size() * sizeof(T));
  }
  void finish() const {
    if (at_ != bytes_.size()) throw std::logic_error("core state with bytes left over");
  }

 private:
  void copy(void* to, std::size_t n) {
    if (bytes_.size() - at_ < n) throw std::logic_error("core state cut short");
    if (n > 0) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
  }
  const std::vector<std::uint8_t>& bytes_;
  std::size_t at_ = 0;
};

}  // namespace ranvier::sim
