// SPDX-License-Identifier: Apache-2.0
// Chip and board files into structs. All findings of a file are collected; a load throws the one that stands first.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "chips/chip.h"
#include "chips/findings.h"

namespace ranvier::chips {

/// Turns what a board file says of its chip (a bundled name or a path beside the board file) into a path; empty:
/// unknown.
using ChipFinder = std::function<std::filesystem::path(const std::string& name)>;

/// Text of a chip file to a board of one chip, text of a board file to its board. What is wrong goes to `findings`, and
/// then the board is not to be used. Throws YamlSyntaxError for what is no YAML map, FileError for a chip file that a
/// board names and that cannot be read.
Board parse_target(const std::string& text, const std::string& file, const ChipFinder& find_chip, Findings& findings);

/// The file's board. Throws FileError, or the first finding as its own type (chips/errors.h).
Board load_target_file(const std::filesystem::path& path);

/// One line for each thing wrong with a chip or board file, in order of the file, then those of self_check(). Empty:
/// the file is good. Throws FileError.
std::vector<std::string> check_target_file(const std::filesystem::path& path);

/// Names that load_target() takes without a path, in alphabetical order.
std::vector<std::string> bundled_targets();

}  // namespace ranvier::chips
