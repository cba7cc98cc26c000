// SPDX-License-Identifier: Apache-2.0
// SHA-256, for manifests and for cache keys that must not collide.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ranvier {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view bytes);

/// Digest of a file's content, read in pieces. Throws FileMissing, FileUnreadable.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace ranvier
