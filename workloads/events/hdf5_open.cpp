// SPDX-License-Identifier: Apache-2.0
// Opening of HDF5 files, and the way to an object in one: hard links only, so that nothing outside is read and no path
// runs in a circle.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "workloads/events/event_errors.h"
#include "workloads/events/hdf5_columns.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kMostChildren = 1 << 20;

herr_t collect(hid_t, const char* name, const H5L_info_t*, void* names) {
  auto& all = *static_cast<std::vector<std::string>*>(names);
  if (all.size() >= kMostChildren) return 1;
  try {
    all.emplace_back(name);
  } catch (...) {
    return -1;  // must not leave C code as an exception
  }
  return 0;
}

/// 2 before 10.
bool in_order(const std::string& a, const std::string& b) {
  const auto key = [](const std::string& name) {
    const bool number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    return std::tuple(!number, number ? name.size() : 0, name);
  };
  return key(a) < key(b);
}

}  // namespace

Hdf5Columns::Hdf5Columns(std::string name, Hdf5Handle file, FileBytes bytes)
    : name_(std::move(name)), file_(std::move(file)), bytes_(std::move(bytes)) {
  if (!file_.ok()) fail("", "the HDF5 library cannot open it; it is another format, or was cut short");
}

Hdf5Columns Hdf5Columns::of_bytes(std::span<const std::uint8_t> bytes, const std::string& file) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  std::vector<std::uint8_t> image(bytes.begin(), bytes.end());
  const bool taken = access.ok() && !image.empty() && H5Pset_fapl_core(access.get(), 1 << 16, 0) >= 0 &&
                     H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG) >= 0 &&
                     H5Pset_file_image(access.get(), image.data(), image.size()) >= 0;
  return {file, Hdf5Handle(taken ? H5Fopen("image", H5F_ACC_RDONLY, access.get()) : -1, H5Fclose), FileBytes(bytes)};
}

Hdf5Columns Hdf5Columns::of_file(const std::filesystem::path& path) {
  FileBytes bytes(path);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (access.ok()) H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  return {path.string(), Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose), std::move(bytes)};
}

void Hdf5Columns::fail(const std::string& dataset, const std::string& detail) const {
  throw BadEventDataset(name_, dataset, detail);
}

std::optional<Hdf5Handle> Hdf5Columns::open(const std::string& path) const {
  std::optional<Hdf5Handle> object;
  object.emplace(H5Gopen2(file_.get(), "/", H5P_DEFAULT), H5Gclose);
  if (!object->ok()) fail("/", "no root group; the file is damaged: write it again");
  std::string_view rest = path;
  if (rest == ".") rest = {};
  while (!rest.empty()) {
    const std::size_t end = rest.find('/');
    const std::string name(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (name.empty()) continue;
    H5L_info_t link;
    if (name == "." || H5Iget_type(object->get()) != H5I_GROUP ||
        H5Lexists(object->get(), name.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(object->get(), name.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
      return std::nullopt;
    }
    Hdf5Handle next(H5Oopen(object->get(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!next.ok()) return std::nullopt;
    object.emplace(std::move(next));
  }
  return object;
}

bool Hdf5Columns::has(const std::string& path) const { return open(path).has_value(); }

std::vector<std::string> Hdf5Columns::children(const std::string& path) const {
  const auto group = open(path);
  if (!group || H5Iget_type(group->get()) != H5I_GROUP) return {};
  std::vector<std::string> names;
  hsize_t at = 0;
  if (H5Literate(group->get(), H5_INDEX_NAME, H5_ITER_NATIVE, &at, collect, &names) < 0) {
    fail(path, "a group that cannot be listed; the file is damaged: write it again");
  }
  std::sort(names.begin(), names.end(), in_order);
  return names;
}

std::vector<std::string> Hdf5Columns::recordings() const {
  std::vector<std::string> found;
  for (const std::string& outer : children(".")) {
    if (holds_events(outer)) {
      found.push_back(outer);
      continue;
    }
    for (const std::string& inner : children(outer)) {
      if (holds_events(outer + "/" + inner)) found.push_back(outer + "/" + inner);
    }
  }
  return found;
}

std::string Hdf5Columns::what_is_there() const {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names = recordings();
  const std::size_t count = names.size();
  if (count == 0) return "none in a known layout";
  names.resize(std::min(count, kShown));
  return fmt::format("{} recordings ({}{})", count, fmt::join(names, ", "), count > kShown ? ", ..." : "");
}

}  // namespace ranvier::workloads
