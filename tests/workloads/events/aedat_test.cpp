// SPDX-License-Identifier: Apache-2.0
// AEDAT 2.0 and 3.1: layouts bit by bit, what is skipped, what is refused, and round trips.
#include <gmock/gmock.h>

#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

const std::string kDvs = "ch.unizh.ini.jaer.chip.retina.DVS128";
const std::string kDavis = "eu.seebetter.ini.chips.davis.DAVIS240C";
const std::string kDavis346 = "DAVIS346";

ByteList aedat2_of(const std::vector<std::uint32_t>& words, const std::string& chip) {
  ByteList bytes = aedat2_bytes({}, chip, false);
  for (const std::uint32_t word : words) put_big(bytes, word);
  return bytes;
}

EventList read_aedat(const ByteList& bytes, const RecordingOptions& options = {}) {
  return parse_recording(bytes, "f", EventFormat::kAedat, options).events;
}

TEST(Aedat2, Dvs128Addresses) {
  const ByteList bytes = aedat2_of({0x00007fff, 10, 0x00000102, 11, 0x00008103, 12, 0x00000001, 13}, kDvs);
  EXPECT_EQ(read_aedat(bytes), (EventList{{127, 127, 1, 10}, {1, 1, 0, 11}, {0, 0, 1, 13}}));  // bit 15 is no pixel
  const Recording r = parse_recording(bytes, "f", EventFormat::kAedat);
  EXPECT_EQ(r.width, 128);
  EXPECT_EQ(r.height, 128);
}

TEST(Aedat2, DavisAddresses) {
  const std::uint32_t pixel = 179U << 22 | 239U << 12 | 1U << 11;
  const ByteList bytes = aedat2_of({pixel, 10, pixel | 1U << 31, 11, pixel | 1U << 10, 12, 1U << 12, 13}, kDavis);
  EXPECT_EQ(read_aedat(bytes), (EventList{{239, 179, 1, 10}, {1, 0, 0, 13}}));
  const Recording r = parse_recording(bytes, "f", EventFormat::kAedat);
  EXPECT_EQ(r.width, 240);
  EXPECT_EQ(r.height, 180);
}

TEST(Aedat2, TimeRunsOverAfterThirtyTwoBits) {
  EXPECT_EQ(read_aedat(aedat2_of({0, 0xfffffff0, 0, 0x10, 0, 0x8, 0, 0x80000007}, kDvs)),
            (EventList{{0, 0, 0, 0xfffffff0}, {0, 0, 0, 0x100000010}, {0, 0, 0, 0x100000008}, {0, 0, 0, 0x180000007}}));
}

TEST(Aedat2, DataMayBeginLikeAHeaderLine) {
  ByteList bytes = aedat2_bytes({}, kDavis, false);
  const std::size_t header = bytes.size();
  put_big(bytes, std::uint32_t{'#'} << 24 | 5 << 12);  // y = 0x23 << 2
  put_big(bytes, '\n');
  EXPECT_EQ(read_aedat(bytes), (EventList{{5, 140, 0, 10}}));
  bytes.resize(header);
  put_text(bytes, "#End Of ASCII Header\r\n");
  put_text(bytes, "# ab\r\n c");  // 8 bytes of data that look like text
  EXPECT_EQ(read_aedat(bytes).size(), 1U);
}

TEST(Aedat2, DataMayBeginLikeAnEmptyHeaderLine) {
  ByteList bytes = aedat2_bytes({{160, 140, 0, 10}}, kDavis346, true);  // 0x230a0000: "#" and a line feed
  EXPECT_EQ(read_aedat(bytes), (EventList{{160, 140, 0, 10}}));
  bytes = aedat2_bytes({}, kDavis346, true);
  put_text(bytes, "#\r\n");  // ends as the lines before it do
  for (const std::uint32_t word : {1U << 12, 10U}) put_big(bytes, word);
  EXPECT_EQ(read_aedat(bytes), (EventList{{1, 0, 0, 10}}));
}

TEST(Aedat2, TheCameraIsNamedByTheHeaderOrByHand) {
  const ByteList unnamed = aedat2_of({0x102, 1}, "");
  const auto e = refused<UnknownCamera>(unnamed, EventFormat::kAedat);
  EXPECT_EQ(e.named, "");
  EXPECT_THAT(e.what(), HasSubstr("set input.camera to one of dvs128, davis128"));
  EXPECT_EQ(read_aedat(unnamed, {TimeUnit::kUsual, "dvs128", ""}), (EventList{{1, 1, 0, 1}}));
  EXPECT_EQ(refused<UnknownCamera>(aedat2_of({0x102, 1}, "x.Cochlea"), EventFormat::kAedat).named, "x.Cochlea");
}

TEST(Aedat2, RefusesAddressesOfAnotherCameraAndCutFiles) {
  const std::uint64_t header = aedat2_of({}, kDvs).size();
  const auto other = refused<BadEventFile>(aedat2_of({1, 1, 0x10102, 2}, kDvs), EventFormat::kAedat);
  EXPECT_EQ(other.offset, header + 16);
  EXPECT_THAT(other.what(), HasSubstr("address 0x00010102 is none of a dvs128"));
  ByteList cut = aedat2_of({1, 1, 2, 2}, kDvs);
  cut.pop_back();
  EXPECT_EQ(refused<BadEventFile>(cut, EventFormat::kAedat).offset, header + 12);
}

TEST(Aedat, RefusesOtherVersionsAndOtherFiles) {
  for (const char* text : {"#!AER-DAT1.0\r\n", "#!AER-DAT3.0\r\n", "#!AER-DAT\r\n"}) {
    const std::string start(text);
    EXPECT_EQ(refused<BadEventFile>({start.begin(), start.end()}, EventFormat::kAedat).offset, 9U);
  }
  EXPECT_EQ(refused<BadEventFile>({1, 2, 3, 4, 5}, EventFormat::kAedat).offset, 0U);
}

TEST(Aedat3, BitsOfAnEvent) {
  ByteList bytes = aedat3_bytes({{32767, 1, 1, 7}, {2, 32767, 0, 8}, {3, 3, 1, (std::int64_t{5} << 31) + 9}}, 10);
  const Recording r = parse_recording(bytes, "f", EventFormat::kAedat);
  EXPECT_EQ(r.events, (EventList{{32767, 1, 1, 7}, {2, 32767, 0, 8}, {3, 3, 1, (std::int64_t{5} << 31) + 9}}));
  EXPECT_EQ(r.width, 128);
  const std::string end = "END-HEADER\r\n";
  const auto header =
      static_cast<std::size_t>(std::search(bytes.begin(), bytes.end(), end.begin(), end.end()) - bytes.begin()) +
      end.size();
  bytes[header + 28] &= 0xfe;  // the first event is no longer valid
  EXPECT_EQ(read_aedat(bytes).front(), (CameraEvent{2, 32767, 0, 8}));
}

TEST(Aedat3, RefusesWhatIsNoPacket) {
  const ByteList good = aedat3_bytes({{1, 1, 1, 7}, {2, 2, 0, 8}}, 10, "DAVIS346");
  const std::size_t header = good.size() - 2 * 28 - 3 * 8;
  const auto with = [&](std::size_t at, std::int32_t word) {
    ByteList bytes = good;
    std::memcpy(bytes.data() + header + at, &word, 4);
    return bytes;
  };
  EXPECT_THAT(refused<BadEventFile>(with(4, -8), EventFormat::kAedat).what(), HasSubstr("below 0"));
  EXPECT_THAT(refused<BadEventFile>(with(4, 4), EventFormat::kAedat).what(), HasSubstr("polarity events of 4 bytes"));
  EXPECT_THAT(refused<BadEventFile>(with(8, 0), EventFormat::kAedat).what(), HasSubstr("the time at byte 0"));
  const auto far = refused<BadEventFile>(with(20, 0x7fffffff), EventFormat::kAedat);
  EXPECT_EQ(far.offset, header + 28);
  EXPECT_THAT(far.what(), HasSubstr("a packet needs 17179869176 bytes, 52 are left"));
  EXPECT_THAT(refused<BadEventFile>(with(32, -1), EventFormat::kAedat).what(), HasSubstr("a time below 0"));
  ByteList cut = good;
  cut.resize(header + 5);
  EXPECT_EQ(refused<BadEventFile>(cut, EventFormat::kAedat).offset, header + 4);
  const std::string packed = "#!AER-DAT3.1\r\n#Format: Compressed\r\n#!END-HEADER\r\n";
  EXPECT_THAT(refused<BadEventFile>({packed.begin(), packed.end()}, EventFormat::kAedat).what(), HasSubstr("RAW"));
  EXPECT_THROW(parse_recording(ByteList(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(header)), "f",
                               EventFormat::kAedat),
               NoEvents);
}

TEST(Aedat3, RefusesTwoCameras) {
  ByteList bytes = aedat3_bytes({{1, 1, 1, 7}, {2, 2, 0, 8}}, 1);
  const std::size_t header = bytes.size() - 2 * (2 * 28 + 2 * 8);
  bytes[header + 2 * 28 + 2 * 8 + 2] = 3;  // source of the second packet of polarity events
  const auto e = refused<SeveralCameras>(bytes, EventFormat::kAedat);
  EXPECT_EQ(e.first, 1);
  EXPECT_EQ(e.second, 3);
}

TEST(Aedat, WhatIsWrittenComesBack) {
  EXPECT_TRUE(rc::check("2.0 of a DVS128", [] {
    const std::int64_t gap = 1 << 27;  // the first event is before the time runs over, others may be after it
    const EventList events = draw_events({128, 128, *rc::gen::inRange<std::int64_t>(0, (1LL << 32) - gap), gap});
    RC_ASSERT(read_aedat(aedat2_bytes(events, kDvs, false)) == events);
  }));
  EXPECT_TRUE(rc::check("2.0 of a DAVIS", [] {
    const EventList events = draw_events({346, 260, 0, 1 << 27});
    RC_ASSERT(read_aedat(aedat2_bytes(events, kDavis346, true)) == events);
  }));
  EXPECT_TRUE(rc::check("3.1", [] {
    const EventList events = draw_events({32768, 32768, 0, 1LL << 30});
    RC_ASSERT(read_aedat(aedat3_bytes(events, *rc::gen::inRange<std::size_t>(1, 20))) == events);
  }));
}

}  // namespace
}  // namespace ranvier::workloads
