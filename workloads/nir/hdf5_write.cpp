// SPDX-License-Identifier: Apache-2.0
// Writes an HDF5 file in memory, then in one step to its name: contiguous, uncompressed, without time stamps.
#include <algorithm>
#include <stdexcept>

#include "base/file.h"
#include "workloads/nir/hdf5_file.h"
#include "workloads/nir/hdf5_types.h"

namespace ranvier::workloads {
namespace {

void demand(bool done, const std::string& path) {
  if (!done) throw std::logic_error("HDF5 writing: the library refused " + path);
}

Hdf5Handle space_of(const Hdf5Value& value) {
  if (value.null) return {H5Screate(H5S_NULL), H5Sclose};
  if (value.shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  const std::vector<hsize_t> dims(value.shape.begin(), value.shape.end());
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose};
}

void demand_count(const Hdf5Value& value, const std::string& path) {
  std::int64_t count = value.null ? 0 : 1;
  for (const std::int64_t extent : value.shape) count *= extent;
  if (static_cast<std::size_t>(count) != value.count())
    throw std::logic_error("HDF5 writing: values do not fill " + path);
}

std::vector<char> fixed_bytes(const Hdf5Value& value, const std::string& path) {
  const std::size_t each = value.type.bytes;
  const char fill = value.type.padding == Hdf5Type::Padding::kSpaces ? ' ' : '\0';
  std::vector<char> bytes(value.count() * each, fill);
  std::size_t at = 0;
  for (const std::string& text : std::get<std::vector<std::string>>(value.values)) {
    demand(text.size() <= each, path);
    std::copy(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += each;
  }
  return bytes;
}

/// write(memory type, values).
template <class Write>
void put(const Hdf5Value& value, hid_t stored, const std::string& path, Write&& write) {
  if (value.count() == 0) return;
  switch (value.type.kind) {
    case Hdf5Type::Class::kFloat:
      return demand(write(H5T_NATIVE_DOUBLE, std::get<std::vector<double>>(value.values).data()) >= 0, path);
    case Hdf5Type::Class::kSigned:
      return demand(write(H5T_NATIVE_INT64, std::get<std::vector<std::int64_t>>(value.values).data()) >= 0, path);
    case Hdf5Type::Class::kUnsigned:
      return demand(write(H5T_NATIVE_UINT64, std::get<std::vector<std::uint64_t>>(value.values).data()) >= 0, path);
    case Hdf5Type::Class::kBoolean: {
      const auto& wide = std::get<std::vector<std::int64_t>>(value.values);
      std::vector<std::int8_t> bytes;
      for (const std::int64_t v : wide) bytes.push_back(static_cast<std::int8_t>(v));
      return demand(write(stored, bytes.data()) >= 0, path);
    }
    case Hdf5Type::Class::kString: {
      if (value.type.bytes > 0) return demand(write(stored, fixed_bytes(value, path).data()) >= 0, path);
      std::vector<const char*> texts;
      for (const std::string& text : std::get<std::vector<std::string>>(value.values)) texts.push_back(text.c_str());
      return demand(write(stored, texts.data()) >= 0, path);
    }
  }
}

void write_attributes(hid_t id, const std::map<std::string, Hdf5Value>& attributes, const std::string& path) {
  for (const auto& [name, value] : attributes) {
    const std::string below = path + "@" + name;
    demand_count(value, below);
    const Hdf5Handle type = made(value.type);
    const Hdf5Handle space = space_of(value);
    const Hdf5Handle attribute(H5Acreate2(id, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                               H5Aclose);
    demand(attribute.ok(), below);
    put(value, type.get(), below,
        [&](hid_t memory, const void* from) { return H5Awrite(attribute.get(), memory, from); });
  }
}

void write_group(hid_t id, const Hdf5Group& group, const std::string& path) {
  write_attributes(id, group.attributes, path);
  for (const auto& [name, dataset] : group.datasets) {
    const std::string below = path + "/" + name;
    demand_count(dataset.value, below);
    const Hdf5Handle type = made(dataset.value.type);
    const Hdf5Handle space = space_of(dataset.value);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    demand(properties.ok() && H5Pset_obj_track_times(properties.get(), false) >= 0, below);
    const Hdf5Handle made_set(
        H5Dcreate2(id, name.c_str(), type.get(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
    demand(made_set.ok(), below);
    put(dataset.value, type.get(), below, [&](hid_t memory, const void* from) {
      return H5Dwrite(made_set.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, from);
    });
    write_attributes(made_set.get(), dataset.attributes, below);
  }
  for (const Hdf5Group& inner : group.groups) {
    const std::string below = path + "/" + inner.name;
    const Hdf5Handle made_group(H5Gcreate2(id, inner.name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    demand(made_group.ok(), below);
    write_group(made_group.get(), inner, below);
  }
}

}  // namespace

std::vector<std::uint8_t> hdf5_bytes(const Hdf5Group& root) {
  const Hdf5Session session;
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  demand(access.ok() && H5Pset_fapl_core(access.get(), 1 << 16, 0) >= 0 &&
             H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) >= 0,
         "a file in memory");
  const Hdf5Handle file(H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  demand(file.ok(), "a file in memory");
  {
    const Hdf5Handle top(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose);
    demand(top.ok(), "/");
    write_group(top.get(), root, "");
  }
  demand(H5Fflush(file.get(), H5F_SCOPE_GLOBAL) >= 0, "a file in memory");
  const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
  demand(size > 0, "a file in memory");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  demand(H5Fget_file_image(file.get(), bytes.data(), bytes.size()) == size, "a file in memory");
  return bytes;
}

void write_hdf5(const std::filesystem::path& path, const Hdf5Group& root) {
  write_file_atomically(path, hdf5_bytes(root));
}

}  // namespace ranvier::workloads
