// SPDX-License-Identifier: Apache-2.0
// report.html: well-formed, health first, nothing from outside, nothing unescaped.
#include "report/html.h"

#include <gtest/gtest.h>

#include <set>

#include "report/markup.h"
#include "report/svg.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

/// What is wrong with the nesting of tags; empty when each start has its end. The text of <style> is skipped.
std::string nesting_error(const std::string& page) {
  const std::set<std::string> void_elements = {"meta", "br", "hr", "img", "link", "input"};
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at)) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "tag without end";
    const std::string tag = page.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with('!')) continue;
    const bool closing = tag.starts_with('/');
    const std::string name = tag.substr(closing ? 1 : 0, tag.find_first_of(" \n/", 1) - (closing ? 1 : 0));
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + "> in " + (open.empty() ? "nothing" : open.back());
      open.pop_back();
    } else if (!tag.ends_with('/') && !void_elements.contains(name)) {
      open.push_back(name);
      if (name == "style") at = page.find("</style", at);
    }
  }
  return open.empty() ? "" : open.back() + " left open";
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Html, CheckerFindsBadNesting) {
  EXPECT_EQ(nesting_error("<p><b>x</b></p><br>"), "");
  EXPECT_NE(nesting_error("<p><b>x</p></b>"), "");
  EXPECT_NE(nesting_error("<p>"), "");
}

TEST(Html, IsWellFormed) { EXPECT_EQ(nesting_error(report_html(sample_run()->record)), ""); }

TEST(Html, SectionsComeInOrderHealthFirst) {
  const std::string page = report_html(sample_run()->record);
  std::size_t last = 0;
  for (const char* id : {"health", "headline", "layers", "mesh", "spikes", "origins", "remap", "images", "cores",
                         "limits", "provenance"}) {
    const std::size_t at = page.find(std::string("<section id=\"") + id + "\"");
    ASSERT_NE(at, std::string::npos) << id;
    EXPECT_GT(at, last) << id;
    last = at;
  }
  EXPECT_LT(page.find("Lost events"), page.find("Energy per inference"));
}

TEST(Html, NeedsNoNetworkAndNoScript) {
  const std::string page = report_html(sample_run()->record);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<link"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
  EXPECT_EQ(page.find("url("), std::string::npos);
  EXPECT_EQ(occurrences(page, "http"), occurrences(page, "xmlns=\"http://www.w3.org/2000/svg\"") + 1);  // + http-equiv
}

TEST(Html, EveryDrawingSaysWhatItIsUnderItsOwnId) {
  const std::string page = report_html(sample_run()->record);
  std::set<std::string> ids;
  std::size_t drawings = 0;
  for (std::size_t at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) {
    ++drawings;
    const std::size_t label = page.find("aria-labelledby=\"", at) + 17;
    const std::string title_id = page.substr(label, page.find(' ', label) - label);
    EXPECT_TRUE(ids.insert(title_id).second) << title_id;
    EXPECT_NE(page.find("<title id=\"" + title_id + "\">", at), std::string::npos);
  }
  EXPECT_GE(drawings, 6U);
}

TEST(Html, TextFromOutsideIsEscaped) {
  const auto run = sample_run();
  const std::string attack = "<img src=x onerror=\"alert('&')\">";
  run->record.workload = attack;
  run->record.workload_description = attack;
  run->record.target = attack;
  run->record.argv.push_back(attack);
  run->record.class_names.assign(10, attack);
  run->record.inputs[0].path = attack;
  run->record.result.left_out.push_back(attack);
  run->record.result.layers[3].name = attack;
  run->record.result.cores[0].stages = attack;
  run->problem.board.chip.file = attack;
  run->problem.board.chip.energy.synapse_read.origin.source = attack;
  const std::string page = report_html(run->record);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("\"alert"), std::string::npos);
  EXPECT_EQ(nesting_error(page), "");
}

TEST(Html, LossAndMismatchShout) {
  const auto run = sample_run();
  run->record.result.lost.total = 12;
  run->record.result.lost.places = {{CoreId(5), 0, 3, 12}};
  run->record.result.images[0].exact = false;
  const std::string page = report_html(run->record);
  EXPECT_NE(page.find("Not to be trusted: Lost events, Exactness."), std::string::npos);
  EXPECT_NE(page.find("12 events were lost: 12 at core 5 (x 5, y 0), image 0, step 3."), std::string::npos);
  EXPECT_NE(page.find("tr class=\"alert\""), std::string::npos);
}

TEST(Html, LargeBoardStaysWithinAFewMegabytes) {
  SampleSize size;
  size.columns = 3;
  size.rows = 3;
  size.chip_width = 13;
  size.chip_height = 12;
  size.blocks = 4;
  size.tiles_per_stage = 24;
  size.images = 10;
  size.steps_per_level = 15;
  const std::string page = report_html(sample_run(size)->record);
  EXPECT_EQ(nesting_error(page), "");
  EXPECT_LT(page.size(), std::size_t{4} << 20);
}

TEST(Html, NothingMeasuredIsStillAPage) {
  const auto run = sample_run();
  run->record.result = {};
  run->record.remap.clear();
  EXPECT_EQ(nesting_error(report_html(run->record)), "");
}

TEST(Html, StaticPowerOfADeviceIsLeftOutWithTheChips) {
  const auto run = sample_run();
  const auto dynamic_chart = [&] {
    const std::string page = report_html(run->record);
    const std::size_t end = page.find("The same without static power");
    const std::size_t begin = page.rfind("<svg", end);
    return page.substr(begin, end - begin);
  };
  const std::string before = dynamic_chart();
  const Energy more(123'000'000'000'000);
  run->problem.board.device.emplace();
  run->record.result.ledger.push_back({StageId(), CoreId(), sim::Component::kDeviceStatic, 0, more});
  run->record.result.total_energy += more;
  EXPECT_EQ(dynamic_chart(), before);
}

TEST(Html, ExactnessOfNetworksOverTimeIsByCounts) {
  const auto run = sample_run();
  EXPECT_NE(report_html(run->record).find("bit for bit, in every stage and in the logits"), std::string::npos);
  run->program.timesteps = 8;
  const std::string page = report_html(run->record);
  EXPECT_NE(page.find("equal the integer reference in every compartment&#39;s spike count."), std::string::npos);
  EXPECT_EQ(page.find("bit for bit, in every stage"), std::string::npos);
}

TEST(Markup, Escapes) { EXPECT_EQ(escaped("a<b>&\"'\x01"), "a&lt;b&gt;&amp;&quot;&#39;?"); }

TEST(Svg, CoordinatesAreShort) {
  EXPECT_EQ(coordinate(3.0), "3");
  EXPECT_EQ(coordinate(3.14159), "3.1");
  EXPECT_EQ(coordinate(-0.01), "0");
}

}  // namespace
}  // namespace ranvier::report
