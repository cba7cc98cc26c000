// SPDX-License-Identifier: Apache-2.0
// Device files (`kind: device`) into structs, as loader.h does for chips and boards.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chips/device.h"
#include "chips/findings.h"

namespace ranvier::chips {

/// Whether the text says `kind: device` at its top level. True of text that is otherwise wrong, too.
bool is_device_text(const std::string& text);

/// What is wrong goes to `findings`, and then the device is not to be used. Throws YamlSyntaxError.
Device parse_device(const std::string& text, const std::string& file, Findings& findings);

/// The same from a map that is parsed already: a device inside a board file.
class YamlMap;
Device read_device(const YamlMap& top);

/// Throws FileError, or the first finding as its own type.
Device load_device_file(const std::filesystem::path& path);

}  // namespace ranvier::chips
