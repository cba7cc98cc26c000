// SPDX-License-Identifier: Apache-2.0
// Spoilt chip and board text either loads or fails with a ranvier::Error: no crash, no other exception.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "chip_text.h"
#include "chips/self_check.h"
#include "tests/mutator.h"

namespace ranvier::chips {
namespace {

/// True when the text loads or is refused as it should be.
testing::AssertionResult survives(const std::string& text) {
  try {
    const Board board = load_text(text);
    if (board.cores() < 100'000) self_check(board);
  } catch (const Error& e) {
    if (std::string(e.what()).find('\n') != std::string::npos)
      return testing::AssertionFailure() << "two lines: " << e.what();
  } catch (const std::exception& e) {
    return testing::AssertionFailure() << "not a ranvier::Error: " << e.what() << "\n" << text;
  }
  return testing::AssertionSuccess();
}

TEST(Fuzz, SpoiltChipText) {
  const std::string text = toy_text();
  int loaded = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const std::string spoilt = Mutator(1, i).spoil(text);
    ASSERT_TRUE(survives(spoilt)) << "mutation " << i;
    try {
      load_text(spoilt);
      ++loaded;
    } catch (const Error&) {
    }
  }
  // Both outcomes happen (comments and names may be spoilt freely), or the test would test nothing.
  EXPECT_GT(loaded, 30);
  EXPECT_LT(loaded, 2000);
}

TEST(Fuzz, SpoiltBoardText) {
  const std::string text = "board:\n  name: b\n  chip: tianjic-like\n  columns: 3\n  rows: 3\n";
  for (std::uint64_t i = 0; i < 1500; ++i) ASSERT_TRUE(survives(Mutator(2, i).spoil(text))) << "mutation " << i;
}

TEST(Fuzz, AnyBytes) {
  EXPECT_TRUE(rc::check("any text is refused in one line",
                        [](const std::string& text) { RC_ASSERT(static_cast<bool>(survives(text))); }));
}

TEST(Fuzz, AnyTargetText) {
  EXPECT_TRUE(rc::check("any target text loads or is refused", [](std::string text) {
    if (*rc::gen::arbitrary<bool>()) text = "tianjic-like:" + text;
    try {
      load_target(text);
    } catch (const Error&) {
    }
  }));
}

}  // namespace
}  // namespace ranvier::chips
