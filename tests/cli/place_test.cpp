// SPDX-License-Identifier: Apache-2.0
// ranvier place as users run it.
#include <fstream>

#include "tests/cli/command.h"

namespace ranvier::cli_test {
namespace {

class Place : public CommandTest {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
};

TEST_F(Place, JsonHasItsKeysAndIsBetweenBoundAndPublishedReference) {
  const auto o = ranvier("place --network cnn_16 --mesh 16x16 --preset fast --json -q");
  ASSERT_EQ(o.exit_code, 0) << o.err;
  EXPECT_EQ(o.err, "");
  const auto json = o.json();
  for (const char* key : {"energy", "energy_axonflow", "weighted_hops", "latency_mean", "latency_mean_weighted",
                          "latency_mean_axonflow", "latency_max", "congestion_mean", "congestion_max", "bound_energy",
                          "energy_over_bound", "cpu_s", "wall_s", "peak_rss_mib"}) {
    EXPECT_GT(json.at(key).get<double>(), 0) << key;
  }
  EXPECT_EQ(json.at("solver"), "portfolio");
  EXPECT_EQ(json.at("preset"), "fast");
  EXPECT_EQ(json.at("clusters"), 256);
  EXPECT_EQ(json.at("edges"), 1512);
  EXPECT_EQ(json.at("mesh"), "16x16");
  EXPECT_LT(json["energy"].get<double>(), 2654);  // Hilbert and forces, as published
  EXPECT_GE(json["energy"].get<double>(), json["bound_energy"].get<double>());
  EXPECT_NEAR(json["energy_axonflow"].get<double>() - json["energy"].get<double>(),
              0.9 * json["total_weight"].get<double>(), 1e-6);
  ASSERT_FALSE(json.at("pareto").empty());
  for (const auto& p : json["pareto"]) EXPECT_GT(p.at("energy").get<double>(), json["bound_energy"].get<double>());
}

TEST_F(Place, ThreadsChangeNothingAndSeedsDo) {
  const std::string command = "place --network cnn_16 --preset fast -q -o ";
  ASSERT_EQ(ranvier(command + "a.csv --threads 1").exit_code, 0);
  ASSERT_EQ(ranvier(command + "b.csv --threads 3").exit_code, 0);
  ASSERT_EQ(ranvier(command + "c.csv --seed 7").exit_code, 0);
  EXPECT_EQ(text_of(folder_ / "a.csv"), text_of(folder_ / "b.csv"));
  EXPECT_NE(text_of(folder_ / "a.csv"), text_of(folder_ / "c.csv"));
}

TEST_F(Place, ReadsAFileAndMeasuresWhatItWrote) {
  write("ring.csv", "# a ring\r\nsrc,dst,weight\r\n0,1,2\r\n1,2,2\r\n2,3,2\r\n3,0,2\r\n");
  const auto placed = ranvier("place ring.csv --mesh 2x2 -o p.csv --json -q");
  ASSERT_EQ(placed.exit_code, 0) << placed.err;
  EXPECT_DOUBLE_EQ(placed.json()["energy"].get<double>(), 8 * 1.2);
  const auto given = ranvier("place ring.csv --mesh 2x2 --placement p.csv --json -q");
  ASSERT_EQ(given.exit_code, 0) << given.err;
  EXPECT_EQ(given.json()["solver"], "given");
  EXPECT_EQ(given.json()["energy"], placed.json()["energy"]);
  EXPECT_EQ(given.json()["cpu_s"], 0);
}

TEST_F(Place, RefinesAGivenPlacementAndIsNeverWorse) {
  ASSERT_EQ(ranvier("place --network cnn_16 --solver hilbert -o p.csv -q").exit_code, 0);
  const auto before = ranvier("place --network cnn_16 --placement p.csv --json -q").json();
  const auto after = ranvier("place --network cnn_16 --placement p.csv --refine --json -q").json();
  EXPECT_NEAR(before["energy"].get<double>(), 4527, 0.5);
  EXPECT_EQ(after["solver"], "refined");
  EXPECT_LT(after["energy"].get<double>(), 0.8 * before["energy"].get<double>());
}

// Four cores in a row. 0 sends 10 to 3, 3 hops away; 1 sends 1 to 2: 31 weighted hops. Two clusters change places: 11.
TEST_F(Place, RemapsOnlyWhereTheMovesPay) {
  write("old.csv", "0,1,1\n2,3,1\n");
  write("new.csv", "0,3,10\n1,2,1\n");
  write("p.csv", "0,0,0\n1,1,0\n2,2,0\n3,3,0\n");
  const std::string command = "place new.csv --mesh 4x1 --placement p.csv --remap --json -q ";
  const auto moved = ranvier(command + "--known old.csv --migration-hops 5 -o q.csv");
  ASSERT_EQ(moved.exit_code, 0) << moved.err;
  const auto json = moved.json();
  EXPECT_EQ(json.at("solver"), "remapped");
  EXPECT_EQ(json.at("accepted"), true);
  EXPECT_EQ(json.at("hops_before"), 31);
  EXPECT_EQ(json.at("hops_after"), 11);
  EXPECT_EQ(json.at("weighted_hops"), 11);
  EXPECT_DOUBLE_EQ(json.at("energy").get<double>(), 11 * 1.1 + 11 * 0.1);
  EXPECT_DOUBLE_EQ(json.at("gain_share").get<double>(), 20.0 / 31);
  EXPECT_EQ(json.at("moved_clusters"), 2);
  EXPECT_EQ(json.at("migration_hops"), 10);
  EXPECT_EQ(json.at("break_even_inferences"), 0.5);
  EXPECT_DOUBLE_EQ(json.at("latency_max_before").get<double>(), 3.04);
  EXPECT_EQ(json.at("congestion_max_before"), 11);
  EXPECT_LE(json.at("latency_max").get<double>(), 3.04);
  EXPECT_LE(json.at("congestion_max").get<double>(), 11);
  EXPECT_EQ(ranvier("place new.csv --mesh 4x1 --placement q.csv --json -q").json().at("weighted_hops"), 11);
  EXPECT_NE(ranvier("place new.csv --mesh 4x1 --placement p.csv --remap -q").out.find("64.52 %"), std::string::npos);

  // 21 hops of migration against 20 gained: not within one inference, but within ten.
  const auto patient = ranvier(command + "--migration-hops 10.5 --horizon-inferences 10").json();
  EXPECT_EQ(patient.at("moved_clusters"), 2);
  EXPECT_EQ(patient.at("break_even_inferences"), 1.05);
  for (const char* kept : {"--migration-hops 10.5", "--min-gain 65%", "--min-gain 0.65", "--known new.csv"}) {
    const auto same = ranvier(command + kept).json();
    EXPECT_EQ(same.at("accepted"), false) << kept;
    EXPECT_EQ(same.at("moved_clusters"), 0) << kept;
    EXPECT_EQ(same.at("hops_after"), 31) << kept;
    EXPECT_EQ(same.at("migration_hops"), 0) << kept;
    EXPECT_EQ(same.at("break_even_inferences"), 0) << kept;
  }
  EXPECT_EQ(ranvier(command + "--min-gain 64%").json().at("accepted"), true);
}

TEST_F(Place, RefusesRemapsThatAreIncomplete) {
  write("e.csv", "0,1,1\n");
  write("p.csv", "0,0,0\n1,1,0\n");
  const std::string command = "place e.csv --placement p.csv ";
  expect_refusal(ranvier("place e.csv --remap"), 4, "--placement");
  expect_refusal(ranvier(command + "--remap --refine"), 4, "--refine");
  expect_refusal(ranvier(command + "--remap --compare"), 4, "--compare");
  expect_refusal(ranvier(command + "--known e.csv"), 4, "--remap");
  expect_refusal(ranvier(command + "--remap --min-gain 2x"), 4, "write 2% or 0.02");
  expect_refusal(ranvier(command + "--remap --min-gain 100%"), 4, "--min-gain");
  expect_refusal(ranvier(command + "--remap --min-gain ''"), 4, "--min-gain");
  expect_refusal(ranvier(command + "--remap --migration-hops -1"), 4, "--migration-hops");
  expect_refusal(ranvier(command + "--remap --horizon-inferences 0"), 4, "--horizon-inferences");
  expect_refusal(ranvier(command + "--remap --known none.csv"), 5, "none.csv");
}

TEST_F(Place, ComparesAllSolversInOneTable) {
  const auto text = ranvier("place --network dnn_16 --preset fast --compare -q");
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_EQ(text.out.rfind("solver", 0), 0u) << text.out;
  for (const char* row : {"random", "row-major", "hilbert-fd-l1 ", "metis", "annealing", "portfolio", "bound"})
    EXPECT_NE(text.out.find(std::string("\n") + row), std::string::npos) << row << "\n" << text.out;
  const auto json = ranvier("place --network dnn_16 --preset fast --compare --json -q").json();
  double least = 1e300;
  int pareto = 0;
  for (const auto& row : json.at("compared")) {
    least = std::min(least, row.at("energy").get<double>());
    pareto += row.at("pareto").get<bool>();
    const double energy = row["energy"].get<double>();
    if (row["solver"] == "hilbert") {
      EXPECT_NEAR(energy, 10541, 0.5);
    } else if (row["solver"] == "hilbert-fd-l1") {
      EXPECT_NEAR(energy, 9082, 0.5);
    }
  }
  EXPECT_GT(pareto, 0);
  EXPECT_LT(pareto, static_cast<int>(json["compared"].size()));
  EXPECT_EQ(json["energy"].get<double>(), least);
  const auto two = ranvier("place --network dnn_16 --preset fast --compare --solver hilbert,random --json -q").json();
  EXPECT_EQ(two["compared"].size(), 3u);
}

TEST_F(Place, WritesNetworksThatReadBackTheSame) {
  ASSERT_EQ(ranvier("place --network cnn_16 --write-edges e.csv").exit_code, 0);
  const auto file = ranvier("place e.csv --solver hilbert --json").json();
  const auto name = ranvier("place --network cnn_16 --solver hilbert --json").json();
  EXPECT_EQ(file["clusters"], 256);
  EXPECT_EQ(file["energy"], name["energy"]);
  EXPECT_EQ(file["edges"], name["edges"]);
  EXPECT_EQ(file["congestion_max"], name["congestion_max"]);
  ASSERT_EQ(ranvier("place e.csv --clusters 300 --write-edges more.csv").exit_code, 0);
  EXPECT_EQ(ranvier("place more.csv --solver hilbert --json").json()["clusters"], 300);
}

TEST_F(Place, RefusesWhatDoesNotFitOrIsWrong) {
  write("five.csv", "0,1,1\n3,4,1\n");
  expect_refusal(ranvier("place five.csv --mesh 2x2"), 2, "5 clusters do not fit the 4 cores of a 2x2 mesh");
  write("bad.csv", "0,1,1\n0,x,1\n");
  expect_refusal(ranvier("place bad.csv"), 5, "bad.csv:2: target 'x'");
  expect_refusal(ranvier("place none.csv"), 5, "none.csv");
  expect_refusal(ranvier("place five.csv --mesh 0x4"), 4, "--mesh");
  expect_refusal(ranvier("place five.csv --mesh 70000x70000"), 4, "--mesh");
  expect_refusal(ranvier("place --mesh 4x4"), 4, "--network");
  expect_refusal(ranvier("place five.csv --network cnn_16"), 4, "one of the two");
  expect_refusal(ranvier("place --network alexnett"), 4, "did you mean 'alexnet'");
  expect_refusal(ranvier("place five.csv --solver hilbret"), 4, "did you mean 'hilbert'");
  expect_refusal(ranvier("place five.csv --solver hilbert,metis"), 4, "--compare");
  expect_refusal(ranvier("place five.csv --preset slow"), 4, "--preset");
  expect_refusal(ranvier("place five.csv --refine"), 4, "--placement");
  write("p.csv", "cluster,x,y\n0,0,0\n1,0,0\n");
  expect_refusal(ranvier("place five.csv --placement p.csv"), 5, "p.csv:3: core 0,0 holds cluster 0");
  expect_refusal(ranvier("place five.csv --solver hilbert -o no/such/folder/p.csv"), 5, "no/such/folder");
}

}  // namespace
}  // namespace ranvier::cli_test
