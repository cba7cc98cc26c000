// SPDX-License-Identifier: Apache-2.0
// Layer -> block -> network -> chip adds up, and a simulator whose books do not balance is caught.
#include "report/rollup.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "report/headline.h"
#include "report/origins.h"
#include "tests/report/sample_run.h"

namespace ranvier::report {
namespace {

TEST(Rollup, EachLevelIsTheSumOfTheOneBelow) {
  const auto run = sample_run();
  const Rollup rollup = roll_up(run->record);
  Energy network;
  std::int64_t events = 0;
  for (const Block& block : rollup.blocks) {
    Energy sum_of_layers;
    for (const CostRow& layer : block.layers) sum_of_layers += layer.total;
    EXPECT_EQ(sum_of_layers, block.sum.total) << block.sum.name;
    network += block.sum.total;
    events += block.sum.events;
  }
  EXPECT_EQ(network, rollup.network.total);
  EXPECT_EQ(events, run->record.result.events);
  EXPECT_GT(rollup.board.total.count(), 0);
  EXPECT_EQ(network + rollup.board.total, run->record.result.total_energy);
  EXPECT_EQ(rollup.chip.total, run->record.result.total_energy);
}

TEST(Rollup, BlocksAreNeighboursWithOnePrefix) {
  const auto run = sample_run();
  const Rollup rollup = roll_up(run->record);
  std::vector<std::string> names;
  for (const Block& block : rollup.blocks) names.push_back(block.sum.name);
  EXPECT_EQ(names, (std::vector<std::string>{"input", "embed", "block0", "block1", "norm", "head"}));
  EXPECT_EQ(rollup.blocks[2].layers.size(), 13U);
}

TEST(Rollup, BlockLatencyIsTheTimeOfItsStepsNotASum) {
  // Two layers that fire in the same step of 10 fs share it.
  const auto run = sample_run();
  sim::RunResult& result = run->record.result;
  result.images.resize(1);
  result.steps.clear();
  for (std::int32_t s = 0; s < 3; ++s) {
    sim::StepResult step;
    step.step = s;
    step.duration = Duration(10);
    result.steps.push_back(step);
  }
  for (sim::LayerResult& layer : result.layers) {
    layer.latency = Duration(10);
    layer.events_by_step =
        block_of(layer.name) == "block0" ? std::vector<std::int64_t>{0, 5, 0} : std::vector<std::int64_t>{};
  }
  const Rollup rollup = roll_up(run->record);
  ASSERT_TRUE(rollup.blocks[2].sum.latency.has_value());
  EXPECT_EQ(*rollup.blocks[2].sum.latency, Duration(10));
}

TEST(Rollup, LedgerThatMissesAnEntryIsABug) {
  const auto run = sample_run();
  run->record.result.ledger.pop_back();
  EXPECT_THROW(roll_up(run->record), std::logic_error);
}

TEST(Rollup, LayerThatClaimsMoreThanTheLedgerIsABug) {
  const auto run = sample_run();
  run->record.result.layers[3].energy[0] += Energy(1);
  EXPECT_THROW(roll_up(run->record), std::logic_error);
}

TEST(Origins, TagsAddUpAndTheAssumedShareIsTheirs) {
  const auto run = sample_run();
  const Origins origins = energy_origins(run->record);
  Energy total;
  for (const Energy e : origins.by_tag) total += e;
  EXPECT_EQ(total, run->record.result.total_energy);
  const double assumed = static_cast<double>((origins.by_tag[static_cast<std::size_t>(chips::Tag::kAssumed)] +
                                              origins.by_tag[static_cast<std::size_t>(chips::Tag::kUnverified)])
                                                 .count());
  EXPECT_DOUBLE_EQ(origins.assumed_share, assumed / static_cast<double>(total.count()));
  EXPECT_EQ(origins.rows[0].origin.key, "energy.synapse_read");
  EXPECT_EQ(origins.rows[0].origin.line, 60);
}

TEST(Origins, AllPublishedMeansNothingAssumed) {
  const auto run = sample_run();
  chips::EnergyTable& e = run->problem.board.chip.energy;
  for (chips::Origin* origin :
       {&e.synapse_read.origin, &e.accumulate.origin, &e.multiply_add.origin, &e.soma_update.origin,
        &e.map_value.origin, &e.state_swap_byte.origin, &e.event_emit.origin, &e.router_hop.origin, &e.link_hop.origin,
        &e.chip_link_hop.origin, &e.host_flit.origin, &e.step_sync.origin, &e.static_chip.origin}) {
    origin->tag = chips::Tag::kPublished;
  }
  EXPECT_EQ(energy_origins(run->record).assumed_share, 0.0);
}

chips::Device sample_device() {
  using chips::Tag;
  chips::Device device;
  device.name = "sample-device";
  device.file = "chips/sample-device.yaml";
  const auto set = [](auto& entry, std::int64_t value, const char* key, int line, Tag tag) {
    entry.value = std::decay_t<decltype(entry.value)>(value);
    entry.origin = {tag, chips::EnergyKind::kMarginal, std::string("source of ") + key, key, line};
  };
  set(device.multiply_add_int8, 670'000, "energy.multiply_add_int8", 67, Tag::kDerived);
  set(device.vector_operation, 30'000'000, "energy.vector_operation", 69, Tag::kAssumed);
  set(device.buffer_byte, 500'000, "energy.buffer_byte", 70, Tag::kPublished);
  set(device.shared_byte, 1'200'000, "energy.shared_byte", 71, Tag::kUnverified);
  set(device.memory_byte, 90'000'000, "energy.memory_byte", 72, Tag::kDerived);
  set(device.link_byte, 60'000'000, "energy.link_byte", 73, Tag::kPublished);
  set(device.static_device, 2'500'000, "energy.static_device", 74, Tag::kAssumed);
  return device;
}

TEST(Origins, OfADeviceAreItsOwnFileAndValues) {
  const auto run = sample_run();
  run->problem.board.device = sample_device();
  const Origins origins = energy_origins(run->record);
  ASSERT_EQ(origins.rows.size(), sim::kComponents);
  EXPECT_EQ(origins.rows[0].file, "chips/sample-chip.yaml");
  const auto row = [&](sim::Component c) { return origins.rows[static_cast<std::size_t>(c)]; };
  EXPECT_EQ(row(sim::Component::kStatic).file, "chips/sample-chip.yaml");
  EXPECT_EQ(row(sim::Component::kStatic).value, "100 mW a chip");
  EXPECT_EQ(row(sim::Component::kDeviceStatic).file, "chips/sample-device.yaml");
  EXPECT_EQ(row(sim::Component::kDeviceStatic).value, "2.50 W a device");
  EXPECT_EQ(row(sim::Component::kDeviceLink).file, "chips/sample-device.yaml");
  EXPECT_EQ(row(sim::Component::kDeviceLink).value, "60.0 pJ");
  EXPECT_EQ(row(sim::Component::kDeviceLink).origin.line, 73);
  EXPECT_EQ(row(sim::Component::kDeviceLink).origin.tag, chips::Tag::kPublished);
}

TEST(Origins, SeveralEntriesOfADeviceAreAsSureAsTheLeastSure) {
  const auto run = sample_run();
  run->problem.board.device = sample_device();
  const Origins origins = energy_origins(run->record);
  ASSERT_EQ(origins.rows.size(), sim::kComponents);
  const OriginRow& compute = origins.rows[static_cast<std::size_t>(sim::Component::kDeviceCompute)];
  EXPECT_EQ(compute.value, "several entries: 670 fJ, 30.0 pJ");
  EXPECT_EQ(compute.origin.tag, chips::Tag::kAssumed);
  EXPECT_EQ(compute.origin.key, "energy.multiply_add_int8, energy.vector_operation");
  EXPECT_EQ(compute.origin.line, 67);
  EXPECT_EQ(compute.origin.source,
            "several entries: source of energy.multiply_add_int8; source of energy.vector_operation");
  const OriginRow& memory = origins.rows[static_cast<std::size_t>(sim::Component::kDeviceMemory)];
  EXPECT_EQ(memory.value, "several entries: 90.0 pJ, 500 fJ, 1.20 pJ");
  EXPECT_EQ(memory.origin.tag, chips::Tag::kUnverified);
}

TEST(Headline, ArithmeticOnlyEnergyIsCountsTimesTheLiteratureFigures) {
  const auto run = sample_run();
  const Headline h = headline(run->record);
  std::int64_t adds = 0;
  std::int64_t multiply_adds = 0;
  for (const sim::LayerResult& layer : run->record.result.layers) {
    adds += layer.adds;
    multiply_adds += layer.multiply_adds;
  }
  EXPECT_NEAR(h.arithmetic_only_nj_per_image,
              (0.9e-3 * static_cast<double>(adds) + 4.6e-3 * static_cast<double>(multiply_adds)) / 3.0, 1e-6);
  EXPECT_EQ(h.board_cores, 24);
  EXPECT_EQ(h.board_chips, 2);
}

}  // namespace
}  // namespace ranvier::report
