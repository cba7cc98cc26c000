// SPDX-License-Identifier: Apache-2.0
// model.json beside model.onnx: what an ONNX file does not say about its input and its data
// (docs/reference/model-files.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

/// Network input = (range_low + (range_high - range_low) pixel / 255 - mean) / deviation, by colour.
struct OnnxSidecar {
  std::filesystem::path file;
  bool present = false;
  std::string name;  // empty: that of the ONNX file
  std::string dataset;
  double range_low = 0;
  double range_high = 1;
  std::vector<double> mean;       // one for all colours, or one each; empty: 0
  std::vector<double> deviation;  // likewise; empty: 1
  std::vector<double> centre;     // of the codes, in units of the range; empty: the mean, or mid-range without one
  DataSource data;
  std::vector<std::string> class_names;
};

/// Of model.onnx. Throws ConfigError's kinds.
OnnxSidecar read_onnx_sidecar(const std::filesystem::path& onnx);

/// Name, data, classes, and how pixels or coefficients become codes. Throws BadConfigValue, MissingConfigKey, and what
/// loading clips throws.
void apply_sidecar(const OnnxSidecar& sidecar, VitModel& model);

/// A transformer out of an ONNX file and its sidecar. Throws FileMissing, OnnxError's kinds, UnknownStructure,
/// RecognitionDiffers, and what the two above throw.
VitModel load_onnx(const std::filesystem::path& onnx);

}  // namespace ranvier::workloads
