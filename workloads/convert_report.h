// SPDX-License-Identifier: Apache-2.0
// How far the integers stand from the real network, stage by stage: what `ranvier convert` prints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct StageReport {
  std::string name;
  StageKind kind = StageKind::kInput;
  double scale = 1;          // real value of one output unit
  double float_error = 0;    // rms(code * scale - float) / rms(float)
  double integer_error = 0;  // the same against the float network with the program's quantisers
  std::int64_t macs = 0;     // dense, an image
};

struct ClassHits {
  std::size_t images = 0;
  std::size_t floating = 0;
  std::size_t integer = 0;
};

struct ConversionReport {
  std::vector<StageReport> stages;
  std::size_t images = 0;
  bool labelled = true;           // else the accuracies are 0 and mean nothing
  double accuracy_float = 0;      // percent of images
  double accuracy_quantised = 0;  // float arithmetic with the program's quantisers
  double accuracy_integer = 0;
  double agreement_float = 0;  // percent of images whose integer prediction equals the float one
  double agreement_quantised = 0;
  std::vector<ClassHits> by_class;
  std::optional<double> recorded_gap;  // largest difference of a float logit from the recorded one
};

/// On the first `max_images` images (0: all). `recorded` are logits for the same images in the same order, if any.
/// Throws what check_images throws.
ConversionReport report_conversion(const VitModel& model, const Program& program, const ImageSet& images,
                                   std::size_t max_images = 0, int threads = 0,
                                   const RecordedLogits* recorded = nullptr);

}  // namespace ranvier::workloads
