// SPDX-License-Identifier: Apache-2.0
// ONNX files to canonical graphs. docs/reference/onnx.md says which operators become what, and what is refused.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "workloads/graph/graph.h"

namespace ranvier::workloads {

inline constexpr std::int64_t kLeastOpset = 9;
inline constexpr std::int64_t kMostOpset = 20;

struct OnnxImport {
  Graph graph;
  std::int64_t opset = 0;
  std::string producer;            // as the file names it
  std::vector<std::string> notes;  // what is not bit for bit as in the file, one line each
};

/// Throws FileMissing, FileUnreadable and the kinds of OnnxError.
OnnxImport read_onnx(const std::filesystem::path& path);
/// From bytes. `folder` is where external data may lie, empty where there is none; `file` is for messages.
OnnxImport read_onnx(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder, const std::string& file);

/// The graph alone.
Graph import_onnx(const std::filesystem::path& path);

}  // namespace ranvier::workloads
