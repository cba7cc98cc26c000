// SPDX-License-Identifier: Apache-2.0
// Events and spikes as tables of text.
#include <gmock/gmock.h>

#include "tests/workloads/events/event_writers.h"
#include "tests/workloads/events/made_events.h"

namespace ranvier::workloads {
namespace {

using testing::HasSubstr;

Recording read_csv(const std::string& text, TimeUnit unit = TimeUnit::kUsual) {
  return parse_recording({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "f", EventFormat::kCsv,
                         {unit, "", ""});
}

/// Row and message of what is refused.
std::string refused_row(const std::string& text, TimeUnit unit = TimeUnit::kUsual) {
  try {
    read_csv(text, unit);
  } catch (const BadEventTable& e) {
    EXPECT_EQ(std::string(e.what()), fmt::format("f: row {}: {}", e.row, e.detail));
    return fmt::format("{} {}", e.row, e.detail);
  }
  return "none";
}

TEST(EventCsv, ColumnsInAnyOrderUnderTheirUsualNames) {
  const EventList expected{{3, 4, 1, 5}, {6, 7, 0, 8}};
  EXPECT_EQ(read_csv("x,y,t,p\n3,4,5,1\n6,7,8,0\n").events, expected);
  EXPECT_EQ(read_csv("timestamp,polarity,x,y\n5,1,3,4\n8,-1,6,7\n").events, expected);
  EXPECT_EQ(read_csv("\xef\xbb\xbf\"P\";\"TS\";\"X\";\"Y\"\r\n1; 5; 3; 4\r\n0;8;6;7").events, expected);
  EXPECT_EQ(read_csv("# made by hand\n\nno\tx\ty\ttime\tpol\n9\t3\t4\t5\ttrue\n9\t6\t7\t8\tFalse\n").events, expected);
  EXPECT_EQ(read_csv("x,y,t\n3,4,5\n").events, (EventList{{3, 4, 0, 5}}));
}

TEST(EventCsv, SpikesOfUnits) {
  const Recording r = read_csv("unit,time\n700,12\n0,3\n");
  EXPECT_EQ(r.spikes, (std::vector<UnitSpike>{{12, 700}, {3, 0}}));
  EXPECT_TRUE(r.events.empty());
}

TEST(EventCsv, TimesInTheUnitThatIsNamed) {
  const auto time = [](const char* text, TimeUnit unit) {
    return read_csv(std::string("unit,time\n1,") + text, unit).spikes.at(0).microseconds;
  };
  EXPECT_EQ(time("1.25", TimeUnit::kSeconds), 1'250'000);
  EXPECT_EQ(time("1.25", TimeUnit::kMilliseconds), 1250);
  EXPECT_EQ(time("1.25", TimeUnit::kUsual), 1);
  EXPECT_EQ(time("1.5", TimeUnit::kMicroseconds), 2);
  EXPECT_EQ(time("2499", TimeUnit::kNanoseconds), 2);
  EXPECT_EQ(time("9007199254740993", TimeUnit::kUsual), 9007199254740993);  // exact where a double is not
  EXPECT_EQ(time("+3e2", TimeUnit::kUsual), 300);
}

TEST(EventCsv, RefusesWhatIsNoTable) {
  EXPECT_THAT(refused_row("# nothing\n"), HasSubstr("1 no header"));
  EXPECT_THAT(refused_row("1,2,3,4\n"), HasSubstr("1 no column t"));
  EXPECT_THAT(refused_row("x,t,p\n"), HasSubstr("1 columns neither x and y nor unit"));
  EXPECT_THAT(refused_row("x,unit,t\n"), HasSubstr("1 columns both x and unit"));
  EXPECT_THAT(refused_row("x,y,t,time\n"), HasSubstr("1 the column 'time' stands twice"));
  EXPECT_THAT(refused_row("x,y,t\n1,2,3\n1,2\n"), HasSubstr("3 2 columns, the header has 3"));
  EXPECT_THAT(refused_row("x,y,t\n-1,2,3\n"), HasSubstr("2 x '-1' is no whole number from 0"));
  EXPECT_THAT(refused_row("x,y,t\n1,2.5,3\n"), HasSubstr("2 y '2.5'"));
  EXPECT_THAT(refused_row("x,y,t\n1,2147483648,3\n"), HasSubstr("2 y '2147483648'"));
  EXPECT_THAT(refused_row("x,y,t,p\n1,2,3,2\n"), HasSubstr("2 polarity '2' is none of 0, 1 and -1"));
  EXPECT_THAT(refused_row("x,y,t\n1,2,soon\n"), HasSubstr("2 time 'soon'"));
  EXPECT_THAT(refused_row("x,y,t\n1,2,nan\n"), HasSubstr("2 time 'nan'"));
  EXPECT_THAT(refused_row("x,y,t\n1,2,1e10\n", TimeUnit::kSeconds), HasSubstr("2 time '1e10'"));
  EXPECT_EQ(refused_row("x,y,t\n1,2,3\n"), "none");
  EXPECT_THROW(read_csv("x,y,t,p\n"), NoEvents);
}

TEST(EventCsv, WhatIsWrittenComesBack) {
  EXPECT_TRUE(rc::check("csv", [] {
    const EventList events = draw_events({100'000, 100'000, 0, 1LL << 40});
    RC_ASSERT(parse_recording(csv_bytes(events), "f", EventFormat::kCsv).events == events);
  }));
}

}  // namespace
}  // namespace ranvier::workloads
