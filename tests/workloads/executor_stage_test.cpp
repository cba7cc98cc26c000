// SPDX-License-Identifier: Apache-2.0
// One stage alone: whatever the order in which its input units arrive, and however often it fires in between, the
// events that it sends add up to its settled codes. For AMD stages that is the telescoping of f(X_t) - f(X_{t-1}).
#include "workloads/executor_stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/random.h"
#include "workloads/random_program.h"

namespace ranvier::workloads {
namespace {

struct StageEvent {
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t value = 0;
};

struct Arrival {
  std::uint64_t order;
  std::size_t port;
  StageEvent event;
};

/// All that a stage's inputs send, cut into units, and some units that are sent and taken back; in random order, but
/// for each taking back a sending that may come later: sums do not mind.
std::vector<Arrival> arrivals_of(const Program& program, const Activations& settled, const Stage& stage,
                                 std::uint64_t seed) {
  std::vector<Arrival> arrivals;
  const auto arrive = [&](std::size_t port, StageEvent event) {
    arrivals.push_back({random_u64(seed, 1, arrivals.size()), port, event});
  };
  for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
    const StageId from = stage.inputs[port].stage;
    const std::int32_t width = program.stage(from).channels;
    const auto& codes = settled.codes[from.value()];
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto token = static_cast<std::int32_t>(i) / width;
      const auto channel = static_cast<std::int32_t>(i) % width;
      for (std::int32_t n = std::abs(codes[i]); n > 0; --n) arrive(port, {token, channel, codes[i] > 0 ? 1 : -1});
      // GELU reads a table by code: no excursions beyond it.
      if (stage.kind == StageKind::kGelu || random_below(4, seed, 2 + port, i) != 0) continue;
      arrive(port, {token, channel, 1});
      arrive(port, {token, channel, -1});
    }
  }
  std::sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.order < b.order; });
  return arrivals;
}

EventBatch batch_of(const StageEvent& event, bool graded) {
  const std::vector<std::int32_t> channel = {event.channel};
  const std::vector<WideEvent> wide = {{event.channel, event.value}};
  RowEvents events;
  if (graded)
    events.wide = wide;
  else
    (event.value > 0 ? events.plus : events.minus) = channel;
  EventBatch batch;
  batch.append(event.token, events);
  return batch;
}

std::vector<StageEvent> events_of(const EventBatch& batch) {
  std::vector<StageEvent> all;
  for (std::size_t i = 0; i < batch.tokens(); ++i) {
    const RowEvents events = batch.events(i);
    for (const std::int32_t channel : events.plus) all.push_back({batch.token(i), channel, 1});
    for (const std::int32_t channel : events.minus) all.push_back({batch.token(i), channel, -1});
    for (const WideEvent& event : events.wide) all.push_back({batch.token(i), event.channel, event.value});
  }
  return all;
}

class OneStage : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(UnaryAndGraded, OneStage, testing::Bool());

TEST_P(OneStage, SendsItsSettledCodesWhateverTheOrderOfArrival) {
  std::map<StageKind, std::int64_t> corrections;
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const Program program = random_program(seed);
    const auto input = random_input_codes(program, seed);
    const Activations settled = run_reference(program, input);
    for (std::size_t s = 1; s + 1 < program.stages.size(); ++s) {
      const Stage& stage = program.stages[s];
      StageEngine engine(program, StageId(s), {}, GetParam(), {});
      std::vector<std::int32_t> sent(settled.codes[s].size());
      std::int64_t step = 0;
      const auto fire = [&] {
        engine.fire(step++);
        for (const EventBatch& batch : engine.emitted()) {
          for (const StageEvent& event : events_of(batch)) {
            sent[static_cast<std::size_t>(event.token * stage.channels + event.channel)] += event.value;
            corrections[stage.kind] += event.value < 0;
          }
        }
      };
      for (const Arrival& arrival : arrivals_of(program, settled, stage, seed * 100 + s)) {
        const EventBatch batch = batch_of(arrival.event, GetParam());
        std::vector<std::span<const EventBatch>> arrivals(stage.inputs.size());
        arrivals[arrival.port] = {&batch, 1};
        engine.deliver(arrivals);
        if (arrival.order % 8 == 0) fire();
      }
      do fire();
      while (engine.restless());
      ASSERT_EQ(sent, settled.codes[s]) << program.name << " " << stage.name;
      ASSERT_EQ(engine.codes(), settled.codes[s]) << program.name << " " << stage.name;
    }
  }
  EXPECT_EQ(corrections.size(), 6u);
  for (const auto& [kind, count] : corrections) EXPECT_GT(count, 10) << static_cast<int>(kind);
}

}  // namespace
}  // namespace ranvier::workloads
