// SPDX-License-Identifier: Apache-2.0
// AEDAT 4.0: every packing, the table at the end, streams of other types, and whatever a FlatBuffer can lie about.
#include <gmock/gmock.h>

#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"
#include "workloads/events/stream_info.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

constexpr Aedat4Packing kPackings[] = {Aedat4Packing::kNone, Aedat4Packing::kLz4, Aedat4Packing::kLz4High,
                                       Aedat4Packing::kZstd, Aedat4Packing::kZstdHigh};
const EventList kThree{{345, 259, 1, 1'700'000'000'000'000}, {0, 0, 0, 1'700'000'000'000'005}, {7, 8, 1, 1LL << 60}};

TEST(Aedat4, EveryPackingWithAndWithoutTableAndDescription) {
  for (const Aedat4Packing packing : kPackings) {
    for (const bool table : {false, true}) {
      const Recording r =
          parse_recording(aedat4_bytes(kThree, 2, packing, aedat4_info(346, 260), table), "f", EventFormat::kAedat);
      EXPECT_EQ(r.events, kThree);
      EXPECT_EQ(r.width, 346);
      EXPECT_EQ(r.height, 260);
    }
    const Recording bare = parse_recording(aedat4_bytes(kThree, 2, packing, ""), "f", EventFormat::kAedat);
    EXPECT_EQ(bare.events, kThree);
    EXPECT_EQ(bare.width, 0);
  }
}

TEST(Aedat4, RefusesTwoCameras) {
  ByteList bytes = aedat4_bytes(kThree, 3, Aedat4Packing::kNone, "");
  put_aedat4_packet(bytes, 4, flat_vector("EVTS", ByteList(16, 0), 1), Aedat4Packing::kNone);
  const auto e = refused<SeveralCameras>(bytes, EventFormat::kAedat);
  EXPECT_EQ(e.first, 0);
  EXPECT_EQ(e.second, 4);
}

TEST(Aedat4, EveryTruncationIsRefusedOrGivesThePacketsBefore) {
  for (const Aedat4Packing packing : {Aedat4Packing::kNone, Aedat4Packing::kLz4, Aedat4Packing::kZstd}) {
    const ByteList whole = aedat4_bytes(kThree, 1, packing, aedat4_info(346, 260));
    int read = 0;
    for (std::size_t size = 1; size < whole.size(); ++size) {
      try {
        const Recording r = parse_recording({whole.data(), size}, "f", EventFormat::kAedat);
        EXPECT_TRUE(std::equal(r.events.begin(), r.events.end(), kThree.begin()));
        ++read;
      } catch (const BadEventFile& e) {
        EXPECT_LE(e.offset, size);
      } catch (const NoEvents&) {
      }
    }
    EXPECT_EQ(read, 5);  // behind each packet but the last
  }
}

/// A packet of such a FlatBuffer, not packed.
BadEventFile refused_content(const ByteList& content) {
  ByteList bytes = aedat4_bytes({}, 1, Aedat4Packing::kNone, "");
  put_aedat4_packet(bytes, 0, content, Aedat4Packing::kNone);
  return refused<BadEventFile>(bytes, EventFormat::kAedat);
}

TEST(Aedat4, RefusesOffsetsBeyondTheBuffer) {
  const ByteList good = flat_vector("EVTS", ByteList(32, 0), 2);
  const auto with = [&](std::size_t at, std::uint32_t word) {
    ByteList bytes = good;
    std::memcpy(bytes.data() + at, &word, 4);
    return bytes;
  };
  EXPECT_THAT(refused_content(with(0, 0xffffffff)).what(), HasSubstr("beyond its end"));   // the root
  EXPECT_THAT(refused_content(with(16, 0x7fffffff)).what(), HasSubstr("beyond its end"));  // its vtable
  EXPECT_THAT(refused_content(with(16, 0x80000000)).what(), HasSubstr("beyond its end"));
  EXPECT_THAT(refused_content(with(8, 0x00080002)).what(), HasSubstr("too short"));
  EXPECT_THAT(refused_content(with(8, 0x0008fffe)).what(), HasSubstr("beyond its end"));
  EXPECT_THAT(refused_content(with(20, 0xfffffff0)).what(), HasSubstr("beyond its end"));  // the vector
  EXPECT_THAT(refused_content(with(28, 3)).what(), HasSubstr("beyond its end"));           // its count
  EXPECT_THAT(refused_content(with(28, 0xffffffff)).what(), HasSubstr("beyond its end"));
}

TEST(Aedat4, RefusesOtherHeadersAndPackings) {
  const auto file_of = [](const ByteList& header) {
    ByteList bytes;
    put_text(bytes, "#!AER-DAT4.0\r\n");
    put_little<std::uint32_t>(bytes, static_cast<std::uint32_t>(header.size()));
    bytes.insert(bytes.end(), header.begin(), header.end());
    put_aedat4_packet(bytes, 0, flat_vector("EVTS", ByteList(16, 0), 1), Aedat4Packing::kNone);
    return bytes;
  };
  EXPECT_THAT(refused<BadEventFile>(file_of(flat_vector("ABCD", {}, 0)), EventFormat::kAedat).what(),
              HasSubstr("identifier IOHE"));
  EXPECT_THAT(
      refused<BadEventFile>(file_of(aedat4_header(static_cast<Aedat4Packing>(5), -1, "")), EventFormat::kAedat).what(),
      HasSubstr("compression 5 is not known"));
  for (const Aedat4Packing packing : {Aedat4Packing::kLz4, Aedat4Packing::kZstd}) {
    EXPECT_THAT(refused<BadEventFile>(file_of(aedat4_header(packing, -1, "")), EventFormat::kAedat).what(),
                HasSubstr("frame"));
  }
}

TEST(Aedat4, RefusesPacketsThatGrowBeyondAnyRecording) {
  ByteList bytes = aedat4_bytes({}, 1, Aedat4Packing::kZstd, "");
  const ByteList zeros(80 << 20, 0);
  put_aedat4_packet(bytes, 0, zeros, Aedat4Packing::kZstd);
  const auto e = refused<EventsExpandTooFar>(bytes, EventFormat::kAedat);
  EXPECT_EQ(e.limit_bytes, (1U << 24) + 256 * bytes.size());
}

TEST(Aedat4, StreamsByNumber) {
  const auto streams = parse_stream_info(aedat4_info(640, 480));
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams.at(0).type, "EVTS");
  EXPECT_EQ(streams.at(0).width, 640);
  EXPECT_EQ(streams.at(0).height, 480);
  EXPECT_EQ(streams.at(1).type, "FRME");
  EXPECT_TRUE(parse_stream_info("<node name=\"x\"><attr key=\"sizeX\">9</attr").empty());
  EXPECT_EQ(parse_stream_info("<node name=\"3\"><attr key=\"sizeX\">-9</attr>").at(3).width, 0);
}

TEST(Aedat4, WhatIsWrittenComesBack) {
  EXPECT_TRUE(rc::check("4.0", [] {
    const EventList events = draw_events({32768, 32768, 1'700'000'000'000'000, 1 << 30});
    const auto packing = *rc::gen::elementOf(std::vector<Aedat4Packing>(std::begin(kPackings), std::end(kPackings)));
    const auto bytes =
        aedat4_bytes(events, *rc::gen::inRange<std::size_t>(1, 20), packing, "", *rc::gen::arbitrary<bool>());
    RC_ASSERT(parse_recording(bytes, "f", EventFormat::kAedat).events == events);
  }));
}

}  // namespace
}  // namespace ranvier::workloads
