// SPDX-License-Identifier: Apache-2.0
// A value of a mapping file with its place: every member is checked for type and range, and named when it is wrong.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/nearest_name.h"
#include "mapper/errors.h"
#include "mapper/mapping.h"

namespace ranvier::mapper {

inline constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

/// A value and its place in the file.
class Node {
 public:
  Node(const nlohmann::json& value, std::string place, const std::string& file)
      : value_(value), place_(std::move(place)), file_(file) {}

  [[noreturn]] void fail(const std::string& reason) const { throw MappingFileError(file_, place_, reason); }

  Node operator[](const char* key) const {
    if (!value_.is_object()) fail("an object is expected");
    const auto found = value_.find(key);
    if (found == value_.end()) fail(fmt::format("member \"{}\" is missing", key));
    return {*found, place_ + "/" + key, file_};
  }

  bool has(const char* key) const { return value_.is_object() && value_.contains(key); }

  /// An object with no member but these.
  void only(const std::vector<std::string>& known) const {
    if (!value_.is_object()) fail("an object is expected");
    for (const auto& [key, value] : value_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        fail(fmt::format("unknown member \"{}\"{}; there are {}", key, did_you_mean(key, known),
                         fmt::join(known, ", ")));
  }

  /// No member that looks like one of these misspelt; others are remarks.
  void no_misspelt(const std::vector<std::string>& known) const {
    if (!value_.is_object()) fail("an object is expected");
    for (const auto& [key, value] : value_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        if (const std::string meant = did_you_mean(key, known); !meant.empty())
          fail(fmt::format("unknown member \"{}\"{}", key, meant));
  }

  std::size_t size() const {
    if (!value_.is_array()) fail("a list is expected");
    return value_.size();
  }

  Node at(std::size_t i) const { return {value_.at(i), fmt::format("{}/{}", place_, i), file_}; }

  std::int64_t integer(std::int64_t low, std::int64_t high) const {
    if (!value_.is_number_integer()) fail("an integer is expected");
    if (value_.is_number_unsigned() && value_.get<std::uint64_t>() > static_cast<std::uint64_t>(high))
      fail(fmt::format("at most {} is possible", high));
    const auto i = value_.get<std::int64_t>();
    if (i < low || i > high) fail(fmt::format("{} is not in {} to {}", i, low, high));
    return i;
  }

  std::int32_t small(std::int64_t low = 0, std::int64_t high = kMost) const {
    return static_cast<std::int32_t>(integer(low, high));
  }

  double amount() const {
    if (!value_.is_number()) fail("a number is expected");
    const auto d = value_.get<double>();
    if (!std::isfinite(d) || d < 0) fail("a number of 0 or more is expected");
    return d;
  }

  std::string text() const {
    if (!value_.is_string()) fail("a text is expected");
    return value_.get<std::string>();
  }

  Range range() const {
    if (size() != 2) fail("a range [begin, end] is expected");
    const Range r{at(0).small(), at(1).small()};
    if (r.end < r.begin) fail("the range ends before it begins");
    return r;
  }

  bool is_number() const { return value_.is_number(); }
  bool is_null() const { return value_.is_null(); }
  bool yes() const {
    if (!value_.is_boolean()) fail("true or false is expected");
    return value_.get<bool>();
  }

  template <class SomeId>
  SomeId id(std::size_t count) const {
    if (count == 0) fail("there are none to name");
    return SomeId(static_cast<std::size_t>(integer(0, static_cast<std::int64_t>(count) - 1)));
  }

  template <class SomeId>
  SomeId id_or_null(std::size_t count) const {
    return is_null() ? SomeId() : id<SomeId>(count);
  }

  template <class SomeId>
  std::vector<SomeId> ids(std::size_t count) const {
    std::vector<SomeId> list;
    for (std::size_t i = 0; i < size(); ++i) list.push_back(at(i).id<SomeId>(count));
    return list;
  }

 private:
  const nlohmann::json& value_;
  std::string place_;
  const std::string& file_;
};

}  // namespace ranvier::mapper
