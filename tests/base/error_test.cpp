// SPDX-License-Identifier: Apache-2.0
// A message is one line, whatever the names in it.
#include "base/error.h"

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Error, MessagesStayOnOneLine) {
  const Error e(ExitCode::kBadInput, "a.onnx: node 'x\ny\x1b[2J\x7f': wrong");
  EXPECT_STREQ(e.what(), "a.onnx: node 'x?y?[2J?': wrong");
  EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
  EXPECT_STREQ(Error(ExitCode::kUsage, "größer").what(), "größer");
}

TEST(Error, VeryLongMessagesAreCut) {
  EXPECT_EQ(one_line(std::string(4000, 'a')), std::string(4000, 'a'));
  EXPECT_EQ(one_line(std::string(4001, 'a')), std::string(4000, 'a') + "...");
}

}  // namespace
}  // namespace ranvier
