// SPDX-License-Identifier: Apache-2.0
// Spike trains as rows of variable length, and labels.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>

#include "workloads/events/hdf5_columns.h"

namespace ranvier::workloads {

std::size_t Hdf5Columns::rows(const std::string& path) const {
  const auto dims = extents(dataset(path).get(), path);
  if (dims.size() != 1) fail(path, "no list of rows");
  return dims[0];
}

std::uint64_t Hdf5Columns::place_of_row(hid_t set, std::size_t row, const std::string& path) const {
  const Hdf5Handle created(H5Fget_create_plist(file_.get()), H5Pclose);
  const Hdf5Handle properties(H5Dget_create_plist(set), H5Pclose);
  hsize_t user_block = 0;
  std::size_t address_bytes = 0, size_bytes = 0;
  if (H5Pget_userblock(created.get(), &user_block) < 0 || user_block != 0 ||
      H5Pget_sizes(created.get(), &address_bytes, &size_bytes) < 0 || address_bytes != 8 || size_bytes != 8) {
    fail(path, "a file with a user block or short addresses; rewrite it (h5repack)");
  }
  if (H5Pget_layout(properties.get()) == H5D_CONTIGUOUS) {
    const haddr_t at = H5Dget_offset(set);
    return at == HADDR_UNDEF ? HADDR_UNDEF : at + row * HeapReference::kBytes;
  }
  hsize_t chunk = 0;
  if (H5Pget_layout(properties.get()) != H5D_CHUNKED || H5Pget_chunk(properties.get(), 1, &chunk) != 1 || chunk == 0) {
    fail(path, "rows of variable length in a compact layout; rewrite it (h5repack)");
  }
  if (H5Pget_nfilters(properties.get()) != 0) {
    fail(path, "packed rows of variable length; unpack them (h5repack -f NONE)");
  }
  const hsize_t first = row / chunk * chunk;
  unsigned filters = 0;
  haddr_t at = HADDR_UNDEF;
  hsize_t size = 0;
  if (H5Dget_chunk_info_by_coord(set, &first, &filters, &at, &size) < 0) fail(path, "a row that cannot be found");
  return at == HADDR_UNDEF ? HADDR_UNDEF : at + (row - first) * HeapReference::kBytes;
}

Column Hdf5Columns::train(const std::string& path, std::size_t row) {
  const Hdf5Handle set = dataset(path);
  const Hdf5Handle type(H5Dget_type(set.get()), H5Tclose);
  const bool variable = H5Tget_class(type.get()) == H5T_VLEN;
  const Hdf5Handle element(variable ? H5Tget_super(type.get()) : -1, H5Tclose);
  const auto number = element.ok() ? number_type(element.get()) : std::nullopt;
  if (!number) fail(path, "not rows of variable length of numbers");
  if (row >= rows(path)) fail(path, fmt::format("no row {}; it must have as many as spikes/times", row));
  Column column{fmt::format("{}[{}]", path, row), number->whole, {}};
  const std::uint64_t place = place_of_row(set.get(), row, path);
  if (place == HADDR_UNDEF) return column;
  const auto reference = bytes_.read(place, HeapReference::kBytes);
  if (reference.size() < HeapReference::kBytes) fail(column.name, "the file ends before it; copy it again");
  const HeapReference heap = HeapReference::parse(reference);
  std::vector<std::uint8_t> elements = read_heap_row(bytes_, heap, number->bytes, name_, column.name);
  elements.resize(heap.elements * sizeof(double));
  if (heap.elements > 0 &&
      H5Tconvert(element.get(), H5T_NATIVE_DOUBLE, heap.elements, elements.data(), nullptr, H5P_DEFAULT) < 0) {
    fail(column.name, "numbers that cannot be converted");
  }
  column.values.resize(heap.elements);
  if (!elements.empty()) std::memcpy(column.values.data(), elements.data(), elements.size());
  return column;
}

namespace {

std::int32_t class_of(double value) {
  constexpr double kMost = 1 << 30;
  return value >= 0 && value <= kMost && value == std::floor(value) ? static_cast<std::int32_t>(value) : -1;
}

}  // namespace

std::int32_t Hdf5Columns::label(std::size_t row) {
  if (!labels_) labels_ = has("labels") ? column("labels") : Column{};
  return row < labels_->values.size() ? class_of(labels_->values[row]) : -1;
}

std::int32_t Hdf5Columns::label_of_group(const std::string& group) const {
  const std::string path = first_of(group, std::array{"labels", "label"});
  if (path.empty()) return -1;
  const Column labels = column(path);
  return labels.values.size() == 1 ? class_of(labels.values[0]) : -1;
}

}  // namespace ranvier::workloads
