// SPDX-License-Identifier: Apache-2.0
// HDF5 files for tests, through the library itself.
#pragma once

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/workloads/made_model.h"

namespace ranvier::workloads {

class MadeHdf5 {
 public:
  MadeHdf5() : file_(H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {
    H5Pset_create_intermediate_group(links_, 1);
  }
  ~MadeHdf5() { close(); }
  MadeHdf5(const MadeHdf5&) = delete;
  MadeHdf5& operator=(const MadeHdf5&) = delete;

  std::filesystem::path path() const { return folder_.path() / "made.h5"; }
  std::vector<std::uint8_t> bytes() {
    close();
    return read_bytes(path());
  }
  /// Stored as `stored`; `chunk` > 0: in chunks, with deflate where `deflate`.
  void numbers(const std::string& name, const std::vector<double>& values, hid_t stored,
               std::vector<hsize_t> shape = {}, hsize_t chunk = 0, bool deflate = false) {
    if (shape.empty()) shape = {values.size()};
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = create(name, stored, space, chunk, deflate);
    if (!values.empty()) H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
    H5Sclose(space);
  }
  /// Rows of variable length.
  void rows(const std::string& name, std::vector<std::vector<double>> values, hid_t stored, hsize_t chunk = 0,
            bool deflate = false) {
    const hsize_t count = values.size();
    std::vector<hvl_t> rows;
    for (auto& row : values) rows.push_back({row.size(), row.data()});
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t disk = H5Tvlen_create(stored), memory = H5Tvlen_create(H5T_NATIVE_DOUBLE);
    const hid_t set = create(name, disk, space, chunk, deflate);
    H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data());
    H5Dclose(set);
    H5Tclose(memory);
    H5Tclose(disk);
    H5Sclose(space);
  }
  /// Records of int64 t, int16 x and y, uint8 p, all from the columns of `values`.
  void records(const std::string& name, const std::vector<std::array<double, 4>>& values) {
    const hid_t disk = H5Tcreate(H5T_COMPOUND, 13), memory = H5Tcreate(H5T_COMPOUND, 32);
    H5Tinsert(disk, "t", 0, H5T_STD_I64LE);
    H5Tinsert(disk, "x", 8, H5T_STD_I16LE);
    H5Tinsert(disk, "y", 10, H5T_STD_I16LE);
    H5Tinsert(disk, "p", 12, H5T_STD_U8LE);
    std::size_t at = 0;
    for (const char* member : {"t", "x", "y", "p"}) H5Tinsert(memory, member, 8 * at++, H5T_NATIVE_DOUBLE);
    const hsize_t count = values.size();
    const hid_t space = H5Screate_simple(1, &count, nullptr);
    const hid_t set = create(name, disk, space, 0, false);
    H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(set);
    H5Sclose(space);
    H5Tclose(memory);
    H5Tclose(disk);
  }
  void link_to_file(const std::string& name) { H5Lcreate_external("other.h5", "/x", file_, name.c_str(), links_, 0); }

 private:
  hid_t create(const std::string& name, hid_t type, hid_t space, hsize_t chunk, bool deflate) {
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk > 0) {
      hsize_t extent = 0;
      H5Sget_simple_extent_dims(space, &extent, nullptr);
      chunk = std::min(chunk, extent);  // the library asks for that
      H5Pset_chunk(properties, 1, &chunk);
    }
    if (deflate) H5Pset_deflate(properties, 6);
    const hid_t set = H5Dcreate2(file_, name.c_str(), type, space, links_, properties, H5P_DEFAULT);
    H5Pclose(properties);
    return set;
  }
  void close() {
    if (file_ < 0) return;
    H5Fclose(file_);
    H5Pclose(links_);
    file_ = -1;
  }

  ScratchFolder folder_;
  hid_t links_ = H5Pcreate(H5P_LINK_CREATE);
  hid_t file_ = -1;
};

}  // namespace ranvier::workloads
