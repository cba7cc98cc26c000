// SPDX-License-Identifier: Apache-2.0
// From a trained network to the integer program: scales, thresholds, 8-bit weights, tables
// (docs/explanation/conversion.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct ConvertOptions {
  std::optional<int> bits;   // of activations; none: as trained
  bool recalibrate = false;  // search all quantiser steps even where trained ones exist
  std::string calibration;   // images for it, as `load_images` takes; empty: the bundled ones of the dataset
  std::size_t calibration_images = 128;  // at most; 0: all
  int threads = 0;                       // 0: all cores; does not change the result
};

/// The integer network of method `spikezip` (methods/method.h has the others). Throws BadActivationBits,
/// CannotCalibrate, DoesNotFitIntegers and what loading images throws.
Program convert(const VitModel& model, const ConvertOptions& options = {});

}  // namespace ranvier::workloads
