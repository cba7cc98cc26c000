// SPDX-License-Identifier: Apache-2.0
// The terminal's text: order, width, colour only when asked, and the numbers behind it.
#include "report/terminal.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "report/format.h"
#include "report/health.h"
#include "report/text_table.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

TEST(Terminal, FitsAndHasNoEscapesWithoutColour) {
  const auto run = sample_run();
  const std::string text = terminal_report(run->record);
  EXPECT_EQ(text.find('\033'), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 120U) << line;
  EXPECT_NE(terminal_report(run->record, {.colour = true}).find('\033'), std::string::npos);
}

TEST(Terminal, HealthThenHeadlineThenLayersThenRemap) {
  const std::string text = terminal_report(sample_run()->record);
  const std::size_t health = text.find("Lost events");
  const std::size_t headline = text.find("Headline");
  const std::size_t layers = text.find("block0.fc1", headline);
  const std::size_t block = text.find("\nblock0 ");
  const std::size_t total = text.find("chip total");
  const std::size_t remap = text.find("\nRemap");
  EXPECT_LT(health, headline);
  EXPECT_LT(headline, layers);
  EXPECT_LT(layers, block);
  EXPECT_LT(block, total);
  EXPECT_LT(total, remap);
  EXPECT_NE(remap, std::string::npos);
  EXPECT_NE(text.find("arithmetic only"), std::string::npos);
  EXPECT_NE(text.find("E_AC x adds + E_MAC x multiply-adds, 45 nm, Horowitz 2014"), std::string::npos);
}

TEST(Terminal, SaysOfEachImageWhetherItIsExact) {
  const auto run = sample_run();
  EXPECT_NE(terminal_report(run->record).find("equal to the integer reference"), std::string::npos);
  EXPECT_EQ(terminal_report(run->record).find("DIFFER"), std::string::npos);
  run->record.result.images[0].exact = false;
  EXPECT_NE(terminal_report(run->record).find("DIFFER from the integer reference"), std::string::npos);
}

TEST(Terminal, WithoutRemapThereIsNoRemapTable) {
  const auto run = sample_run();
  run->record.remap.clear();
  EXPECT_EQ(terminal_report(run->record).find("\nRemap"), std::string::npos);
}

TEST(Health, EachTroubleHasItsOwnLine) {
  const auto severity_of = [](const RunRecord& record, const std::string& subject) {
    for (const HealthLine& line : health(record).lines) {
      if (line.subject == subject) return line.severity;
    }
    ADD_FAILURE() << "no line " << subject;
    return Severity::kGood;
  };
  const auto run = sample_run();
  RunRecord& record = run->record;
  EXPECT_EQ(severity_of(record, "Receive FIFOs"), Severity::kGood);
  EXPECT_EQ(severity_of(record, "Relay buffers"), Severity::kGood);
  EXPECT_EQ(severity_of(record, "Link load"), Severity::kGood);
  EXPECT_EQ(severity_of(record, "Verilated cores"), Severity::kGood);
  EXPECT_NE(health(record).worst, Severity::kBad);
  record.result.cores[0].peak_receive_fifo = 64;
  record.result.cores[0].peak_relay_buffer = 120;
  record.result.max_link_load = 0.95;
  record.result.lockstep_events_compared = 0;
  EXPECT_EQ(severity_of(record, "Receive FIFOs"), Severity::kNote);
  EXPECT_EQ(severity_of(record, "Relay buffers"), Severity::kWarning);
  EXPECT_EQ(severity_of(record, "Link load"), Severity::kWarning);
  EXPECT_EQ(severity_of(record, "Verilated cores"), Severity::kNote);
  EXPECT_EQ(health(record).worst, Severity::kWarning);
  record.result.lost.total = 1;
  EXPECT_EQ(severity_of(record, "Lost events"), Severity::kBad);
  EXPECT_EQ(health(record).worst, Severity::kBad);
}

TEST(Format, ThreeDigitsAndThePrefixThatFits) {
  EXPECT_EQ(energy_text(Energy(0)), "0 J");
  EXPECT_EQ(energy_text(Energy(999)), "999 aJ");
  EXPECT_EQ(energy_text(Energy(999'700)), "1.00 pJ");
  EXPECT_EQ(energy_text(Energy(23'600'000)), "23.6 pJ");
  EXPECT_EQ(energy_text(Energy(1'234'567'000'000)), "1.23 µJ");
  EXPECT_EQ(duration_text(Duration(16'833'000'000)), "16.8 µs");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1'234'567), "1,234,567");
  EXPECT_EQ(count_text(-123'456), "-123,456");
  EXPECT_EQ(count_text(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(percent_text(0.1234), "12.3 %");
  EXPECT_EQ(share(1, 0), 0);
  EXPECT_EQ(mean(Energy(7), 2), Energy(4));
}

TEST(TextTable, AlignsByDisplayedWidth) {
  TextTable table({"name", "value"});
  table.row({"µ", "1"});
  table.row({"long", "22"});
  EXPECT_EQ(table.text(false), "name  value\n-----------\nµ         1\nlong     22\n");
}

}  // namespace
}  // namespace ranvier::report
