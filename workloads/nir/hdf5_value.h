// SPDX-License-Identifier: Apache-2.0
// What an HDF5 file holds, in memory: a tree of groups, arrays with the type that they are stored as, attributes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ranvier::workloads {

/// As stored; values are kept in the widest type of their class, which loses nothing.
struct Hdf5Type {
  enum class Class : std::uint8_t { kFloat, kSigned, kUnsigned, kBoolean, kString };  // kBoolean: h5py's enumeration
  enum class Padding : std::uint8_t { kNullTerminated, kNulls, kSpaces };             // of strings
  Class kind = Class::kFloat;
  std::uint32_t bytes = 4;  // of an element; strings: 0 is variable length
  bool big_endian = false;
  Padding padding = Padding::kNullTerminated;
  bool utf8 = false;
  friend bool operator==(const Hdf5Type&, const Hdf5Type&) = default;
};

inline constexpr Hdf5Type kFloat32{Hdf5Type::Class::kFloat, 4};
inline constexpr Hdf5Type kFloat64{Hdf5Type::Class::kFloat, 8};
inline constexpr Hdf5Type kInt64{Hdf5Type::Class::kSigned, 8};
inline constexpr Hdf5Type kText{Hdf5Type::Class::kString, 0, false, Hdf5Type::Padding::kNullTerminated, true};

struct Hdf5Value {
  using Values = std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::uint64_t>,
                              std::vector<std::string>>;
  Hdf5Type type;
  bool null = false;                // a null dataspace (h5py.Empty): no value at all
  std::vector<std::int64_t> shape;  // empty: a scalar, unless null
  Values values;                    // as many as the shape says, row-major
  bool scalar() const { return !null && shape.empty(); }
  std::size_t count() const {
    return std::visit([](const auto& v) { return v.size(); }, values);
  }
  friend bool operator==(const Hdf5Value&, const Hdf5Value&) = default;

  static Hdf5Value text(std::string one) { return {kText, false, {}, std::vector<std::string>{std::move(one)}}; }
  static Hdf5Value integers(std::vector<std::int64_t> all) {
    return {kInt64, false, {static_cast<std::int64_t>(all.size())}, std::move(all)};
  }
  static Hdf5Value integer(std::int64_t one) { return {kInt64, false, {}, std::vector<std::int64_t>{one}}; }
};

struct Hdf5Dataset {
  Hdf5Value value;
  std::map<std::string, Hdf5Value> attributes;
  friend bool operator==(const Hdf5Dataset&, const Hdf5Dataset&) = default;
};

struct Hdf5Group {
  std::string name;
  std::map<std::string, Hdf5Value> attributes;
  std::map<std::string, Hdf5Dataset> datasets;
  std::vector<Hdf5Group> groups;  // ascending by name
  const Hdf5Group* find_group(const std::string& wanted) const {
    for (const Hdf5Group& group : groups) {
      if (group.name == wanted) return &group;
    }
    return nullptr;
  }
  friend bool operator==(const Hdf5Group&, const Hdf5Group&) = default;
};

}  // namespace ranvier::workloads
