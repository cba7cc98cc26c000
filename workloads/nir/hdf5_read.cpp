// SPDX-License-Identifier: Apache-2.0
// Reads a whole HDF5 file. Nothing is allocated before the file's own size says that it can be true.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "workloads/nir/hdf5_file.h"
#include "workloads/nir/hdf5_tree_wire.h"
#include "workloads/nir/hdf5_types.h"
#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

constexpr int kMostDepth = 64;
constexpr std::uint64_t kMostObjects = 1 << 20;
constexpr std::uint64_t kMostRatio = 1032;  // of deflate
constexpr std::uint64_t kSlackBytes = 1 << 20;
constexpr int kMostRank = 8;

herr_t collect_link(hid_t, const char* name, const H5L_info_t*, void* names) {
  try {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  } catch (...) {
    return -1;  // must not leave C code as an exception
  }
  return 0;
}

herr_t collect_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
  return collect_link(0, name, nullptr, names);
}

std::string trimmed(const char* text, std::size_t length, Hdf5Type::Padding padding) {
  std::string value(text, length);
  if (padding == Hdf5Type::Padding::kNullTerminated) return value.substr(0, value.find('\0'));
  const char fill = padding == Hdf5Type::Padding::kSpaces ? ' ' : '\0';
  value.erase(value.find_last_not_of(fill) + 1);
  return value;
}

class TreeReader {
 public:
  TreeReader(std::string file, std::uint64_t file_bytes)
      : file_(std::move(file)), most_bytes_(file_bytes * kMostRatio + kSlackBytes) {}

  Hdf5Group group(hid_t id, const std::string& path, int depth) {
    Hdf5Group read;
    count_object(path);
    if (depth > kMostDepth)
      throw Hdf5TooLarge(file_, path.substr(0, 200), "levels of groups", kMostDepth + 1, kMostDepth);
    read.attributes = attributes(id, path);
    for (const std::string& name : links(id, path)) {
      const std::string below = path + "/" + name;
      H5L_info_t link;
      if (H5Lget_info(id, name.c_str(), &link, H5P_DEFAULT) < 0) throw Hdf5Unreadable(file_, below, "bad link");
      if (link.type != H5L_TYPE_HARD) throw Hdf5Unsupported(file_, below, "a soft or external link");
      const Hdf5Handle object(H5Oopen(id, name.c_str(), H5P_DEFAULT), H5Oclose);
      if (!object.ok()) throw Hdf5Unreadable(file_, below, "an object that cannot be opened");
      switch (H5Iget_type(object.get())) {
        case H5I_GROUP:
          read.groups.push_back(group(object.get(), below, depth + 1));
          read.groups.back().name = name;
          break;
        case H5I_DATASET:
          count_object(below);
          read.datasets.emplace(name, Hdf5Dataset{dataset(object.get(), below), attributes(object.get(), below)});
          break;
        default:
          throw Hdf5Unsupported(file_, below, "a named type");
      }
    }
    return read;
  }

 private:
  void count_object(const std::string& path) {
    if (++objects_ > kMostObjects) throw Hdf5TooLarge(file_, path, "objects", objects_, kMostObjects);
  }

  std::vector<std::string> links(hid_t id, const std::string& path) {
    std::vector<std::string> names;
    hsize_t at = 0;
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &at, collect_link, &names) < 0)
      throw Hdf5Unreadable(file_, path, "a group that cannot be listed");
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end())
      throw Hdf5Unreadable(file_, path, "a name that stands twice");
    return names;
  }

  std::map<std::string, Hdf5Value> attributes(hid_t id, const std::string& path) {
    std::vector<std::string> names;
    hsize_t at = 0;
    if (H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_INC, &at, collect_attribute, &names) < 0)
      throw Hdf5Unreadable(file_, path, "attributes that cannot be listed");
    std::map<std::string, Hdf5Value> all;
    for (const std::string& name : names) {
      const std::string below = fmt::format("{}@{}", path, name);
      count_object(below);
      const Hdf5Handle attribute(H5Aopen(id, name.c_str(), H5P_DEFAULT), H5Aclose);
      if (!attribute.ok()) throw Hdf5Unreadable(file_, below, "an attribute that cannot be opened");
      const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
      const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
      all.emplace(name, value(type, space, below,
                              [&](hid_t memory, void* to) { return H5Aread(attribute.get(), memory, to); }));
    }
    return all;
  }

  Hdf5Value dataset(hid_t id, const std::string& path) {
    const Hdf5Handle layout(H5Dget_create_plist(id), H5Pclose);
    if (!layout.ok()) throw Hdf5Unreadable(file_, path, "a dataset without properties");
    if (H5Pget_layout(layout.get()) == H5D_VIRTUAL || H5Pget_external_count(layout.get()) > 0)
      throw Hdf5Unsupported(file_, path, "data in other files");
    const Hdf5Handle type(H5Dget_type(id), H5Tclose);
    const Hdf5Handle space(H5Dget_space(id), H5Sclose);
    return value(type, space, path,
                 [&](hid_t memory, void* to) { return H5Dread(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
  }

  template <class Read>
  Hdf5Value value(const Hdf5Handle& stored, const Hdf5Handle& space, const std::string& path, Read&& read) {
    if (!stored.ok() || !space.ok()) throw Hdf5Unreadable(file_, path, "a type or size that cannot be read");
    const auto type = described(stored.get());
    if (!type) throw Hdf5Unsupported(file_, path, "an element type of another kind");
    Hdf5Value result;
    result.type = *type;
    const std::size_t count = extents(space.get(), result, path);
    switch (type->kind) {
      case Hdf5Type::Class::kFloat:
        result.values = numbers<double>(H5T_NATIVE_DOUBLE, count, path, read);
        break;
      case Hdf5Type::Class::kUnsigned:
        result.values = numbers<std::uint64_t>(H5T_NATIVE_UINT64, count, path, read);
        break;
      case Hdf5Type::Class::kSigned:
        result.values = numbers<std::int64_t>(H5T_NATIVE_INT64, count, path, read);
        break;
      case Hdf5Type::Class::kBoolean: {
        const auto bytes = numbers<std::int8_t>(stored.get(), count, path, read);
        result.values = std::vector<std::int64_t>(bytes.begin(), bytes.end());
        break;
      }
      case Hdf5Type::Class::kString:
        result.values = type->bytes == 0 ? variable(stored.get(), space.get(), count, path, read)
                                         : fixed(stored.get(), *type, count, path, read);
        break;
    }
    return result;
  }

  std::size_t extents(hid_t space, Hdf5Value& result, const std::string& path) {
    const H5S_class_t kind = H5Sget_simple_extent_type(space);
    result.null = kind == H5S_NULL;
    if (kind == H5S_NULL) return 0;
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0) throw Hdf5Unreadable(file_, path, "a size that cannot be read");
    if (rank > kMostRank) throw Hdf5TooLarge(file_, path, "dimensions", static_cast<std::uint64_t>(rank), kMostRank);
    hsize_t dims[kMostRank] = {};
    if (rank > 0 && H5Sget_simple_extent_dims(space, dims, nullptr) < 0)
      throw Hdf5Unreadable(file_, path, "a size that cannot be read");
    const std::uint64_t each = std::max<std::uint64_t>(result.type.bytes, 1);
    std::uint64_t count = 1;
    for (int i = 0; i < rank; ++i) {
      const std::uint64_t extent = dims[i];
      if (extent > most_bytes_ || (extent != 0 && count > most_bytes_ / extent))
        throw Hdf5TooLarge(file_, path, "elements in one dimension", extent, most_bytes_ / each);
      count *= extent;
      result.shape.push_back(static_cast<std::int64_t>(extent));
    }
    bytes_ += count * each;
    if (count > most_bytes_ / each || bytes_ > most_bytes_)
      throw Hdf5TooLarge(file_, path, "elements", count, most_bytes_ / each);
    return count;
  }

  template <class Number, class Read>
  std::vector<Number> numbers(hid_t memory, std::size_t count, const std::string& path, Read&& read) {
    std::vector<Number> all(count);
    if (count > 0 && read(memory, all.data()) < 0) throw Hdf5Unreadable(file_, path, "values that cannot be read");
    return all;
  }

  template <class Read>
  std::vector<std::string> fixed(hid_t stored, const Hdf5Type& type, std::size_t count, const std::string& path,
                                 Read&& read) {
    std::vector<char> bytes(count * type.bytes);
    if (count > 0 && read(stored, bytes.data()) < 0) throw Hdf5Unreadable(file_, path, "strings that cannot be read");
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i)
      all.push_back(trimmed(bytes.data() + i * type.bytes, type.bytes, type.padding));
    return all;
  }

  template <class Read>
  std::vector<std::string> variable(hid_t stored, hid_t space, std::size_t count, const std::string& path,
                                    Read&& read) {
    std::vector<char*> texts(count, nullptr);
    const bool done = count == 0 || read(stored, texts.data()) >= 0;
    std::vector<std::string> all;
    std::uint64_t length = 0;
    for (const char* text : texts) {
      if (done && bytes_ + length <= most_bytes_) all.emplace_back(text == nullptr ? "" : text);
      length += all.empty() ? 0 : all.back().size();
    }
    if (count > 0) H5Dvlen_reclaim(stored, space, H5P_DEFAULT, texts.data());
    if (!done) throw Hdf5Unreadable(file_, path, "strings that cannot be read");
    bytes_ += length;
    if (bytes_ > most_bytes_) throw Hdf5TooLarge(file_, path, "bytes of strings", bytes_, most_bytes_);
    return all;
  }

  std::string file_;
  std::uint64_t most_bytes_;
  std::uint64_t bytes_ = 0;
  std::uint64_t objects_ = 0;
};

Hdf5Group read_image(std::span<const std::uint8_t> bytes, const std::string& file) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  std::vector<std::uint8_t> image(bytes.begin(), bytes.end());
  if (!access.ok() || H5Pset_fapl_core(access.get(), 1 << 16, 0) < 0 ||
      H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) < 0 ||
      H5Pset_file_image(access.get(), image.data(), image.size()) < 0) {
    throw Hdf5Unreadable(file, "", "the library does not take it");
  }
  const Hdf5Handle opened(H5Fopen("image", H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!opened.ok()) throw Hdf5Unreadable(file, "", "the library cannot open it");
  const Hdf5Handle root(H5Gopen2(opened.get(), "/", H5P_DEFAULT), H5Gclose);
  if (!root.ok()) throw Hdf5Unreadable(file, "/", "no root group");
  return TreeReader(file, bytes.size()).group(root.get(), "", 0);
}

}  // namespace

Hdf5Group parse_hdf5(std::span<const std::uint8_t> bytes, const std::string& file) {
  if (bytes.empty()) throw Hdf5Unreadable(file, "", "no byte in it");
  const Hdf5Session session;
  try {
    return get_tree_or_refusal(work_in_child([&] { return tree_or_refusal([&] { return read_image(bytes, file); }); }));
  } catch (const Hdf5ChildDied&) {
    throw Hdf5Unreadable(file, "", "the library broke down on it");
  }
}

Hdf5Group read_hdf5(const std::filesystem::path& path) { return parse_hdf5(read_bytes(path), path.string()); }

}  // namespace ranvier::workloads
