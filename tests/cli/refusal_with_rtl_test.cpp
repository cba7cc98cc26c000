// SPDX-License-Identifier: Apache-2.0
// Bad input to what only a binary built with RTL does.
#include <fstream>

#include "command.h"

namespace ranvier::cli_test {
namespace {

using RefusalWithRtl = CommandTest;

TEST_F(RefusalWithRtl, UnknownLayerInRtl) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --rtl block1.fc9 -q -o r"), 4, "block1.fc");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(RefusalWithRtl, LayerWithoutRtl) {
  expect_refusal(ranvier("run fashion-vit-small --target tianjic-like --rtl input -q -o r"), 4, "the host computes it");
}

TEST_F(RefusalWithRtl, RoutersInRtl) {
  const std::string run = "run fashion-vit-small --target tianjic-like:3x3 -q -o r --rtl ";
  expect_refusal(ranvier(run + "router:5 --fidelity fast"), 4, "--fidelity cycle");
  expect_refusal(ranvier(run + "router:99999"), 4, "router:99999");
  expect_refusal(ranvier(run + "router:x"), 4, "router:x");
  std::string yaml = text_of(RANVIER_SOURCE_DIR "/chips/spinnaker-like.yaml");
  const std::string buffers = "buffer_flits: {value: 4";
  ASSERT_NE(yaml.find(buffers), std::string::npos);
  yaml.replace(yaml.find(buffers), buffers.size(), "buffer_flits: {value: 8");
  std::ofstream(folder_ / "chip.yaml") << yaml;
  expect_refusal(ranvier("run fashion-vit-small --target chip.yaml -q -o r --rtl router:0"), 4, "1, 8, 17");
  expect_refusal(ranvier(run + "router:5=mine.so"), 4, "--rtl");
  expect_refusal(ranvier(run + "router:5 --checkpoint every=1"), 4, "--checkpoint");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(RefusalWithRtl, RtlLibraryIsOpenedBeforeTheWork) {
  const auto o = ranvier("run fashion-vit-small --target tianjic-like:3x3 --rtl block1.fc1=nothere.so -q -o r");
  expect_refusal(o, 5, "nothere.so");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "r"));
}

TEST_F(RefusalWithRtl, RegressionOfRtl) {
  expect_refusal(ranvier("rtl test --core rv_spike_core --core rv_spike_core"), 4, "twice");
  expect_refusal(ranvier("rtl test --core rv_spike_core --timeout-cycles 5"), 4, "--timeout-cycles");
  expect_refusal(ranvier("rtl test --core rv_spike_core --replay 5 --fresh 1 -q"), 4, "--fresh");
  expect_refusal(ranvier("rtl test --core ./mine.so --missed"), 4, "--missed");
  std::ofstream(folder_ / "file") << "no folder";
  expect_refusal(ranvier("rtl test --core rv_spike_core --waves file/waves"), 4, "--waves");
}

}  // namespace
}  // namespace ranvier::cli_test
