// SPDX-License-Identifier: Apache-2.0
// Traces of packets: what is read, what is refused, and that they run as written.
#include "sim/traffic_trace.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/network_errors.h"
#include "sim/traffic.h"

namespace ranvier::sim {
namespace {

TEST(Trace, ReadsPacketsInOrderOfCycle) {
  const auto packets =
      parse_trace("cycle,source,destination,flits\n# late\n7,0,15,4\r\n\n 2 , 3 , 1\n2,0,0\n", "t", 16, 2);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].cycle, 2);
  EXPECT_EQ(packets[0].source, CoreId(3));
  EXPECT_EQ(packets[0].destination, CoreId(1));
  EXPECT_EQ(packets[0].flits, 2);
  EXPECT_EQ(packets[1].source, CoreId(0));
  EXPECT_EQ(packets[2].cycle, 7);
  EXPECT_EQ(packets[2].flits, 4);
}

TEST(Trace, NamesFileAndLineOfWhatIsWrong) {
  const auto line_of = [](const std::string& text) {
    try {
      parse_trace(text, "trace.csv", 16, 1);
    } catch (const TraceError& e) {
      EXPECT_EQ(e.file, "trace.csv");
      EXPECT_EQ(e.exit_code, ExitCode::kBadInput);
      EXPECT_EQ(std::string(e.what()).rfind("trace.csv:" + std::to_string(e.line) + ": ", 0), 0u) << e.what();
      return e.line;
    }
    return 0;
  };
  EXPECT_EQ(line_of("0,1,2\n1,2,16\n"), 2);  // no such core
  EXPECT_EQ(line_of("0,1,2\n\n-1,2,3\n"), 3);
  EXPECT_EQ(line_of("0,1\n"), 1);
  EXPECT_EQ(line_of("0,1,2,3,4\n"), 1);
  EXPECT_EQ(line_of("0,1,2,0\n"), 1);
  EXPECT_EQ(line_of("0,1,two\n"), 1);
  EXPECT_EQ(line_of("0,1,2\ncycle,source,destination\n"), 2);  // a header comes first
  EXPECT_EQ(line_of("cycle,source,destination\n"), 1);         // no packets
  EXPECT_EQ(line_of("0,1,2\n"), 0);
}

/// Times of lone packets, the second far from the first and longer; the third waits for it at their source.
TEST(Trace, RunsAsWritten) {
  TrafficOptions options;
  options.traffic = "trace";
  options.keep_packets = true;
  options.trace = parse_trace("5,0,9\n100000,0,63,4\n100000,0,1\n", "t", 64, 1);
  const TrafficResult result = run_traffic(options);
  EXPECT_EQ(result.packets, 3);
  EXPECT_EQ(result.times[0].entered, 5);
  EXPECT_EQ(result.times[0].delivered, 5 + 3 * 3 + 2);
  EXPECT_EQ(result.times[1].entered, 100'000);
  EXPECT_EQ(result.times[1].delivered, 100'000 + 3 * 15 + 2 + 3);
  EXPECT_EQ(result.times[2].entered, 100'004);
  EXPECT_EQ(result.times[2].delivered, 100'004 + 3 * 2 + 2);
  EXPECT_FALSE(result.saturated);
  EXPECT_EQ(result.offered, 6.0 / (64 * 100'001));
  EXPECT_EQ(result.accepted, 6.0 / (64 * 100'051.0));  // to the long packet's end
  EXPECT_EQ(result.link_load_max, 6 / 100'051.0);      // out of core 0, eastward
  options.warm_up = 200'000;
  EXPECT_THROW(run_traffic(options), TrafficError);
  options.trace.clear();
  EXPECT_THROW(run_traffic(options), TrafficError);
}

}  // namespace
}  // namespace ranvier::sim
