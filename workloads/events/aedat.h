// SPDX-License-Identifier: Apache-2.0
// The versions of AEDAT, iniVation's family of event formats (docs.inivation.com, "AEDAT file formats"). Private to
// this part.
#pragma once

#include "workloads/events/byte_cursor.h"
#include "workloads/events/formats.h"

namespace ranvier::workloads {

/// Lines of the header, without "#" and line end, that come after the version line.
struct AedatHeader {
  std::string file;
  std::vector<std::string> lines;
  /// What follows the last "key" (any case) that a line starts with, behind ":" and blanks; empty: no such line.
  std::string value(std::string_view key) const;
};

Recording parse_aedat2(const AedatHeader& header, ByteCursor data, const RecordingOptions& options);
Recording parse_aedat3(const AedatHeader& header, ByteCursor data);
Recording parse_aedat4(const std::string& file, ByteCursor data);

}  // namespace ranvier::workloads
