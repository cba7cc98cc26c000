// SPDX-License-Identifier: Apache-2.0
// NIR files whose structure and numbers are spoilt at random: whatever reads them runs them or says what is wrong.
#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"
#include "workloads/nir/graph_nir.h"
#include "workloads/nir/lower_nir.h"
#include "workloads/nir/nir_errors.h"
#include "workloads/nir/simulate_nir.h"

namespace ranvier::workloads {
namespace {

class Spoiler {
 public:
  explicit Spoiler(std::uint64_t number) : number_(number) {}

  void spoil(NirNode& graph) {
    NirGraph& inner = graph.nested.front();
    for (std::uint32_t left = 1 + below(3); left > 0; --left) {
      NirNode& node = inner.nodes[below(inner.nodes.size())];
      if (!node.nested.empty() && below(2) == 0) {
        spoil(node);
      } else if (below(4) == 0) {
        edge(inner);
      } else {
        parameter(node);
      }
    }
  }

 private:
  std::uint32_t below(std::size_t n) { return random_below(static_cast<std::uint32_t>(n), 77, number_, 0, draw_++); }

  void edge(NirGraph& graph) {
    const auto name = [&] { return graph.nodes[below(graph.nodes.size())].name; };
    if (below(3) > 0 || graph.edges.empty()) {
      graph.edges.push_back({name(), name()});
    } else {
      graph.edges.erase(graph.edges.begin() + below(graph.edges.size()));
    }
  }

  std::int64_t whole() {
    static constexpr std::int64_t kWorst[] = {-1,
                                              0,
                                              1,
                                              2,
                                              3,
                                              7,
                                              4095,
                                              1 << 20,
                                              std::int64_t{1} << 32,
                                              std::int64_t{1} << 40,
                                              std::numeric_limits<std::int64_t>::max(),
                                              std::numeric_limits<std::int64_t>::min()};
    return kWorst[below(std::size(kWorst))];
  }

  double real() {
    static constexpr double kWorst[] = {0, -1, 1e-300, 1e300, 1e9, 0.5, -0.0, 1e-4, 5e-5};
    return kWorst[below(std::size(kWorst))];
  }

  void parameter(NirNode& node) {
    auto at = node.storage.datasets.begin();
    std::advance(at, below(node.storage.datasets.size()));
    Hdf5Value& value = at->second.value;
    switch (below(5)) {
      case 0:  // the other rank of the same values
        value.shape = value.shape.empty() ? std::vector<std::int64_t>{1}
                                          : std::vector<std::int64_t>{static_cast<std::int64_t>(value.count())};
        break;
      case 1:
        node.storage.datasets.erase(at);
        break;
      case 2:
        value = Hdf5Value::integers({whole(), whole()});
        break;
      default:
        if (auto* integers = std::get_if<std::vector<std::int64_t>>(&value.values); integers && !integers->empty())
          (*integers)[below(integers->size())] = value.type.kind == Hdf5Type::Class::kBoolean ? 1 : whole();
        if (auto* reals = std::get_if<std::vector<double>>(&value.values); reals && !reals->empty())
          (*reals)[below(reals->size())] = real();
        break;
    }
  }

  std::uint64_t number_;
  std::uint32_t draw_ = 0;
};

template <class Work>
bool done(Work&& work) {
  try {
    work();
    return true;
  } catch (const NirError&) {
    return false;
  }
}

TEST(SpoiltNir, RunsOrIsRefused) {
  int read = 0;
  int refused = 0;
  int stepped = 0;
  int stopped = 0;
  for (const char* name : {"all_nodes.nir", "conv1d.nir", "nested.nir", "no_input_shape.nir", "recurrent.nir",
                           "self_spiking.nir", "sum_of_edges.nir"}) {
    const NirFile good = read_nir(std::filesystem::path(RANVIER_SOURCE_DIR) / "tests" / "data" / "nir" / name);
    for (std::uint64_t number = 0; number < 30; ++number) {
      SCOPED_TRACE(std::string(name) + " " + std::to_string(number));
      NirFile file = good;
      Spoiler(number).spoil(file.root);
      NirFile again;
      if (!done([&] { again = parse_nir(nir_bytes(file), "spoilt.nir"); })) {
        ++refused;
        continue;
      }
      ++read;
      EXPECT_EQ(again.graph().edges, file.graph().edges);
      const bool ran = done([&] {
        NirRules rules;
        rules.integration = static_cast<NirIntegration>(number % 4);
        NirSimulator simulator(again, rules);
        std::size_t inputs = 0;
        for (const std::size_t unit : simulator.network().inputs) inputs += simulator.output(unit).size();
        for (int step = 0; step < 3; ++step) simulator.step(std::vector<double>(inputs, 1.0));
      });
      ++(ran ? stepped : stopped);
      NirLowering how;
      how.timesteps = 2;
      done([&] { lower_nir(again, how); });
      EXPECT_FALSE(done([&] { import_canonical(again); }));
    }
  }
  EXPECT_GT(read, 50);
  EXPECT_GT(refused, 50);
  EXPECT_GT(stepped, 15);
  EXPECT_GT(stopped, 15);
}

}  // namespace
}  // namespace ranvier::workloads
