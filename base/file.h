// SPDX-License-Identifier: Apache-2.0
// Whole files in and out. A written file is either complete under its name or not there: temporary file, sync, rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.h"

namespace ranvier {

/// All bytes of a file. Throws FileMissing, FileUnreadable.
std::string read_file(const std::filesystem::path& path);
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);

/// A device, pipe or socket: written in place, since renaming over it would replace it.
bool is_special(const std::filesystem::path& path);

/// Replaces `path` by `bytes` in one step. A device such as /dev/full or /dev/stdout is written in place. Throws
/// FileWriteFailed; what stood under the name before then still does.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
void write_file_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

}  // namespace ranvier
