// SPDX-License-Identifier: Apache-2.0
// ranvier convert on ReLU networks: an .onnx file that is no transformer, by method `rate`.
#pragma once

#include <string>

#include "cli/convert_output.h"

namespace ranvier::cli {

struct ReluArguments {
  std::string model;      // .onnx
  std::string images;     // empty: those that the sidecar names
  std::string calibrate;  // likewise
  int steps = 0;          // 0: the method's usual
  std::size_t spiking_images = 0;
  int threads = 0;
};

bool is_relu_network(const std::string& model);
ConvertResult convert_relu_network(const ReluArguments& arguments);

}  // namespace ranvier::cli
