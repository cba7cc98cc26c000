// SPDX-License-Identifier: Apache-2.0
// How far conversion takes published networks from their float selves, and the seeded shape at full size.
#include <gtest/gtest.h>

#include <ostream>

#include "../shared_data.h"
#include "workloads/convert.h"
#include "workloads/convert_report.h"
#include "workloads/executor.h"
#include "workloads/reference.h"
#include "workloads/seeded_model.h"

namespace ranvier::workloads {
namespace {

struct Bound {
  const char* folder;
  std::size_t images;
  double least_agreement;  // percent
};

void PrintTo(const Bound& bound, std::ostream* out) { *out << bound.folder; }

class PublishedAccuracy : public testing::TestWithParam<Bound> {};

TEST_P(PublishedAccuracy, IntegersKeepTheClass) {
  RANVIER_NEEDS_SHARED_DATA(GetParam().folder);
  RANVIER_NEEDS_SHARED_DATA("cifar10");
  const VitModel model = load_model(shared_data(GetParam().folder).string());
  const Program program = convert(model);
  const RecordedLogits recorded = recorded_logits(model);
  const ConversionReport report =
      report_conversion(model, program, test_images(model), GetParam().images, 0, &recorded);
  EXPECT_GE(report.agreement_float, GetParam().least_agreement);
  EXPECT_NEAR(report.accuracy_integer, report.accuracy_float, 1.5);
  EXPECT_LT(report.recorded_gap.value(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(All, PublishedAccuracy,
                         testing::Values(Bound{"kwt1", 120, 95}, Bound{"vit-cifar10/pre-ln-64x4", 200, 91},
                                         Bound{"vit-cifar10/post-ln-128x6", 200, 95},
                                         Bound{"vit-cifar10/vnncomp-ibp_3_3_8", 500, 92}));

TEST(KeywordTransformer, UnaryEventsSettleToTheIntegerNetwork) {
  RANVIER_NEEDS_SHARED_DATA("kwt1");
  const VitModel model = load_model(shared_data("kwt1").string());
  ConvertOptions options;
  options.calibration_images = 4;
  const Program program = convert(model, options);
  const auto codes = input_codes(model, test_images(model), 100);
  EXPECT_EQ(run_spiking(program, codes, Schedule::kStagedUnary, {}).activations, run_reference(program, codes));
}

TEST(SeededShape, ConvertsAndRuns) {
  const VitModel model = load_model("vit-b32-shape");
  std::size_t parameters = model.cls.size() + model.pos.size() + model.head.weight.size() + model.embed.weight.size();
  for (const NormWeights* w : {&model.pre_norm, &model.norm}) parameters += w->gamma.size() + w->beta.size();
  for (const BlockWeights& b : model.blocks) {
    for (const NormWeights* w : {&b.norm1, &b.norm2}) parameters += w->gamma.size() + w->beta.size();
    for (const LinearWeights* w : {&b.q, &b.k, &b.v, &b.proj, &b.fc1, &b.fc2})
      parameters += w->weight.size() + w->bias.size();
  }
  EXPECT_EQ(parameters, 87'849'216U) << "of the visual part of CLIP ViT-B/32";
  const Program program = convert(model);
  EXPECT_EQ(program.weights_note, "seeded weights, not trained: shapes of CLIP ViT-B/32");
  const auto codes = input_codes(model, test_images(model), 0);
  EXPECT_EQ(run_spiking(program, codes, Schedule::kStagedGraded, {}).activations, run_reference(program, codes));
}

}  // namespace
}  // namespace ranvier::workloads
