// SPDX-License-Identifier: Apache-2.0
// A comparison ranks within one kind of energy, adds up, and says what it rests on.
#include "report/comparison.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

ComparisonRow row(const std::string& target, std::int64_t attojoules, const std::string& kind) {
  ComparisonRow r;
  r.target = r.board = target;
  r.fits = true;
  r.exact = true;
  r.energy = Energy(attojoules);
  r.by_group[0] = Energy(attojoules);
  r.energy_kind = kind;
  return r;
}

Comparison three_kinds() {
  Comparison c;
  c.workload = "net";
  c.rows = {row("dear", 900, "marginal"), row("whole", 100, "all_in"), row("cheap", 50, "marginal")};
  ComparisonRow none;
  none.target = "small \"chip\"";
  none.reason = "does not fit: 5 < 7";
  c.rows.insert(c.rows.begin(), none);
  return c;
}

TEST(Comparison, RanksNeverSpanKindsOfEnergy) {
  Comparison c = three_kinds();
  rank(c);
  ASSERT_EQ(c.rows.size(), 4u);
  EXPECT_EQ(c.rows[0].target, "whole");
  EXPECT_EQ(c.rows[0].rank, 1);
  EXPECT_EQ(c.rows[1].target, "cheap");
  EXPECT_EQ(c.rows[1].rank, 1);
  EXPECT_EQ(c.rows[2].target, "dear");
  EXPECT_EQ(c.rows[2].rank, 2);
  EXPECT_FALSE(c.rows[3].fits);
  EXPECT_EQ(c.rows[3].rank, 0);
  const std::string text = comparison_text(c, false);
  EXPECT_NE(text.find("Ranks hold within one kind of energy only"), std::string::npos);
  EXPECT_NE(text.find("does not fit: 5 < 7"), std::string::npos);
}

TEST(Comparison, RowOfARunAddsUp) {
  const auto run = sample_run();
  const ComparisonRow r = comparison_row(run->record);
  EXPECT_TRUE(r.fits);
  Energy sum;
  for (const Energy energy : r.by_group) sum += energy;
  // Each group is a mean rounded to an attojoule.
  EXPECT_NEAR(static_cast<double>(sum.count()), static_cast<double>(r.energy.count()), kGroups);
  EXPECT_GT(r.static_share, 0);
  EXPECT_LT(r.static_share, 1);
  EXPECT_GT(r.latency.count(), 0);
  EXPECT_FALSE(r.energy_kind.empty());
}

TEST(Comparison, FormsForMachinesAgree) {
  Comparison c = three_kinds();
  rank(c);
  const auto j = nlohmann::json::parse(comparison_json(c));
  ASSERT_EQ(j["targets"].size(), 4u);
  EXPECT_EQ(j["targets"][2]["energy_per_inference_aj"], 900);
  EXPECT_EQ(j["targets"][2]["rank_within_energy_kind"], 2);
  EXPECT_EQ(j["targets"][2]["energy_kind"], "marginal");
  EXPECT_FALSE(j["targets"][3].contains("energy_per_inference_aj"));
  const std::string csv = comparison_csv(c);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_NE(csv.find("\"small \"\"chip\"\"\""), std::string::npos);
}

TEST(Comparison, PageEscapesAndSaysWhatWeightsThereAre) {
  Comparison c = three_kinds();
  c.weights_note = "seeded weights <not trained>";
  c.rows[1].extensions = {"value_maps: assumed"};
  rank(c);
  const std::string page = comparison_html(c);
  EXPECT_NE(page.find("seeded weights &lt;not trained&gt;"), std::string::npos);
  EXPECT_EQ(page.find("small \"chip\""), std::string::npos);
  EXPECT_NE(page.find("small &quot;chip&quot;"), std::string::npos);
  EXPECT_NE(page.find("value_maps: assumed"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("Energy kind: all_in"), std::string::npos);
  EXPECT_NE(page.find("Energy kind: marginal"), std::string::npos);
}

}  // namespace
}  // namespace ranvier::report
