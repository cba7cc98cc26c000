// SPDX-License-Identifier: Apache-2.0
// Three accounts of a temporal program agree spike for spike: the reference, the event-driven engine, and the formula
// written out here over whole layers in floating point (exact below 2^53).
#include "workloads/temporal_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "workloads/executor.h"
#include "workloads/random_program.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

using Raster = std::vector<std::vector<double>>;  // [step][unit], 0 or 1

/// Current, voltage and refractory counter of every neuron of one stage through all steps.
Raster dense_stage(const Stage& stage, const Raster& in, int delay) {
  const ConvParams& c = stage.conv;
  const CubaParams& n = stage.cuba;
  const std::size_t neurons = static_cast<std::size_t>(stage.tokens * stage.channels);
  std::vector<double> u(neurons), v(neurons), hold(neurons);
  Raster out(in.size(), std::vector<double>(neurons, 0));
  for (std::size_t t = 0; t < in.size(); ++t) {
    const auto now = static_cast<int>(t);
    for (int oy = 0; oy < c.out_height; ++oy) {
      for (int ox = 0; ox < c.out_width; ++ox) {
        for (int o = 0; o < stage.channels; ++o) {
          double sum = 0;
          for (int i = 0; i < stage.in_channels && now >= delay; ++i) {
            if (c.depthwise && i != o) continue;
            for (int ky = 0; ky < c.kernel_height; ++ky) {
              for (int kx = 0; kx < c.kernel_width; ++kx) {
                const int y = oy * c.stride - c.padding + ky;
                const int x = ox * c.stride - c.padding + kx;
                if (y < 0 || y >= c.in_height || x < 0 || x >= c.in_width) continue;
                const int kernel = c.depthwise ? o : o * stage.in_channels + i;
                const int w = c.weight[static_cast<std::size_t>((kernel * c.kernel_height + ky) * c.kernel_width + kx)];
                const int unit = (y * c.in_width + x) * stage.in_channels + i;
                sum += w * in[static_cast<std::size_t>(now - delay)][static_cast<std::size_t>(unit)];
              }
            }
          }
          const auto k = static_cast<std::size_t>((oy * c.out_width + ox) * stage.channels + o);
          u[k] = std::trunc(u[k] * (4096 - n.current_decay) / 4096) + sum * std::exp2(6 + n.weight_exponent);
          if (hold[k] > 0) {
            hold[k] -= 1;
            continue;  // the voltage was reset by the spike and stays there
          }
          v[k] =
              std::trunc(v[k] * (4096 - n.voltage_decay) / 4096) + u[k] + n.bias_mantissa * std::exp2(n.bias_exponent);
          if (v[k] > 64.0 * n.threshold_mantissa) {
            out[t][k] = 1;
            v[k] = 0;
            hold[k] = n.refractory_steps;
          }
        }
      }
    }
  }
  return out;
}

std::vector<std::vector<Spike>> dense_run(const Program& program, const std::vector<std::int32_t>& packed) {
  std::vector<Raster> rasters;
  const Stage& input = program.stages.front();
  rasters.emplace_back(static_cast<std::size_t>(program.timesteps),
                       std::vector<double>(static_cast<std::size_t>(input.tokens * input.channels), 0));
  for (std::size_t i = 0; i < packed.size(); i += 2) {
    rasters[0][static_cast<std::size_t>(packed[i])][static_cast<std::size_t>(packed[i + 1])] = 1;
  }
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const std::size_t from = program.stages[s].inputs.front().stage.value();
    rasters.push_back(
        dense_stage(program.stages[s], rasters[from], from == 0 ? 0 : program.stages[from].cuba.axon_delay_steps));
  }
  std::vector<std::vector<Spike>> spikes;
  for (const Raster& raster : rasters) {
    spikes.emplace_back();
    for (std::size_t t = 0; t < raster.size(); ++t) {
      for (std::size_t k = 0; k < raster[t].size(); ++k) {
        if (raster[t][k] != 0) spikes.back().push_back({static_cast<std::int32_t>(t), static_cast<std::int32_t>(k)});
      }
    }
  }
  return spikes;
}

TEST(TemporalReference, EqualsTheDenseFormulaOnRandomNetworks) {
  std::int64_t spikes_of_layers = 0;
  int with_refractory = 0, with_delay = 0, with_bias = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Program program = random_temporal_program(seed);
    const auto packed = random_spikes(program, seed);
    const TemporalRun run = run_temporal_reference(program, packed);
    ASSERT_EQ(run.spikes, dense_run(program, packed)) << program.name;
    for (std::size_t s = 1; s < program.stages.size(); ++s) {
      const CubaParams& n = program.stages[s].cuba;
      if (run.spike_count[s] == 0) continue;
      spikes_of_layers += run.spike_count[s];
      with_refractory += n.refractory_steps > 0;
      with_delay += n.axon_delay_steps > 1;
      with_bias += n.bias_mantissa != 0;
    }
  }
  EXPECT_GT(spikes_of_layers, 10'000);
  EXPECT_GT(with_refractory, 50);
  EXPECT_GT(with_delay, 50);
  EXPECT_GT(with_bias, 50);
}

TEST(TemporalReference, EventDrivenEngineCountsTheSame) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Program program = random_temporal_program(seed);
    const auto packed = random_spikes(program, seed + 1000);
    const TemporalRun run = run_temporal_reference(program, packed);
    const SpikingRun engine = run_spiking(program, packed, Schedule::kTimesteps);
    ASSERT_EQ(engine.activations, temporal_activations(program, run)) << program.name;
    ASSERT_EQ(run_reference(program, packed), engine.activations);
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      ASSERT_EQ(engine.stages[s].events, run.spike_count[s]);
      ASSERT_EQ(engine.stages[s].adds, run.synaptic_adds[s]);
      std::vector<std::int64_t> by_step(static_cast<std::size_t>(engine.steps), 0);
      for (const Spike& spike : run.spikes[s]) ++by_step[static_cast<std::size_t>(spike.step + (s == 0 ? 0 : 1))];
      ASSERT_EQ(engine.stages[s].events_by_step, by_step);
    }
  }
}

/// Two neurons in a row, each passing every spike on at once.
Program chain(std::int32_t delay, std::int32_t steps) {
  Program program;
  program.name = "chain";
  program.timesteps = steps;
  program.input_code_max = 1;
  Stage input;
  input.name = "input";
  input.tokens = input.channels = input.in_channels = 1;
  program.stages.push_back(input);
  for (std::size_t s = 1; s <= 2; ++s) {
    Stage stage;
    stage.name = "relay";
    stage.kind = StageKind::kLif;
    stage.inputs = {{StageId(s - 1), 1}};
    stage.tokens = stage.channels = stage.in_channels = 1;
    stage.conv.weight = {11};
    stage.cuba.threshold_mantissa = 10;
    stage.cuba.voltage_decay = 4096;
    stage.cuba.axon_delay_steps = delay;
    program.stages.push_back(stage);
  }
  return program;
}

TEST(TemporalReference, InputArrivesInItsStepAndSpikesAfterTheAxonsDelay) {
  const auto packed = pack_spikes(std::vector<Spike>{{2, 0}, {7, 0}});
  const TemporalRun one = run_temporal_reference(chain(1, 9), packed);
  EXPECT_EQ(one.spikes[1], (std::vector<Spike>{{2, 0}, {7, 0}}));
  EXPECT_EQ(one.spikes[2], (std::vector<Spike>{{3, 0}, {8, 0}}));
  EXPECT_EQ(one.output_counts, (std::vector<std::int32_t>{2}));
  EXPECT_EQ(one.delivered, (std::vector<std::int64_t>{2, 2, 1}));
  EXPECT_EQ(one.delivered_output_counts, (std::vector<std::int32_t>{1}));
  const TemporalRun four = run_temporal_reference(chain(4, 9), packed);
  EXPECT_EQ(four.spikes[2], (std::vector<Spike>{{6, 0}}));
  EXPECT_EQ(four.delivered, (std::vector<std::int64_t>{2, 1, 0}));
}

TEST(TemporalReference, TracesVoltages) {
  Program program = chain(1, 5);
  program.stages[2].cuba.threshold_mantissa = 20;
  program.stages[2].cuba.voltage_decay = 1024;
  const std::vector<std::int32_t> packed{0, 0, 1, 0};
  // 11 * 64 = 704; trunc(704 * 3 / 4) + 704 = 1232; then * 3 / 4 and rounded down.
  const std::vector<std::vector<std::int32_t>> second{{0}, {704}, {1232}, {924}, {693}};
  EXPECT_EQ(trace_voltages(program, packed, StageId(2)), second);
  EXPECT_EQ(trace_voltages(program, packed, StageId(1)), std::vector<std::vector<std::int32_t>>(5, {0}));  // fires
  EXPECT_THROW(trace_voltages(program, packed, StageId(0)), std::logic_error);
}

TEST(TemporalReference, TakesTheFirstOfEqualOutputs) {
  Program program = chain(1, 4);
  program.stages.pop_back();
  program.stages[1].channels = 3;
  program.stages[1].conv.weight = {0, 11, 11};
  const TemporalRun run = run_temporal_reference(program, std::vector<std::int32_t>{0, 0});
  EXPECT_EQ(run.output_counts, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(run.prediction, 1);
}

TEST(TemporalReference, RefusesOtherPrograms) {
  EXPECT_THROW(run_temporal_reference(random_program(1), {}), std::logic_error);
  EXPECT_THROW(run_spiking(random_temporal_program(1), {}, Schedule::kStagedGraded), std::logic_error);
  const Program at_rest = random_program(1);
  EXPECT_THROW(run_spiking(at_rest, random_input_codes(at_rest, 1), Schedule::kTimesteps), std::logic_error);
  EXPECT_THROW(run_reference(chain(1, 4), std::vector<std::int32_t>{4, 0}), BadSpikeTrain);
}

}  // namespace
}  // namespace ranvier::workloads
