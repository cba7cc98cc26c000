// SPDX-License-Identifier: Apache-2.0
// The progress line on a terminal and elsewhere, with a clock that the test turns.
#include "base/progress.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>

#include "base/terminal.h"

namespace ranvier {
namespace {

using namespace std::chrono_literals;

class ProgressTest : public testing::Test {
 protected:
  ProgressOptions options(bool terminal, bool colour = false) {
    ProgressOptions o;
    o.terminal = terminal;
    o.colour = colour;
    o.out = &out_;
    o.clock = [this] { return now_; };
    return o;
  }
  std::chrono::nanoseconds now_{0};
  std::ostringstream out_;
};

TEST_F(ProgressTest, PlainLineAtMostEveryTenSeconds) {
  Progress progress("images", 100, options(false));
  for (int i = 0; i < 25; ++i) {
    now_ += 1s;
    progress.advance();
  }
  EXPECT_EQ(out_.str(), "images 10/100 (10 %), 1 min 30 s left\nimages 20/100 (20 %), 1 min 20 s left\n");
}

TEST_F(ProgressTest, NothingBeforeTenSecondsThenTheEnd) {
  Progress progress("images", 4, options(false));
  now_ += 9s;
  progress.advance(4);
  EXPECT_EQ(out_.str(), "");
  progress.finish();
  progress.finish();
  progress.advance();
  EXPECT_EQ(out_.str(), "images 4/4 (100 %), took 9.0 s\n");
}

TEST_F(ProgressTest, TerminalRedrawsOneLine) {
  {
    Progress progress("steps", 10, options(true));
    now_ += 1s;
    progress.advance();
    now_ += 50ms;
    progress.advance();  // too soon to redraw
    now_ += 950ms;
    progress.advance(3);
  }
  EXPECT_EQ(out_.str(), "\r\x1b[Ksteps 1/10 (10 %), 9.0 s left\r\x1b[Ksteps 5/10 (50 %), 2.0 s left\n");
}

TEST_F(ProgressTest, UnknownTotalHasNoShareAndNoEta) {
  Progress progress("events", 0, options(true));
  now_ += 1s;
  progress.advance(17);
  EXPECT_EQ(out_.str(), "\r\x1b[Kevents 17");
}

TEST_F(ProgressTest, ColourOnlyWhereAllowed) {
  {
    Progress progress("a", 1, options(true, true));
    progress.finish();
  }
  EXPECT_NE(out_.str().find("\x1b[36m"), std::string::npos);
  out_.str("");
  {
    Progress progress("a", 1, options(false, true));
    progress.finish();
  }
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
}

TEST_F(ProgressTest, QuietPrintsNothing) {
  ProgressOptions quiet = options(true);
  quiet.quiet = true;
  {
    Progress progress("a", 2, quiet);
    now_ += 60s;
    progress.advance();
    progress.finish();
  }
  EXPECT_EQ(out_.str(), "");
}

TEST(Terminal, NoColorWins) {
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(may_colour(2));
  ::unsetenv("NO_COLOR");
  EXPECT_FALSE(may_colour(-1));
}

}  // namespace
}  // namespace ranvier
