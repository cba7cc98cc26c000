// SPDX-License-Identifier: Apache-2.0
// HDF5 files, whole, in and out, through the C library. Its messages are silenced and become typed errors; links out of
// the file, plug-in filters and anything larger than the file can hold are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "workloads/nir/hdf5_value.h"

namespace ranvier::workloads {

/// Throws FileMissing, FileUnreadable, Hdf5Unreadable, Hdf5Unsupported, Hdf5TooLarge.
Hdf5Group read_hdf5(const std::filesystem::path& path);
/// The same of bytes in memory; `file` is for messages.
Hdf5Group parse_hdf5(std::span<const std::uint8_t> bytes, const std::string& file);

/// Uncompressed, without time stamps: equal trees give equal bytes. A value that its type cannot hold is a
/// std::logic_error.
std::vector<std::uint8_t> hdf5_bytes(const Hdf5Group& root);
/// Throws FileWriteFailed.
void write_hdf5(const std::filesystem::path& path, const Hdf5Group& root);

}  // namespace ranvier::workloads
