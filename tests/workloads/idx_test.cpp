// SPDX-License-Identifier: Apache-2.0
// IDX files of images and labels.
#include "workloads/idx.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/errors.h"
#include "base/file.h"
#include "tests/shared_data.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

const std::string kImages("\0\0\x8\x3\0\0\0\2\0\0\0\2\0\0\0\2ABCDEFGH", 24);
const std::string kLabels("\0\0\x8\x1\0\0\0\2\7\1", 10);

class Idx : public testing::Test {
 protected:
  Idx() : folder_(fs::path(testing::TempDir()) / "idx") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  fs::path write(const std::string& name, const std::string& bytes) {
    write_file_atomically(folder_ / name, bytes);
    return folder_ / name;
  }
  fs::path folder_;
};

TEST_F(Idx, ImagesWithTheLabelsBesideThem) {
  write("few-labels-idx1-ubyte", kLabels);
  const ImageSet images = load_images(write("few-images-idx3-ubyte", kImages).string());
  EXPECT_EQ(images.side, 2);
  EXPECT_EQ(images.count(), 2U);
  EXPECT_EQ(images.image(1)[0], 'E');
  EXPECT_EQ(images.labels, (std::vector<std::uint8_t>{7, 1}));
}

TEST_F(Idx, GzippedWithoutLabels) {
  const fs::path path = folder_ / "few-images-idx3-ubyte.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, kImages.data(), static_cast<unsigned>(kImages.size()));
  gzclose(file);
  const ImageSet images = load_images(path.string());
  EXPECT_EQ(images.pixels.size(), 8U);
  EXPECT_FALSE(images.labelled());
}

TEST_F(Idx, RefusesWhatTheHeaderDoesNotSay) {
  EXPECT_THROW(load_idx(folder_ / "none-images-idx3-ubyte"), FileMissing);
  EXPECT_THROW(load_idx(write("short-images-idx3-ubyte", kImages.substr(0, 23))), BadIdxFile);
  EXPECT_THROW(load_idx(write("long-images-idx3-ubyte", kImages + "I")), BadIdxFile);
  EXPECT_THROW(load_idx(write("text-images-idx3-ubyte", "no IDX file at all")), BadIdxFile);
  EXPECT_THROW(load_idx(write("flat-images-idx3-ubyte", kLabels)), BadIdxFile);
  std::string wide = kImages;
  wide[11] = 4, wide[7] = 1;
  EXPECT_THROW(load_idx(write("wide-images-idx3-ubyte", wide)), BadIdxFile);
  std::string huge = kImages;
  huge[4] = 0x10;
  EXPECT_THROW(load_idx(write("huge-images-idx3-ubyte", huge)), BadIdxFile);
  write("odd-labels-idx1-ubyte", std::string("\0\0\x8\x1\0\0\0\3\7\1\2", 11));
  EXPECT_THROW(load_idx(write("odd-images-idx3-ubyte", kImages)), BadIdxFile);
}

TEST(IdxData, MnistTestImages) {
  RANVIER_NEEDS_SHARED_DATA("mnist");
  const ImageSet images = load_images(shared_data("mnist/t10k_0000_4999-images-idx3-ubyte").string());
  EXPECT_EQ(images.count(), 5000U);
  EXPECT_EQ(images.side, 28);
  EXPECT_EQ(images.labels.at(0), 7);
}

}  // namespace
}  // namespace ranvier::workloads
