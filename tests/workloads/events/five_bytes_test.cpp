// SPDX-License-Identifier: Apache-2.0
// The two formats of five bytes an event.
#include <gmock/gmock.h>

#include "base/errors.h"
#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

TEST(Bs2, ReadsPolarityAndTwentyThreeBitsOfTime) {
  const ByteList bytes{3, 7, 0x80 | 0x12, 0x34, 0x56, 33, 240, 0x7f, 0xff, 0xff};
  const Recording r = parse_recording(bytes, "e.bs2", EventFormat::kBs2);
  EXPECT_EQ(r.events, (EventList{{3, 7, 1, 0x123456}, {33, 240, 0, (1 << 23) - 1}}));
  EXPECT_EQ(r.width, 0);
  EXPECT_EQ(r.label, -1);
  EXPECT_TRUE(r.spikes.empty());
}

TEST(Bs2, RefusesAFileThatEndsWithinAnEvent) {
  const auto e = refused<BadEventFile>(ByteList(13, 0), EventFormat::kBs2);
  EXPECT_EQ(e.offset, 10U);
  EXPECT_THAT(e.what(), HasSubstr("f: byte 10: the file ends within an event of 5 bytes"));
  EXPECT_THAT(refused<NoEvents>({}, EventFormat::kBs2).what(), HasSubstr("f: holds no event"));
  EXPECT_THROW(read_recording("/nonexistent/1.bs2", EventFormat::kBs2), FileMissing);
}

TEST(Nmnist, OverflowsAddToThemselvesAndWhatFollows) {
  ByteList bytes;
  put_five(bytes, 1, 2, 1, 100);
  put_five(bytes, 0, 240, 0, 0);
  put_five(bytes, 33, 33, 0, 100);
  put_five(bytes, 7, 240, 1, 55);
  put_five(bytes, 0, 0, 1, 0x7fffff);
  const Recording r = parse_recording(bytes, "n.bin", EventFormat::kNmnist);
  EXPECT_EQ(r.events, (EventList{{1, 2, 1, 100}, {33, 33, 0, 8292}, {0, 0, 1, 0x7fffff + 16384}}));
  EXPECT_EQ(r.width, 34);
  EXPECT_EQ(r.height, 34);
}

TEST(Nmnist, OverflowsAloneAreNoRecording) {
  ByteList bytes;
  put_five(bytes, 0, 240, 0, 0);
  EXPECT_EQ(refused<NoEvents>(bytes, EventFormat::kNmnist).file, "f");
}

TEST(FiveBytes, WhatIsWrittenComesBack) {
  EXPECT_TRUE(rc::check("both formats", [] {
    const EventList small = draw_events({256, 256, 0, 100'000});
    RC_ASSERT(parse_recording(bs2_bytes(small), "f", EventFormat::kBs2).events == small);
    const EventList digit = draw_events({34, 34, 0, 100'000});
    RC_ASSERT(parse_recording(nmnist_bytes(digit), "f", EventFormat::kNmnist).events == digit);
  }));
}

}  // namespace
}  // namespace ranvier::workloads
