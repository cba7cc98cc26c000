// SPDX-License-Identifier: Apache-2.0
// The small networks of tests/data/onnx (made by make_models.py there).
#pragma once

#include <filesystem>
#include <string>

namespace ranvier::workloads {

inline std::filesystem::path onnx_fixture(const std::string& name) {
  return std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "onnx" / name;
}

}  // namespace ranvier::workloads
