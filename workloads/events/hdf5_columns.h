// SPDX-License-Identifier: Apache-2.0
// Columns of numbers out of an HDF5 file. Only what lies in the file itself is followed, and nothing is allocated that
// the file's own size does not make plausible. The caller holds a Hdf5Session. Private to this part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "workloads/events/hdf5_heap.h"
#include "workloads/nir/hdf5_handle.h"

namespace ranvier::workloads {

struct Column {
  std::string name;   // for messages
  bool whole = true;  // stored as integers
  std::vector<double> values;
};

struct EventColumns {
  Column time, x, y, polarity;
};

class Hdf5Columns {
 public:
  /// Throws BadEventDataset, FileMissing, as all members do.
  static Hdf5Columns of_bytes(std::span<const std::uint8_t> bytes, const std::string& file);
  static Hdf5Columns of_file(const std::filesystem::path& path);

  const std::string& name() const { return name_; }
  [[noreturn]] void fail(const std::string& dataset, const std::string& detail) const;

  /// By path; "." is the root.
  bool has(const std::string& path) const;
  std::size_t rows(const std::string& path) const;
  /// Of a group with such data sets, or a data set of records with such members: x or xs, y or ys, t, ts, time or
  /// timestamp, p, ps, pol or polarity; or a group of time [n] and data [n, 3] of x, y and p. Nothing where it is none.
  std::optional<EventColumns> events(const std::string& path) const;
  /// Row of a data set of variable-length rows.
  Column train(const std::string& path, std::size_t row);
  /// Of the root's `labels`, a single number a row; -1 where it does not say.
  std::int32_t label(std::size_t row);
  /// Of the group's `labels` or `label`, where that is one number.
  std::int32_t label_of_group(const std::string& group) const;
  /// Paths of groups or record sets, one or two levels deep, that hold events; 2 before 10.
  std::vector<std::string> recordings() const;
  std::string what_is_there() const;

 private:
  Hdf5Columns(std::string name, Hdf5Handle file, FileBytes bytes);
  std::optional<Hdf5Handle> open(const std::string& path) const;
  Hdf5Handle dataset(const std::string& path) const;
  std::vector<std::string> children(const std::string& path) const;
  std::vector<std::uint64_t> extents(hid_t set, const std::string& path) const;
  bool holds_events(const std::string& path) const;
  std::string first_of(const std::string& group, std::span<const char* const> names) const;
  std::string first_member(hid_t record, std::span<const char* const> names) const;
  Column column(const std::string& path) const;
  Column member(hid_t set, hid_t record, const std::string& name, std::size_t count, const std::string& path) const;
  EventColumns time_and_data(const std::string& group) const;
  /// Throws unless so many elements are plausible and lie in this file.
  void check_storage(const std::string& path, std::uint64_t count, std::size_t element_bytes) const;
  std::uint64_t place_of_row(hid_t set, std::size_t row, const std::string& path) const;

  std::string name_;
  Hdf5Handle file_;
  FileBytes bytes_;
  std::optional<Column> labels_;
};

/// Integers of 1 to 8 bytes and IEEE floating point of 2 to 8, of either byte order: `whole` for the former; nothing
/// for other types, conversion of which is not to be left to the library.
struct NumberType {
  bool whole = true;
  std::size_t bytes = 0;
};
std::optional<NumberType> number_type(hid_t type);

}  // namespace ranvier::workloads
