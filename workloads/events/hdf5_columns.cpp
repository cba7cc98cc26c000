// SPDX-License-Identifier: Apache-2.0
// The layouts of events in HDF5 files, as columns.
#include "workloads/events/hdf5_columns.h"

#include <fmt/format.h>

#include <array>
#include <limits>

namespace ranvier::workloads {
namespace {

constexpr std::uint64_t kMostRatio = 1032;  // of deflate
constexpr std::uint64_t kSlackBytes = 1 << 20;
constexpr int kMostRank = 2;
constexpr int kMostMembers = 64;
constexpr std::uint64_t kDataColumns = 3;

constexpr std::array kX{"x", "xs"};
constexpr std::array kY{"y", "ys"};
constexpr std::array kTime{"t", "ts", "time", "timestamp"};
constexpr std::array kPolarity{"p", "ps", "pol", "polarity"};

Hdf5Handle type_of(hid_t set) { return {H5Dget_type(set), H5Tclose}; }

bool is_dataset(hid_t object) { return H5Iget_type(object) == H5I_DATASET; }

bool is_record(hid_t object) {
  if (!is_dataset(object)) return false;
  const Hdf5Handle type = type_of(object);
  return type.ok() && H5Tget_class(type.get()) == H5T_COMPOUND;
}

}  // namespace

Hdf5Handle Hdf5Columns::dataset(const std::string& path) const {
  auto object = open(path);
  if (!object || !is_dataset(object->get())) fail(path, "no data set of this name in the file itself; add it");
  const Hdf5Handle properties(H5Dget_create_plist(object->get()), H5Pclose);
  if (!properties.ok() || H5Pget_layout(properties.get()) == H5D_VIRTUAL ||
      H5Pget_external_count(properties.get()) != 0) {
    fail(path, "its data lie in other files; copy them into this one (h5repack)");
  }
  return std::move(*object);
}

std::vector<std::uint64_t> Hdf5Columns::extents(hid_t set, const std::string& path) const {
  const Hdf5Handle space(H5Dget_space(set), H5Sclose);
  const int rank =
      space.ok() && H5Sget_simple_extent_type(space.get()) != H5S_NULL ? H5Sget_simple_extent_ndims(space.get()) : -1;
  if (rank < 0 || rank > kMostRank) fail(path, "neither a list nor a table of numbers");
  hsize_t extents[kMostRank] = {};
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), extents, nullptr) < 0)
    fail(path, "a size that cannot be read");
  return {extents, extents + rank};
}

void Hdf5Columns::check_storage(const std::string& path, std::uint64_t count, std::size_t element_bytes) const {
  const std::uint64_t most = bytes_.size() * kMostRatio + kSlackBytes;
  if (element_bytes == 0 || count > most / element_bytes) {
    fail(path, fmt::format("{} elements do not fit into a file of {} bytes; write it again", count, bytes_.size()));
  }
}

Column Hdf5Columns::column(const std::string& path) const {
  const Hdf5Handle set = dataset(path);
  const auto dims = extents(set.get(), path);
  const Hdf5Handle type = type_of(set.get());
  std::uint64_t count = 1;
  for (const std::uint64_t extent : dims) {
    if (extent != 0 && count > std::numeric_limits<std::uint32_t>::max() / extent) fail(path, "too many elements");
    count *= extent;
  }
  Column column{path, true, {}};
  const char* const unreadable =
      "values that cannot be read; where a filter other than deflate packs them, unpack it (h5repack -f NONE)";
  const bool truth = H5Tget_class(type.get()) == H5T_ENUM && H5Tget_size(type.get()) == 1;  // h5py's booleans
  if (truth) {
    check_storage(path, count, 1);
    std::vector<std::int8_t> bytes(count);
    if (count > 0 && H5Dread(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
      fail(path, unreadable);
    }
    column.values.assign(bytes.begin(), bytes.end());
    return column;
  }
  const auto number = number_type(type.get());
  if (!number) fail(path, "its elements are no numbers; store integers or floating-point numbers");
  check_storage(path, count, number->bytes);
  column.whole = number->whole;
  column.values.resize(count);
  if (count > 0 && H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, column.values.data()) < 0) {
    fail(path, unreadable);
  }
  return column;
}

std::string Hdf5Columns::first_of(const std::string& group, std::span<const char* const> names) const {
  for (const char* name : names) {
    const std::string path = group == "." ? name : group + "/" + name;
    const auto object = open(path);
    if (object && is_dataset(object->get())) return path;
  }
  return {};
}

std::string Hdf5Columns::first_member(hid_t record, std::span<const char* const> names) const {
  for (const char* name : names) {
    if (H5Tget_member_index(record, name) >= 0) return name;
  }
  return {};
}

bool Hdf5Columns::holds_events(const std::string& path) const {
  const auto object = open(path);
  if (!object) return false;
  if (is_record(object->get())) {
    const Hdf5Handle type = type_of(object->get());
    return !first_member(type.get(), kX).empty() && !first_member(type.get(), kTime).empty();
  }
  if (H5Iget_type(object->get()) != H5I_GROUP) return false;
  const bool columns = !first_of(path, kX).empty() && !first_of(path, kTime).empty();
  return columns || (!first_of(path, std::array{"time"}).empty() && !first_of(path, std::array{"data"}).empty());
}

std::optional<EventColumns> Hdf5Columns::events(const std::string& path) const {
  if (!holds_events(path)) return std::nullopt;
  const auto object = open(path);
  if (is_record(object->get())) {
    const Hdf5Handle set = dataset(path);
    const Hdf5Handle type = type_of(set.get());
    if (H5Tget_nmembers(type.get()) > kMostMembers) fail(path, "records of too many members");
    const auto dims = extents(set.get(), path);
    if (dims.size() != 1) fail(path, "records in more than one dimension; store a list");
    const auto read = [&](std::span<const char* const> names) {
      return member(set.get(), type.get(), first_member(type.get(), names), dims[0], path);
    };
    return EventColumns{read(kTime), read(kX), read(kY), read(kPolarity)};
  }
  if (first_of(path, kX).empty()) return time_and_data(path);
  const auto read = [&](std::span<const char* const> names) {
    const std::string found = first_of(path, names);
    if (found.empty()) fail(path, fmt::format("no data set {}; add it", names[0]));
    return column(found);
  };
  return EventColumns{read(kTime), read(kX), read(kY), read(kPolarity)};
}

Column Hdf5Columns::member(hid_t set, hid_t record, const std::string& name, std::size_t count,
                           const std::string& path) const {
  const int index = name.empty() ? -1 : H5Tget_member_index(record, name.c_str());
  if (index < 0) fail(path, "records without x, y, t or p; add it");
  const Hdf5Handle type(H5Tget_member_type(record, static_cast<unsigned>(index)), H5Tclose);
  const std::string shown = path + "." + name;
  const auto number = number_type(type.get());
  if (!number) fail(shown, "its elements are no numbers; store integers or floating-point numbers");
  check_storage(shown, count, H5Tget_size(record));
  const Hdf5Handle memory(H5Tcreate(H5T_COMPOUND, sizeof(double)), H5Tclose);
  Column column{shown, number->whole, std::vector<double>(count)};
  if (H5Tinsert(memory.get(), name.c_str(), 0, H5T_NATIVE_DOUBLE) < 0 ||
      (count > 0 && H5Dread(set, memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, column.values.data()) < 0)) {
    fail(shown, "values that cannot be read; unpack the file (h5repack -f NONE)");
  }
  return column;
}

EventColumns Hdf5Columns::time_and_data(const std::string& group) const {
  const std::string data_path = first_of(group, std::array{"data"});
  const auto dims = extents(dataset(data_path).get(), data_path);
  if (dims.size() != 2 || dims[1] != kDataColumns) fail(data_path, "not of three columns x, y and p");
  const Column data = column(data_path);
  EventColumns columns{column(first_of(group, std::array{"time"})), {data_path, data.whole, {}}, {}, {}};
  columns.y = columns.polarity = columns.x;
  for (std::size_t i = 0; i + 2 < data.values.size(); i += kDataColumns) {
    columns.x.values.push_back(data.values[i]);
    columns.y.values.push_back(data.values[i + 1]);
    columns.polarity.values.push_back(data.values[i + 2]);
  }
  return columns;
}

}  // namespace ranvier::workloads
