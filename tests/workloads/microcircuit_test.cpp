// SPDX-License-Identifier: Apache-2.0
// The cortical microcircuit: counts and integers against the paper, and what is refused.
#include "workloads/microcircuit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "base/file.h"
#include "tests/shared_data.h"
#include "workloads/connectome.h"
#include "workloads/lif_engine.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::workloads {
namespace {

constexpr const char* kFile = "microcircuit-pd14/network_params.json";

/// Two populations, everything round.
constexpr const char* kTwo = R"({"network": {"populations": ["AE", "AI"], "full_num_neurons": [40, 10],
  "full_mean_rates": [1, 5], "conn_probs": [[0.1, 0.2], [0.3, 0.0]], "K_ext": [100, 90], "PSP_exc_mean": 0.15,
  "weight_rel_std": 0.1, "g": -4, "delay_exc_mean": 1.5, "delay_inh_mean": 0.75, "bg_rate": 8.0,
  "neuron_params": {"V0_mean": {"optimized": [-68, -63]}, "V0_std": {"optimized": [5, 4]}, "E_L": -65, "V_th": -50,
  "V_reset": -65, "C_m": 250, "tau_m": 10, "tau_syn": 0.5, "t_ref": 2}}})";

TEST(Microcircuit, CountsOfThePaper) {
  // Equation 1: K = ln(1 - p) / ln(1 - 1 / (sources targets)).
  EXPECT_EQ(synapses_of_pair(0, 10, 10), 0);
  EXPECT_EQ(synapses_of_pair(0.5, 1000, 1000), 693147);
  EXPECT_EQ(synapses_of_pair(0.19, 2, 1), 0 + std::llround(std::log(0.81) / std::log(0.5)));
}

TEST(Microcircuit, StagesDelaysAndSigns) {
  MicrocircuitOptions o;
  o.n_scaling = o.k_scaling = 1;
  o.background = Background::kCurrent;
  const Microcircuit m = make_microcircuit(parse_microcircuit(kTwo, "two.json"), o);
  ASSERT_EQ(m.program.stages.size(), 3U);
  EXPECT_TRUE(m.program.closed);
  EXPECT_EQ(m.neurons, 50);
  const Stage& e = m.program.stages[1];
  const Stage& i = m.program.stages[2];
  EXPECT_EQ(e.inputs.size(), 3U);  // the silent host, E, I
  EXPECT_EQ(i.inputs.size(), 1U);  // E: nothing inhibits it
  EXPECT_EQ(e.in_channels, 51);
  EXPECT_EQ(i.in_channels, 40);
  EXPECT_EQ(e.cuba.axon_delay_steps, 6);
  EXPECT_EQ(i.cuba.axon_delay_steps, 3);
  EXPECT_EQ(e.cuba.refractory_steps, 8);
  EXPECT_EQ(e.cuba.current_decay, std::lround(4096 * (1 - std::exp(-0.5))));
  EXPECT_EQ(e.cuba.voltage_decay, std::lround(4096 * (1 - std::exp(-0.025))));
  EXPECT_EQ(m.drawn, synapses_of_pair(0.1, 40, 40) + synapses_of_pair(0.2, 10, 40) + synapses_of_pair(0.3, 40, 10));
  for (std::int32_t source = 0; source < e.in_channels; ++source) {
    e.sparse->for_each(source, {0, e.channels},
                       [&](std::int32_t, std::int32_t weight) { EXPECT_EQ(weight > 0, source <= 40) << source; });
  }
  ASSERT_EQ(e.cuba_initial.size(), 40U);
  for (const std::int32_t v : e.cuba_initial) EXPECT_LE(v, 64 * e.cuba.threshold_mantissa);
  EXPECT_EQ(make_microcircuit(parse_microcircuit(kTwo, "two.json"), o).program.stages[1].cuba_initial, e.cuba_initial);
}

TEST(Microcircuit, PspOfThePublishedModelIs878PicoAmperes) {
  // Threshold over the jump of one synapse: 15 mV / (87.8 pA / 250 pF * 0.5 ms * (1 - exp(-0.5))) * 10 = 2171.
  MicrocircuitOptions o;
  o.n_scaling = o.k_scaling = 1;
  o.background = Background::kCurrent;
  const Microcircuit m = make_microcircuit(parse_microcircuit(kTwo, "two.json"), o);
  const double jump = 87.8 / 250 * 0.5 * (1 - std::exp(-0.5));
  EXPECT_NEAR(m.program.stages[1].cuba.threshold_mantissa, 15 / jump * 10, 2);
}

TEST(Microcircuit, WrongFilesAreRefused) {
  const auto refused = [](std::string text, const std::string& from, const std::string& to, const std::string& key) {
    text.replace(text.find(from), from.size(), to);
    try {
      parse_microcircuit(text, "two.json");
      ADD_FAILURE() << to;
    } catch (const BadMicrocircuitFile& e) {
      EXPECT_EQ(e.key, key) << e.what();
    }
  };
  refused(kTwo, "{\"network", "\"network", "");
  refused(kTwo, "K_ext", "K", "K_ext");
  refused(kTwo, "\"AE\"", "\"A\"", "populations");
  refused(kTwo, "[40, 10]", "[40]", "full_num_neurons");
  refused(kTwo, "0.3, 0.0", "0.3, 1.5", "conn_probs");
  refused(kTwo, "\"tau_m\": 10", "\"tau_m\": \"x\"", "tau_m");
  refused(kTwo, "\"V_reset\": -65", "\"V_reset\": -60", "V_reset");
  refused(kTwo, "\"V_th\": -50", "\"V_th\": -70", "V_th");
  refused(kTwo, "\"tau_syn\": 0.5", "\"tau_syn\": 10", "tau_syn");
  EXPECT_THROW(read_microcircuit("no-such-parameters.json"), FileMissing);
  // 100 synapses at 8 Hz are at most one spike a step up to 1.25 ms.
  MicrocircuitOptions o;
  o.k_scaling = 1;
  o.step_ms = 1.5;
  EXPECT_THROW(make_microcircuit(parse_microcircuit(kTwo, "two.json"), o), BadWiringNumber);
  o.step_ms = 1.2;
  EXPECT_FALSE(make_microcircuit(parse_microcircuit(kTwo, "two.json"), o).program.closed);
  o.n_scaling = 2;
  EXPECT_THROW(make_microcircuit(parse_microcircuit(kTwo, "two.json"), o), BadWiringNumber);
}

TEST(Microcircuit, PublishedParameters) {
  RANVIER_NEEDS_SHARED_DATA(kFile);
  const MicrocircuitParameters p = read_microcircuit(shared_data(kFile));
  double neurons = 0, synapses = 0;
  for (std::size_t t = 0; t < 8; ++t) {
    neurons += p.neurons[t];
    for (std::size_t s = 0; s < 8; ++s)
      synapses += static_cast<double>(synapses_of_pair(p.connection_probability[t][s], p.neurons[s], p.neurons[t]));
  }
  EXPECT_EQ(neurons, 77169);
  EXPECT_NEAR(synapses, 0.299e9, 0.001e9);
  MicrocircuitOptions o;
  o.n_scaling = 0.02;
  o.k_scaling = 0.1;
  const Microcircuit m = make_microcircuit(p, o);
  EXPECT_NEAR(static_cast<double>(m.drawn), synapses * 0.002, 40);
  LifEngine engine(m.program);
  engine.run(m.stimulus);
  EXPECT_EQ(engine.steps_done(), o.steps);
}

}  // namespace
}  // namespace ranvier::workloads
