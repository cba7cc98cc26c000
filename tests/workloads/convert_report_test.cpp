// SPDX-License-Identifier: Apache-2.0
// The conversion report, and what conversion costs the shipped networks on their 500 test images.
#include "workloads/convert_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "made_model.h"
#include "workloads/bundled.h"
#include "workloads/convert.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

ImageSet random_images(const VitModel& model, std::size_t count) {
  ImageSet images;
  images.side = model.config.image;
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::uint8_t p : random_pixels(3, i, images.side)) images.pixels.push_back(p);
    images.labels.push_back(static_cast<std::uint8_t>(i % 3));
  }
  return images;
}

TEST(ConversionReport, StagesErrorsAndMacs) {
  const VitModel model = random_model(5, small_config(7));
  const Program program = convert(model);
  const ConversionReport report = report_conversion(model, program, random_images(model, 9));
  EXPECT_EQ(report.images, 9U);
  ASSERT_EQ(report.stages.size(), program.stages.size());
  std::int64_t macs = 0;
  for (std::size_t s = 0; s < report.stages.size(); ++s) {
    EXPECT_EQ(report.stages[s].name, program.stages[s].name);
    EXPECT_EQ(report.stages[s].scale, program.stages[s].code_scale);
    EXPECT_LT(report.stages[s].integer_error, 0.2) << report.stages[s].name;
    macs += report.stages[s].macs;
  }
  EXPECT_EQ(macs, dense_multiply_adds(program));
  EXPECT_LT(report.stages[0].float_error, 1e-6);  // the input is exact
  EXPECT_GT(report.stages[1].float_error, 0);
  EXPECT_GT(report.stages[1].float_error, report.stages[1].integer_error);
  EXPECT_EQ(report.stages[3].macs, 5 * 8 * 8);
}

TEST(ConversionReport, ThreadsDoNotChangeADigit) {
  const VitModel model = random_model(5, small_config(7));
  const Program program = convert(model);
  const ImageSet images = random_images(model, 17);
  const ConversionReport one = report_conversion(model, program, images, 0, 1);
  for (const int threads : {0, 2}) {
    const ConversionReport other = report_conversion(model, program, images, 0, threads);
    for (std::size_t s = 0; s < one.stages.size(); ++s) {
      EXPECT_EQ(one.stages[s].float_error, other.stages[s].float_error);
      EXPECT_EQ(one.stages[s].integer_error, other.stages[s].integer_error);
    }
    EXPECT_EQ(one.accuracy_integer, other.accuracy_integer);
  }
  EXPECT_EQ(report_conversion(model, program, images, 4).images, 4U);
}

/// Integer accuracy within half a point of float on the 500 shipped images, or better than it.
TEST(ConversionReport, ShippedModelsKeepTheirAccuracy) {
  for (const BundledWorkload& workload : bundled_workloads()) {
    const VitModel model = load_model(workload.name);
    const Program program = convert(model);
    const ImageSet images = test_images(model);
    const ConversionReport report = report_conversion(model, program, images);
    EXPECT_GE(report.accuracy_integer, report.accuracy_float - 0.5) << workload.name;
    EXPECT_GE(report.accuracy_float, 89) << workload.name;
    EXPECT_GE(report.agreement_quantised, 95) << workload.name;
    for (const StageReport& stage : report.stages)
      EXPECT_LT(stage.integer_error, 0.35) << workload.name << " " << stage.name;

    const RecordedLogits recorded = recorded_logits(model);
    const auto inputs = input_code_batch(model, images);
    const auto logits = run_reference_logits(program, inputs, 2);
    const auto classes = static_cast<std::size_t>(model.config.classes);
    std::size_t same = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      same += argmax(logits[i].data(), classes) == argmax(&recorded.with_quantisers[i * classes], classes);
    EXPECT_GE(100 * same, 95 * inputs.size()) << workload.name;
  }
}

}  // namespace
}  // namespace ranvier::workloads
