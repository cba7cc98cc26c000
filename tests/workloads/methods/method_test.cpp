// SPDX-License-Identifier: Apache-2.0
// Methods by name: every one of them makes a network that runs, and options go to the method that has them.
#include "workloads/methods/method.h"

#include <gtest/gtest.h>

#include "workloads/dataset.h"
#include "workloads/methods/load_network.h"
#include "workloads/methods/network_file.h"

namespace ranvier::workloads {
namespace {

const VitModel& model() {
  static const VitModel loaded = load_model("fashion-vit-small");
  return loaded;
}

TEST(Method, UnknownNamesSayTheNearest) {
  MethodOptions options;
  options.method = "spikezipp";
  try {
    make_network(model(), options);
    FAIL();
  } catch (const UnknownMethod& e) {
    EXPECT_EQ(e.exit_code, ExitCode::kUsage);
    EXPECT_NE(std::string(e.what()).find("did you mean 'spikezip'"), std::string::npos) << e.what();
  }
}

TEST(Method, TheOlderNameStandsForTheSame) {
  MethodOptions options;
  options.method = "stbif";
  EXPECT_EQ(make_network(model(), options).network->method(), "spikezip");
}

TEST(Method, OptionsOfOthersAreRefused) {
  MethodOptions options;
  options.units = "ugo";
  EXPECT_THROW(make_network(model(), options), OptionOfAnotherMethod);
  options = {};
  options.scale = "dynamic";
  EXPECT_THROW(make_network(model(), options), OptionOfAnotherMethod);
  options = {};
  options.burst = 2;
  EXPECT_THROW(make_network(model(), options), OptionOfAnotherMethod);
}

/// Each method on three images: the stages of the network, a readout a step, and counts that are not nothing.
TEST(Method, EachRunsOnRealImages) {
  const ImageSet images = test_images(model());
  for (const MethodName& name : method_names()) {
    MethodOptions options;
    options.method = name.name;
    options.steps = name.name == "spikezip" ? 0 : 4;
    options.convert.calibration_images = 16;
    const MadeNetwork made = make_network(model(), options);
    EXPECT_EQ(made.network->method(), name.name);
    EXPECT_EQ(made.network->stages(), stage_names(model().config)) << name.name;
    MethodRunOptions keep;
    keep.keep_values = true;
    const MethodRun run = made.network->run(input_codes(model(), images, 0), keep);
    ASSERT_EQ(run.logits_by_step.size(), static_cast<std::size_t>(run.steps)) << name.name;
    StageWork total;
    for (std::size_t s = 0; s < run.work.size(); ++s) {
      total += run.work[s];
      const Stage& stage = made.integer.stages[s];
      EXPECT_EQ(run.values[s].size(), static_cast<std::size_t>(stage.tokens) * static_cast<std::size_t>(stage.channels))
          << name.name << " " << stage.name;
      EXPECT_EQ(run.work[s].neurons > 0, stage.encoder.present) << name.name << " " << stage.name;
    }
    EXPECT_GT(total.events, 1000) << name.name;
    EXPECT_GT(total.adds + total.multiply_adds, 100'000) << name.name;
    EXPECT_GT(total.state_reads, 10'000) << name.name;
    // What a file holds runs as what was converted.
    if (!made.program) continue;
    ConvertedFile file{model(), *made.program, {}, {}};
    const ConvertedFile back = parse_network(network_bytes(file), name.name);
    EXPECT_EQ(network_of(back.program, {})->run(input_codes(model(), images, 0)).logits_by_step.back(),
              run.logits_by_step.back())
        << name.name;
  }
}

TEST(Method, ChipsRefuseWhatTheyDoNotRun) {
  const auto path = std::filesystem::path(testing::TempDir()) / "rate.rvn";
  ConvertedFile file{model(), convert(model()), {}, {}};
  write_network(path, file);
  EXPECT_EQ(load_chip_network(path.string()).program.stages.size(), file.program.stages.size());
  file.program.method = "sta";
  write_network(path, file);
  EXPECT_THROW(load_chip_network(path.string()), MethodNotOnChips);
  EXPECT_FALSE(load_network(path.string()).has_float);
}

}  // namespace
}  // namespace ranvier::workloads
