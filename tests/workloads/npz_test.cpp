// SPDX-License-Identifier: Apache-2.0
// Arrays of numpy: what is read, what is refused, and that spoilt files are refused and nothing worse.
#include "workloads/npz.h"

#include <gtest/gtest.h>

#include <fstream>

#include "../mutator.h"
#include "base/file.h"
#include "made_model.h"
#include "made_npz.h"

namespace ranvier::workloads {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

NpyArray parsed(const std::string& text) { return parse_npy(bytes_of(text), "f.npz", "a"); }

std::string header(const std::string& descr, const std::string& order, const std::string& shape) {
  return fmt::format("{{'descr': {}, 'fortran_order': {}, 'shape': {}, }}", descr, order, shape);
}

TEST(Npy, Reads) {
  const NpyArray a = parsed(npy_floats("(2, 3)", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(a.dtype, "<f4");
  EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(a.bytes.size(), 24U);
  EXPECT_EQ(parsed(npy_floats("(4,)", {1, 2, 3, 4})).shape, (std::vector<std::int64_t>{4}));
  EXPECT_TRUE(parsed(npy_floats("()", {1})).shape.empty());
  EXPECT_TRUE(parsed(npy_floats("(0, 5)", {})).bytes.empty());
  // Other keys first, and a type that nobody asks for
  EXPECT_EQ(parsed(npy_text("{'shape': (1,), 'fortran_order': False, 'descr': '<i8'}", "12345678")).dtype, "<i8");
}

TEST(Npy, RefusesWhatNumpyDoesNotWrite) {
  for (const std::string& text :
       {std::string("PK and no array"), npy_text(header("<f4", "False", "(1,)"), "1234"),
        npy_text(header("'<f4'", "True", "(1,)"), "1234"), npy_text(header("'<f4'", "False", "[1]"), "1234"),
        npy_text(header("'<f4'", "False", "(-1,)"), "1234"), npy_text(header("'<f4'", "False", "(1 1)"), "12345678"),
        npy_text(header("'<f4'", "False", "(99999999999999999999,)"), "1234"),
        npy_text(header("'<f4'", "False", "(4294967296, 4294967296)"), "1234"), npy_text("", "")})
    EXPECT_THROW(parsed(text), MalformedNpy) << text;
}

TEST(Npy, SizesHaveToAgree) {
  std::string text = npy_floats("(3,)", {1, 2, 3});
  text.pop_back();
  EXPECT_THROW(parsed(text), TruncatedFile);
  EXPECT_THROW(parsed(text + "123"), TruncatedFile);
  EXPECT_THROW(parsed(text.substr(0, 20)), TruncatedFile);
}

class Npz : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "weights.npz"; }
  ScratchFolder folder_;
};

TEST_F(Npz, NamedArraysWithTheirShapes) {
  write_npz(path(), {{"w", npy_floats("(1, 2, 2)", {1, 2, 3, 4})},
                     {"label", npy_text(header("'|u1'", "False", "(3,)"), "\1\2\3")}});
  const NpzFile file = NpzFile::read(path());
  EXPECT_EQ(file.names(), (std::vector<std::string>{"label", "w"}));
  EXPECT_EQ(file.f32("w", {2, 2}), (std::vector<float>{1, 2, 3, 4})) << "a leading extent of one does not matter";
  EXPECT_EQ(file.f32("w", {-1, 2}).size(), 4U);
  EXPECT_EQ(file.u8("label", {3}), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_THROW(file.f32("w", {4}), WrongShape);
  EXPECT_THROW(file.f32("w", {1, 1, 1, 2, 2}), WrongShape);
  EXPECT_THROW(file.u8("w", {2, 2}), WrongDtype);
  try {
    file.f32("lable", {3});
    FAIL();
  } catch (const TensorMissing& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean 'label'"), std::string::npos) << e.what();
  }
}

TEST_F(Npz, ValuesAreFinite) {
  write_npz(path(), {{"w", npy_floats("(2,)", {1, std::nanf("")})}});
  EXPECT_THROW(NpzFile::read(path()).f32("w", {2}), NonFiniteValue);
}

TEST_F(Npz, NoArchive) {
  EXPECT_THROW(NpzFile::read(path()), FileMissing);
  write_file_atomically(path(), std::string_view("no archive at all"));
  EXPECT_THROW(NpzFile::read(path()), ZipUnreadable);
}

TEST_F(Npz, SpoiltFilesAreRefusedAndNothingWorse) {
  write_npz(path(), {{"w", npy_floats("(2, 2)", {1, 2, 3, 4})}, {"v", npy_floats("(3,)", {1, 2, 3})}});
  const std::string good = read_file(path());
  int refused = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    std::ofstream(path(), std::ios::binary) << Mutator(11, i).spoil(good);
    try {
      NpzFile::read(path()).f32("w", {2, 2});
    } catch (const Error&) {
      ++refused;
    }
    try {
      parsed(Mutator(12, i).spoil(npy_floats("(2, 2)", {1, 2, 3, 4})));
    } catch (const Error&) {
    }
  }
  EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace ranvier::workloads
