// SPDX-License-Identifier: Apache-2.0
// What an AEDAT 4.0 header says about its streams. Private to this part.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ranvier::workloads {

struct StreamInfo {
  std::string type;  // "EVTS", "FRME", ...
  std::int32_t width = 0;
  std::int32_t height = 0;
};

/// By stream number. The text is DV's XML tree of settings: <node name="N"> with <attr key="typeIdentifier"> in it, and
/// sizeX and sizeY in its node "info". What is not understood is passed over.
std::map<std::int32_t, StreamInfo> parse_stream_info(std::string_view xml);

}  // namespace ranvier::workloads
