// SPDX-License-Identifier: Apache-2.0
// State of a simulation as bytes and back: lengths and values in the machine's own order. Cores save and restore by
// hand; a class that lists its members once, state(archive, self), is written and read by that one list.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace ranvier::sim {

/// The bytes are not those of an equally shaped state.
struct StateMismatch : std::logic_error {
  using std::logic_error::logic_error;
};

/// What may be copied as it lies in memory: any bytes are a value of it, and no padding is written.
template <class T>
inline constexpr bool kPlainState = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) ||
                                    (std::is_trivially_copyable_v<T> && !std::is_enum_v<T> &&
                                     std::has_unique_object_representations_v<T>);

class StateWriter {
 public:
  template <class T>
  void value(const T& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&v, sizeof v);
  }
  template <class T>
  void array(const std::vector<T>& a) {
    static_assert(std::is_trivially_copyable_v<T>);
    value(static_cast<std::uint64_t>(a.size()));
    append(a.data(), a.size() * sizeof(T));
  }
  /// Members of any kind, as StateReader takes them.
  template <class... T>
  void operator()(const T&... members) {
    (put(members), ...);
  }
  /// Arrays whose length the reader knows.
  template <class... T>
  void shaped(const std::vector<T>&... arrays) {
    (put(arrays), ...);
  }
  /// An enumerator; `last` is the greatest there is.
  template <class E>
  void choice(E e, E) {
    value(static_cast<std::uint8_t>(e));
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void append(const void* from, std::size_t n) {
    const auto* p = static_cast<const std::uint8_t*>(from);
    bytes_.insert(bytes_.end(), p, p + n);
  }
  template <class T>
  void put(const T& v) {
    if constexpr (requires { T::state(*this, v); }) {
      T::state(*this, v);
    } else if constexpr (std::is_same_v<T, bool>) {
      value(static_cast<std::uint8_t>(v));
    } else {
      static_assert(kPlainState<T>, "give this type a list of its members: static void state(archive, self)");
      value(v);
    }
  }
  template <class T>
  void put(const std::vector<T>& a) {
    if constexpr (kPlainState<T>) {
      array(a);
    } else {
      value(static_cast<std::uint64_t>(a.size()));
      for (const T& element : a) put(element);
    }
  }
  template <class T, std::size_t n>
  void put(const std::array<T, n>& a) {
    for (const T& element : a) put(element);
  }

  std::vector<std::uint8_t> bytes_;
};

/// Throws StateMismatch when the bytes are not those of an equally shaped state. Takes no more memory than a small
/// multiple of their number, whatever they are.
class StateReader {
 public:
  explicit StateReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  template <class T>
  void value(T& v) {
    copy(&v, sizeof v);
  }
  template <class T>
  void array(std::vector<T>& a) {
    if (length() != a.size()) throw StateMismatch("state of another shape");
    copy(a.data(), a.size() * sizeof(T));
  }
  /// Members of any kind; lists get the length that they had.
  template <class... T>
  void operator()(T&... members) {
    (get(members), ...);
  }
  /// Arrays that keep the length that they have: others index them.
  template <class... T>
  void shaped(std::vector<T>&... arrays) {
    (get_shaped(arrays), ...);
  }
  template <class E>
  void choice(E& e, E last) {
    std::uint8_t byte = 0;
    value(byte);
    if (byte > static_cast<std::uint8_t>(last)) throw StateMismatch("state with an unknown choice");
    e = static_cast<E>(byte);
  }
  void finish() const {
    if (at_ != bytes_.size()) throw StateMismatch("state with bytes left over");
  }

 private:
  std::uint64_t length() {
    std::uint64_t n = 0;
    value(n);
    return n;
  }
  template <class T>
  void get(T& v) {
    if constexpr (requires { T::state(*this, v); }) {
      T::state(*this, v);
    } else if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      value(byte);
      if (byte > 1) throw StateMismatch("state with a flag that is neither");
      v = byte == 1;
    } else {
      static_assert(kPlainState<T>, "give this type a list of its members: static void state(archive, self)");
      value(v);
    }
  }
  template <class T>
  void get(std::vector<T>& a) {
    const std::uint64_t n = length();
    // An element takes a byte at least, one copied whole its size.
    const std::size_t least = kPlainState<T> ? sizeof(T) : 1;
    if (n > (bytes_.size() - at_) / least) throw StateMismatch("state cut short");
    if constexpr (kPlainState<T>) {
      a.resize(n);
      copy(a.data(), n * sizeof(T));
    } else {
      a.clear();
      for (std::uint64_t i = 0; i < n; ++i) get(a.emplace_back());
    }
  }
  template <class T>
  void get_shaped(std::vector<T>& a) {
    if (length() != a.size()) throw StateMismatch("state of another shape");
    if constexpr (kPlainState<T>) {
      copy(a.data(), a.size() * sizeof(T));
    } else {
      for (T& element : a) get(element);
    }
  }
  template <class T, std::size_t n>
  void get(std::array<T, n>& a) {
    for (T& element : a) get(element);
  }
  void copy(void* to, std::size_t n) {
    if (bytes_.size() - at_ < n) throw StateMismatch("state cut short");
    if (n > 0) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
  }
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

}  // namespace ranvier::sim
