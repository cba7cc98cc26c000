// SPDX-License-Identifier: Apache-2.0
// Energy in every form of a run folder: parts, steps, links and lines add up, name their entries and their kinds, and
// the literature's figure stays apart.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/arithmetic.h"
#include "report/comparison.h"
#include "report/csv.h"
#include "report/energy_json.h"
#include "report/energy_text.h"
#include "report/format.h"
#include "report/html.h"
#include "report/origins.h"
#include "report/rollup.h"
#include "report/run_json.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::string cell;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.push_back(std::move(cell));
        cell.clear();
      } else {
        cell += c;
      }
    }
    cells.push_back(cell);
    rows.push_back(cells);
  }
  return rows;
}

std::size_t column(const std::vector<std::string>& header, const std::string& name) {
  const auto at = std::find(header.begin(), header.end(), name);
  EXPECT_NE(at, header.end()) << name;
  return static_cast<std::size_t>(at - header.begin());
}

TEST(Energy, LedgerCsvNamesTheEntryTagKindAndSourceOfEachLine) {
  const auto run = sample_run();
  const auto rows = rows_of(ledger_csv(run->record));
  const auto& header = rows.front();
  Energy sum;
  bool seen = false;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), header.size());
    sum += Energy(std::stoll(rows[i][column(header, "energy_aj")]));
    EXPECT_FALSE(rows[i][column(header, "entry")].empty());
    EXPECT_FALSE(rows[i][column(header, "source")].empty());
    if (rows[i][column(header, "component")] != "router_hop") continue;
    seen = true;
    EXPECT_EQ(rows[i][column(header, "part")], "network routers");
    EXPECT_EQ(rows[i][column(header, "group")], "network");
    EXPECT_EQ(rows[i][column(header, "entry")], "energy.router_hop");
    EXPECT_EQ(rows[i][column(header, "tag")], "published");
    EXPECT_EQ(rows[i][column(header, "kind")], "marginal");
    EXPECT_EQ(rows[i][column(header, "source")], "Nature 572 (2019), table 1");
  }
  EXPECT_TRUE(seen);
  EXPECT_EQ(sum, run->record.result.total_energy);
}

TEST(Energy, LinksAddUpToTheLinkHopsOfTheLedger) {
  const auto run = sample_run();
  const auto rows = rows_of(links_csv(run->record));
  std::map<std::string, Energy> by_direction;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const bool edge = rows[i][column(rows[0], "chip_edge")] == "1";
    by_direction[edge ? "edge" : rows[i][column(rows[0], "direction")]] +=
        Energy(std::stoll(rows[i][column(rows[0], "energy_aj")]));
  }
  std::map<std::string, Energy> ledger;
  for (const sim::LedgerEntry& e : run->record.result.ledger) {
    if (e.component == sim::Component::kLinkHopEast) ledger["east"] += e.energy;
    if (e.component == sim::Component::kLinkHopWest) ledger["west"] += e.energy;
    if (e.component == sim::Component::kLinkHopNorth) ledger["north"] += e.energy;
    if (e.component == sim::Component::kLinkHopSouth) ledger["south"] += e.energy;
    if (e.component == sim::Component::kChipLinkHop) ledger["edge"] += e.energy;
  }
  EXPECT_EQ(ledger.size(), 5U);
  EXPECT_EQ(by_direction, ledger);
}

TEST(Energy, JsonPartsComponentsAndKindsAddUp) {
  const auto run = sample_run();
  const auto j = nlohmann::json::parse(run_json(run->record, "runs/x"));
  const auto total = j["energy_aj"].get<std::int64_t>();
  EXPECT_EQ(j["energy_aj_text"], std::to_string(total));
  std::int64_t parts = 0, components = 0, kinds = 0;
  for (const auto& part : j["energy_by_part_aj"]) parts += part.get<std::int64_t>();
  for (const auto& kind : j["energy_by_kind_aj"]) kinds += kind.get<std::int64_t>();
  for (const auto& line : j["energy_by_component"]) {
    components += line["energy_aj"].get<std::int64_t>();
    EXPECT_TRUE(line["entry"].get<std::string>().starts_with("energy.")) << line;
    for (const char* key : {"component", "part", "group", "value", "tag", "source", "file"})
      EXPECT_FALSE(line[key].get<std::string>().empty()) << key << line;
  }
  EXPECT_EQ(parts, total);
  EXPECT_EQ(components, total);
  EXPECT_EQ(kinds, total);
  EXPECT_EQ(j["energy_by_part_aj"].size(), sim::kEnergyParts);
  EXPECT_TRUE(j["energy_by_part_aj"].contains("network east"));
  EXPECT_EQ(j["energy_by_kind_aj"].size(), kKinds);
  EXPECT_GT(j["energy_by_kind_aj"]["static"], 0);
}

TEST(Energy, ATotalOfSeveralKindsSaysSo) {
  const auto run = sample_run();  // map_value is a min, all else marginal
  Origins origins = energy_origins(run->record);
  EXPECT_TRUE(mixes_kinds(origins.by_kind));
  EXPECT_NE(kinds_remark(origins.by_kind).find("mixes kinds of energy (marginal"), std::string::npos);
  EXPECT_NE(energy_table_text(run->record, false).find("mixes kinds"), std::string::npos);
  EXPECT_NE(report_html(run->record).find("mixes kinds"), std::string::npos);
  const auto j = nlohmann::json::parse(run_json(run->record, "x"));
  EXPECT_EQ(j["energy_kinds_mixed"], true);

  run->problem.board.chip.energy.map_value.origin.kind = chips::EnergyKind::kMarginal;
  origins = energy_origins(run->record);
  EXPECT_FALSE(mixes_kinds(origins.by_kind));
  EXPECT_EQ(kinds_remark(origins.by_kind), "");
  EXPECT_EQ(kinds_text(origins.by_kind), "marginal 100.0 %");
  EXPECT_EQ(energy_table_text(run->record, false).find("mixes"), std::string::npos);
}

TEST(Energy, StaticPowerOnTopOfAllInEnergiesIsPointedOut) {
  std::array<Energy, kKinds> by_kind{};
  by_kind[static_cast<std::size_t>(chips::EnergyKind::kAllIn)] = Energy(5);
  EXPECT_EQ(kinds_remark(by_kind), "");
  by_kind[static_cast<std::size_t>(chips::EnergyKind::kNone)] = Energy(1);
  EXPECT_NE(kinds_remark(by_kind).find("counts it again"), std::string::npos);
  EXPECT_FALSE(mixes_kinds(by_kind));
}

TEST(Energy, TotalsThatMixKindsTakeNoRank) {
  const auto run = sample_run();
  Comparison c;
  c.rows.push_back(comparison_row(run->record));
  c.rows.back().target = "mixture";
  run->problem.board.chip.energy.map_value.origin.kind = chips::EnergyKind::kMarginal;
  c.rows.push_back(comparison_row(run->record));
  c.rows.back().target = "pure";
  rank(c);
  ASSERT_EQ(c.rows[0].target, "pure");
  EXPECT_EQ(c.rows[0].rank, 1);
  EXPECT_EQ(c.rows[0].energy_kind, "marginal");
  EXPECT_EQ(c.rows[1].rank, 0);
  EXPECT_EQ(c.rows[1].energy_kind, "marginal+min");
  Energy sum;
  for (const Energy e : c.rows[1].by_kind) sum += e;
  EXPECT_NEAR(joules(sum), joules(c.rows[1].energy), 4e-18);  // each a mean, rounded
  const auto j = nlohmann::json::parse(comparison_json(c));
  EXPECT_EQ(j["targets"][0]["rank_within_energy_kind"], 1);
  EXPECT_TRUE(j["targets"][1]["rank_within_energy_kind"].is_null());
  EXPECT_GT(j["targets"][1]["energy_by_kind_aj"]["min"], 0);
  for (std::string text : {comparison_text(c, false), comparison_markdown(c), comparison_html(c)}) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    EXPECT_NE(text.find("take no rank: mixture (marginal"), std::string::npos) << text;
  }
}

TEST(Energy, ArithmeticOnlyIsTheFormulaAndNoPartOfTheLedger) {
  const auto run = sample_run();
  const Arithmetic a = arithmetic_only(run->record);
  double layers = 0;
  for (std::size_t s = 0; s < a.rows.size(); ++s) {
    const sim::LayerResult& layer = run->record.result.layers[s];
    EXPECT_EQ(a.rows[s].adds, layer.adds);
    EXPECT_EQ(a.rows[s].multiply_adds, layer.multiply_adds);
    EXPECT_DOUBLE_EQ(
        a.rows[s].snn_per_image_nj,
        (0.9 * static_cast<double>(layer.adds) + 4.6 * static_cast<double>(layer.multiply_adds)) * 1e-3 / 3);
    layers += a.rows[s].snn_per_image_nj;
  }
  EXPECT_NEAR(layers, a.snn_per_image_nj, 1e-9);
  // embed: 50 tokens, 64 by 64.
  ASSERT_TRUE(a.rows[1].ann_per_image_nj.has_value());
  EXPECT_DOUBLE_EQ(*a.rows[1].ann_per_image_nj, 50 * 64 * 64 * 4.6e-3);
  EXPECT_DOUBLE_EQ(*a.ann_over_snn, *a.ann_per_image_nj / a.snn_per_image_nj);
  const auto j = nlohmann::json::parse(run_json(run->record, "x"));
  EXPECT_EQ(j["arithmetic_only"]["label"],
            "arithmetic only, E_AC x adds + E_MAC x multiply-adds, 45 nm, Horowitz 2014");
  EXPECT_EQ(j["arithmetic_only"]["snn_per_inference_nj"], j["energy_arithmetic_only_per_inference_nj"]);
  EXPECT_EQ(j["arithmetic_only"]["layers"].size(), a.rows.size());
  EXPECT_NE(report_html(run->record).find(kArithmeticLabel), std::string::npos);
  EXPECT_NE(energy_table_text(run->record, false).find(kArithmeticLabel), std::string::npos);
}

TEST(Energy, ANetworkOverTimeHasNoDenseEquivalent) {
  const auto run = sample_run();
  run->program.timesteps = 10;
  const Arithmetic a = arithmetic_only(run->record);
  EXPECT_FALSE(a.ann_per_image_nj.has_value());
  EXPECT_FALSE(a.ann_over_snn.has_value());
  EXPECT_GT(a.snn_per_image_nj, 0);
}

TEST(Energy, BeyondNineJoulesEveryFormGoesOn) {
  const auto run = sample_run();
  sim::RunResult& result = run->record.result;
  const Energy much = Energy(INT64_MAX) * 3;
  result.ledger.push_back({StageId(), CoreId(), sim::Component::kStatic, 0, much});
  result.total_energy += much;
  result.step_energy.back().energy[static_cast<std::size_t>(sim::EnergyPart::kStatic)] += much;
  const std::string digits = attojoule_text(result.total_energy);
  EXPECT_EQ(digits.size(), 20U);
  EXPECT_EQ(roll_up(run->record).chip.total, result.total_energy);
  const auto j = nlohmann::json::parse(run_json(run->record, "x"));
  EXPECT_EQ(j["energy_aj_text"], digits);
  EXPECT_NEAR(j["energy_aj"].get<double>() * 1e-18, joules(result.total_energy), 1e-9);
  EXPECT_NE(layers_csv(run->record).find(attojoule_text(roll_up(run->record).board.total)), std::string::npos);
  EXPECT_NE(energy_table_text(run->record, false).find("J"), std::string::npos);
  EXPECT_FALSE(report_html(run->record).empty());
  EXPECT_EQ(mean(much, 3), Energy(INT64_MAX));
  EXPECT_EQ(count_text(Energy(INT64_MAX) + Energy(1)), "9,223,372,036,854,775,808");
  EXPECT_EQ(exact_json(Energy(INT64_MAX)).get<std::int64_t>(), INT64_MAX);
  EXPECT_TRUE(exact_json(much).is_number_float());
}

}  // namespace
}  // namespace ranvier::report
