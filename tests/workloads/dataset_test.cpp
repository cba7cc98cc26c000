// SPDX-License-Identifier: Apache-2.0
// Image sets: the shipped ones, and those that do not belong to a model.
#include "workloads/dataset.h"

#include <gtest/gtest.h>

#include <array>

#include "base/errors.h"
#include "made_model.h"
#include "workloads/safetensors.h"

namespace ranvier::workloads {
namespace {

void write_images(const std::filesystem::path& path, std::vector<std::int64_t> shape,
                  std::vector<std::uint8_t> labels) {
  const auto n = static_cast<std::int64_t>(labels.size());
  const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape[0] * shape[1] * shape[2]), 100);
  const std::vector<NamedTensor> tensors = {u8_tensor("pixels", std::move(shape), pixels),
                                            u8_tensor("labels", {n}, labels)};
  write_safetensors(path, tensors);
}

TEST(Dataset, ShippedImages) {
  const VitModel model = load_model("fashion-vit-small");
  const ImageSet test = test_images(model);
  EXPECT_EQ(test.count(), 500U);
  EXPECT_EQ(test.side, 28);
  EXPECT_EQ(load_images("fashion-mnist/test500").pixels, test.pixels);
  std::array<int, 10> by_class{};
  for (const std::uint8_t label : test.labels) ++by_class.at(label);
  for (const int n : by_class) EXPECT_GT(n, 25);
  EXPECT_GE(calibration_images(model).count(), 100U);
  EXPECT_EQ(input_code_batch(model, test).size(), 500U);
  EXPECT_EQ(input_code_batch(model, test, 3).size(), 3U);
  EXPECT_EQ(input_code_batch(model, test, 3)[2], input_codes(model, test.image(2)));
  EXPECT_EQ(recorded_logits(model).count, 500U);
}

TEST(Dataset, ImagesOfAnotherSizeOrClassAreRefused) {
  const ScratchFolder folder;
  const auto path = (folder.path() / "i.safetensors").string();
  const VitModel model = random_model(1);  // 4 x 4 pixels, 3 classes
  write_images(path, {2, 4, 4}, {0, 2});
  check_images(model, load_images(path));
  write_images(path, {2, 4, 4}, {0, 3});
  try {
    check_images(model, load_images(path));
    FAIL();
  } catch (const BadTensorValue& e) {
    EXPECT_EQ(e.index, 1U);
    EXPECT_EQ(e.value, 3);
  }
  write_images(path, {2, 5, 5}, {0, 1});
  try {
    input_code_batch(model, load_images(path));
    FAIL();
  } catch (const ImagesDoNotFit& e) {
    EXPECT_EQ(e.image_side, 5);
    EXPECT_EQ(e.model_side, 4);
    EXPECT_EQ(e.file, path);
  }
  write_images(path, {2, 4, 5}, {0, 1});
  EXPECT_THROW(load_images(path), WrongShape);
  write_images(path, {3, 4, 4}, {0, 1});
  EXPECT_THROW(load_images(path), WrongShape);
  EXPECT_THROW(load_images((folder.path() / "none.safetensors").string()), FileMissing);
  try {
    load_images("fashion-mnist/test50");
    FAIL();
  } catch (const UnknownImageSet& e) {
    EXPECT_EQ(e.name, "fashion-mnist/test50");
    EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
    EXPECT_NE(std::string(e.what()).find("did you mean 'fashion-mnist/test500'"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace ranvier::workloads
