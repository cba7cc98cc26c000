// SPDX-License-Identifier: Apache-2.0
// A run made up in code, of any size, in which the numbers hang together as a simulator's do: layers, cores and total
// are sums of the ledger, links carry what flows along XY routes.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/random.h"
#include "mapper/mesh.h"
#include "report/names.h"
#include "report/run_record.h"
#include "sim/ledger.h"

namespace ranvier::report {

struct SampleSize {
  std::int32_t columns = 2, rows = 1;  // chips
  std::int32_t chip_width = 4, chip_height = 3;
  std::int32_t blocks = 2;
  std::int32_t tiles_per_stage = 2;
  std::int32_t images = 3;
  std::int32_t steps_per_level = 1;  // more for a unary schedule
  std::int32_t remap_iterations = 3;
};

/// Holds what the record points to; stays where it is.
struct SampleRun {
  workloads::Program program;
  mapper::MappingProblem problem;
  mapper::Mapping mapping;
  RunRecord record;
};

inline chips::Board sample_board(const SampleSize& size) {
  using chips::EnergyKind;
  using chips::Tag;
  chips::Board board;
  board.name = "sample";
  board.columns = size.columns;
  board.rows = size.rows;
  chips::Chip& chip = board.chip;
  chip.name = "sample-chip";
  chip.file = "chips/sample-chip.yaml";
  chip.clock_khz.value = 300'000;
  chip.noc.width = size.chip_width;
  chip.noc.height = size.chip_height;
  chip.core.synapse_memory.value = Bytes(65'536);
  chip.core.state_memory.value = Bytes(32'768);
  chip.core.receive_fifo_events.value = 64;
  chip.core.relay_buffer_events.value = 128;
  chip.sync.policy = chips::SyncPolicy::kFixedPhase;
  chip.sync.phase_cycles.value = 5'050;
  chips::EnergyTable& e = chip.energy;
  int line = 60;
  const auto set = [&](auto& entry, auto value, const char* key, Tag tag, EnergyKind kind, const char* source) {
    entry.value = std::decay_t<decltype(entry.value)>(value);
    entry.origin = {tag, kind, source, key, line++};
  };
  set(e.synapse_read, 900'000, "energy.synapse_read", Tag::kAssumed, EnergyKind::kMarginal, "scaled from 45 nm by 0.5");
  set(e.accumulate, 100'000, "energy.accumulate", Tag::kDerived, EnergyKind::kMarginal, "peak power over peak rate");
  set(e.multiply_add, 300'000, "energy.multiply_add", Tag::kAssumed, EnergyKind::kMarginal, "closed to 1.56 pJ a MAC");
  set(e.soma_update, 400'000, "energy.soma_update", Tag::kAssumed, EnergyKind::kMarginal, "two memory accesses");
  set(e.map_value, 900'000, "energy.map_value", Tag::kUnverified, EnergyKind::kMin, "one table read");
  set(e.state_swap_byte, 500'000, "energy.state_swap_byte", Tag::kAssumed, EnergyKind::kMarginal,
      "SRAM of the same node");
  set(e.event_emit, 1'000'000, "energy.event_emit", Tag::kAssumed, EnergyKind::kMarginal, "packet assembly");
  set(e.router_hop, 2'000'000, "energy.router_hop", Tag::kPublished, EnergyKind::kMarginal,
      "Nature 572 (2019), table 1");
  set(e.link_hop, 1'000'000, "energy.link_hop", Tag::kPublished, EnergyKind::kMarginal, "Nature 572 (2019), table 1");
  e.link_hop_vertical = e.link_hop;
  set(e.chip_link_hop, 20'000'000, "energy.chip_link_hop", Tag::kAssumed, EnergyKind::kMarginal, "LVDS pad");
  set(e.host_flit, 40'000'000, "energy.host_flit", Tag::kAssumed, EnergyKind::kMarginal, "FPGA bridge");
  set(e.step_sync, 50'000'000, "energy.step_sync", Tag::kAssumed, EnergyKind::kMarginal, "barrier tree");
  set(e.static_chip, 100'000, "energy.static_chip", Tag::kAssumed, EnergyKind::kNone, "a tenth of peak power");
  return board;
}

struct SampleStage {
  std::string name;
  workloads::StageKind kind;
  std::string kind_name;
};

inline std::vector<SampleStage> sample_stages(std::int32_t blocks) {
  using workloads::StageKind;
  std::vector<SampleStage> stages = {{"input", StageKind::kInput, "input"}, {"embed", StageKind::kLinear, "linear"}};
  for (std::int32_t b = 0; b < blocks; ++b) {
    const auto add = [&](const char* name, StageKind kind, const char* kind_name) {
      stages.push_back({fmt::format("block{}.{}", b, name), kind, kind_name});
    };
    add("norm1", StageKind::kLayerNorm, "layer_norm");
    for (const char* name : {"q", "k", "v"}) add(name, StageKind::kLinear, "linear");
    add("scores", StageKind::kScores, "scores");
    add("mix", StageKind::kMix, "mix");
    add("proj", StageKind::kLinear, "linear");
    add("add1", StageKind::kAdd, "add");
    add("norm2", StageKind::kLayerNorm, "layer_norm");
    add("fc1", StageKind::kLinear, "linear");
    add("gelu", StageKind::kGelu, "gelu");
    add("fc2", StageKind::kLinear, "linear");
    add("add2", StageKind::kAdd, "add");
  }
  stages.push_back({"norm", StageKind::kLayerNorm, "layer_norm"});
  stages.push_back({"head", StageKind::kLinear, "linear"});
  return stages;
}

inline void add_ledger(sim::RunResult& result, const chips::EnergyTable& table, StageId stage, CoreId core,
                       sim::Component component, std::int64_t count) {
  if (count == 0) return;
  using sim::Component;
  const std::map<Component, Energy> price = {{Component::kSynapseRead, table.synapse_read.value},
                                             {Component::kAccumulate, table.accumulate.value},
                                             {Component::kMultiplyAdd, table.multiply_add.value},
                                             {Component::kSomaUpdate, table.soma_update.value},
                                             {Component::kMapValue, table.map_value.value},
                                             {Component::kStateSwap, table.state_swap_byte.value},
                                             {Component::kEventEmit, table.event_emit.value},
                                             {Component::kRouterHop, table.router_hop.value},
                                             {Component::kLinkHopEast, table.link_hop.value},
                                             {Component::kLinkHopWest, table.link_hop.value},
                                             {Component::kLinkHopNorth, table.link_hop_vertical.value},
                                             {Component::kLinkHopSouth, table.link_hop_vertical.value},
                                             {Component::kChipLinkHop, table.chip_link_hop.value},
                                             {Component::kHostFlit, table.host_flit.value},
                                             {Component::kStepSync, table.step_sync.value},
                                             {Component::kStatic, Energy(1'000'000)}};
  const Energy energy = price.at(component) * count;
  result.ledger.push_back({stage, core, component, count, energy});
  result.total_energy += energy;
  if (stage.valid()) result.layers[stage.value()].energy[static_cast<std::size_t>(component)] += energy;
  for (sim::CoreResult& c : result.cores) {
    if (c.core == core) c.energy += energy;
  }
}

/// Each step takes an equal part of all, the last one what is left.
inline void add_step_energy(sim::RunResult& result) {
  sim::PartEnergies left{};
  for (const sim::LedgerEntry& e : result.ledger) left[static_cast<std::size_t>(sim::part_of(e.component))] += e.energy;
  const sim::PartEnergies all = left;
  const auto steps = static_cast<std::int64_t>(result.steps.size());
  for (const sim::StepResult& step : result.steps) {
    sim::StepEnergy row{step.image, step.step, {}};
    const bool last = &step == &result.steps.back();
    for (std::size_t p = 0; p < sim::kEnergyParts; ++p) {
      row.energy[p] = last ? left[p] : Energy(all[p].count() / steps);
      left[p] -= row.energy[p];
    }
    result.step_energy.push_back(row);
  }
  if (steps == 0) result.step_energy_rest = all;
}

inline std::unique_ptr<SampleRun> sample_run(const SampleSize& size = {}) {
  using sim::Component;
  using workloads::StageKind;
  auto run = std::make_unique<SampleRun>();
  RunRecord& record = run->record;
  sim::RunResult& result = record.result;
  run->problem.board = sample_board(size);
  const chips::Board& board = run->problem.board;
  const std::vector<SampleStage> stages = sample_stages(size.blocks);
  const auto draw = [](std::uint32_t below, std::uint64_t entity, std::uint64_t step) {
    return static_cast<std::int64_t>(random_below(below, 7, entity, step));
  };

  // Program, tiles in a boustrophedon over the board, so that neighbours in the network are neighbours on the mesh.
  run->program.name = "sample-vit";
  std::size_t next = 0;
  std::map<CoreId, sim::CoreResult> cores;
  std::vector<std::vector<CoreId>> cores_of(stages.size());
  for (std::size_t s = 0; s < stages.size(); ++s) {
    workloads::Stage stage;
    stage.name = stages[s].name;
    stage.kind = stages[s].kind;
    stage.tokens = 50;
    stage.channels = 64;
    stage.in_channels = 64;
    if (s > 0) stage.inputs = {{StageId(s - 1), 1}};
    run->program.stages.push_back(stage);
    sim::LayerResult layer;
    layer.stage = StageId(s);
    layer.name = stages[s].name;
    layer.kind = stages[s].kind_name;
    const std::int32_t tiles = s == 0 ? 1 : size.tiles_per_stage + static_cast<std::int32_t>(draw(3, s, 0));
    for (std::int32_t t = 0; t < tiles; ++t) {
      mapper::Tile tile;
      tile.stage = StageId(s);
      tile.outputs = {64 * t / tiles, 64 * (t + 1) / tiles};
      tile.inputs = {0, 64};
      tile.tokens = {0, 50};
      run->problem.tiles.push_back(tile);
      run->problem.tile_cycles.push_back(1000);
      CoreId core;
      if (s > 0) {
        const std::size_t at = next++ % board.cores();
        const auto y = static_cast<std::int32_t>(at / static_cast<std::size_t>(board.width()));
        const auto x = static_cast<std::int32_t>(at % static_cast<std::size_t>(board.width()));
        core = board.core_at(y % 2 == 0 ? x : board.width() - 1 - x, y);
        sim::CoreResult& c = cores[core];
        c.core = core;
        c.tiles += 1;
        c.stages += (c.stages.empty() ? "" : "+") + stages[s].name;
        c.busy += Cycles(20'000 + draw(180'000, core.value(), s));
        c.synapse_bytes += Bytes(4'096 + draw(20'000, core.value(), s + 100));
        c.state_bytes += Bytes(1'024 + draw(8'000, core.value(), s + 200));
        c.peak_receive_fifo = std::max(c.peak_receive_fifo, draw(40, core.value(), s + 300));
        c.peak_relay_buffer = std::max(c.peak_relay_buffer, draw(60, core.value(), s + 400));
        layer.busy += c.busy;
        cores_of[s].push_back(core);
      }
      run->mapping.core_of.push_back(core);
      run->mapping.level.push_back(static_cast<std::int32_t>(s));
    }
    layer.tiles = tiles;
    layer.cores = static_cast<std::int64_t>(std::set<CoreId>(cores_of[s].begin(), cores_of[s].end()).size());
    result.layers.push_back(layer);
  }
  for (auto& [core, c] : cores) result.cores.push_back(c);
  run->problem.program = &run->program;

  // Steps: each stage fires at its level; the time of a step is a whole number of phases.
  const auto steps = static_cast<std::int32_t>(stages.size()) * size.steps_per_level;
  const Duration period = chips::clock_period(board.chip);
  Duration now;
  for (std::int32_t i = 0; i < size.images; ++i) {
    const Duration begin = now;
    for (std::int32_t s = 0; s < steps; ++s) {
      sim::StepResult step;
      step.image = i;
      step.step = s;
      step.start = now;
      step.overrun_phases = draw(3, static_cast<std::uint64_t>(s), 900);
      step.duration = period * (5'050 * (1 + step.overrun_phases));
      step.compute = Cycles(2'000 + draw(3'000, static_cast<std::uint64_t>(s), 901));
      step.network = Cycles(1'000 + draw(3'000, static_cast<std::uint64_t>(s), 902));
      step.packets = 100 + draw(900, static_cast<std::uint64_t>(s), 903);
      result.packets += step.packets;
      if (i == 0) {
        for (const CoreId core : cores_of[static_cast<std::size_t>(s / size.steps_per_level)]) {
          result.activities.push_back(
              {core, StageId(static_cast<std::size_t>(s / size.steps_per_level)), i, s, now, step.duration});
        }
      }
      result.layers[static_cast<std::size_t>(s / size.steps_per_level)].latency += step.duration;
      now += step.duration;
      result.steps.push_back(step);
    }
    sim::ImageResult image;
    for (std::int32_t k = 0; k < 10; ++k)
      image.logits.push_back(
          static_cast<std::int32_t>(draw(2000, static_cast<std::uint64_t>(i), 950 + static_cast<std::uint64_t>(k))) -
          1000);
    image.predicted =
        static_cast<std::int32_t>(std::max_element(image.logits.begin(), image.logits.end()) - image.logits.begin());
    image.exact = true;
    image.steps = steps;
    image.latency = now - begin;
    result.images.push_back(image);
    const bool right = draw(10, static_cast<std::uint64_t>(i), 990) > 0;
    record.images.push_back({100 + i, right ? image.predicted : (image.predicted + 1) % 10});
    record.chip.correct += right ? 1 : 0;
    ++record.chip.images;
  }
  result.total_time = now;
  if (size.images > 0) result.initiation_interval = Duration(now.count() / size.images);
  for (sim::LayerResult& layer : result.layers) {
    layer.latency = Duration(layer.latency.count() / std::max(1, size.images));
  }

  // Traffic of stage to stage over XY routes.
  std::map<LinkId, std::int64_t> flits;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    sim::LayerResult& layer = result.layers[s];
    layer.events_by_step.resize(static_cast<std::size_t>(steps));
    for (std::int32_t k = 0; k < size.steps_per_level; ++k) {
      const std::int64_t n = s + 1 == stages.size() ? 0
                                                    : (200 + draw(6'000, s, 1'000)) * size.images *
                                                          (size.steps_per_level - k) / size.steps_per_level;
      layer.events_by_step[s * static_cast<std::size_t>(size.steps_per_level) + static_cast<std::size_t>(k)] = n;
      layer.events += n;
    }
    const bool graded = stages[s].kind == StageKind::kLinear;
    layer.adds = graded ? 0 : layer.events * 3;
    layer.multiply_adds = graded ? (1'000 + layer.events) * 48 : 0;
    layer.synops = layer.adds + layer.multiply_adds;
    layer.packets = layer.events;
    std::int64_t router_hops = 0;
    std::map<Component, std::int64_t> hops;
    if (s + 1 < stages.size()) {
      const std::vector<CoreId> from = s == 0 ? std::vector<CoreId>{CoreId(0)} : cores_of[s];
      for (const CoreId a : from) {
        for (const CoreId b : cores_of[s + 1]) {
          const std::int64_t n = layer.events / static_cast<std::int64_t>(from.size()) + 1;
          mapper::for_each_xy_link(board, a, b, [&](LinkId link) {
            flits[link] += n;
            router_hops += n;
            hops[sim::hop_component(board, link)] += n;
          });
        }
      }
    }
    layer.flit_hops = router_hops;
    result.events += layer.events;
    result.synops += layer.synops;
    result.flit_hops += router_hops;
    const CoreId core = s == 0 ? CoreId() : cores_of[s].front();
    const auto& table = board.chip.energy;
    const StageId stage(s);
    add_ledger(result, table, stage, core, Component::kSynapseRead, layer.multiply_adds);
    add_ledger(result, table, stage, core, Component::kAccumulate, layer.adds);
    add_ledger(result, table, stage, core, Component::kMultiplyAdd, layer.multiply_adds);
    add_ledger(result, table, stage, core, Component::kSomaUpdate, s == 0 ? 0 : 3'200 * size.images);
    const bool maps = stages[s].kind == StageKind::kLayerNorm || stages[s].kind == StageKind::kScores ||
                      stages[s].kind == StageKind::kGelu;
    add_ledger(result, table, stage, core, Component::kMapValue, maps ? 3'200 * size.images : 0);
    add_ledger(result, table, stage, core, Component::kEventEmit, s == 0 ? 0 : layer.events);
    add_ledger(result, table, stage, core, Component::kRouterHop, router_hops);
    for (const auto& [component, n] : hops) add_ledger(result, table, stage, core, component, n);
    add_ledger(result, table, stage, core, Component::kHostFlit, s == 0 ? layer.events : 0);
    add_ledger(result, table, stage, core, Component::kStepSync, size.images);
    add_ledger(result, table, stage, core, Component::kStatic, 41 * layer.latency.count() / 1'000'000'000);
  }
  add_ledger(result, board.chip.energy, StageId(), CoreId(), Component::kStepSync, 3);
  add_ledger(result, board.chip.energy, StageId(), CoreId(), Component::kStatic, 77'777);
  for (const auto& [link, n] : flits) {
    const CoreId from = mapper::link_source(board, link);
    result.links.push_back({from, mapper::neighbour(board, from, mapper::link_direction(link)),
                            mapper::crosses_chip(board, link), n, n / 5 + 1, mapper::link_direction(link),
                            sim::unit_energy(board.chip.energy, sim::hop_component(board, link)) * n});
  }
  add_step_energy(result);
  result.hops = result.flit_hops;
  result.saturated_codes = 4'321;
  result.encoded_codes = 100'000;
  result.max_link_load = 0.412;
  result.left_out = {"Clock-domain crossings at chip edges cost a fixed latency"};
  result.profile.step_time_ns_mean = nanoseconds(now) / std::max<double>(1, static_cast<double>(result.steps.size()));
  result.verilated_tiles = {"block0.fc1"};
  result.lockstep_events_compared = 12'345;
  result.verilated_cycles = 678'901;

  record.argv = {"ranvier", "run", "fmnist-vit", "--target", "sample:2x1", "--json"};
  record.build = {"0.1.0", "0123456789ab", "GNU 12.2.0", "Release", {"SQLite 3.40.1"}};
  record.host = {"host", "Linux 6.1 x86_64", "A processor", 2, 4096};
  record.seed = 42;
  record.threads = 2;
  record.wall_s = 12.5;
  record.peak_rss_mib = 321;
  record.inputs = {{"weights", "workloads/models/vit.safetensors", std::string(64, 'a')}};
  record.wall_times = {{"map", 1.5}, {"simulate", 9.25}};
  record.workload = "fmnist-vit";
  record.workload_description = "Vision Transformer on Fashion-MNIST, patch 4, 4 blocks, d 64, 4 heads.";
  record.target = fmt::format("sample:{}x{}", size.columns, size.rows);
  record.mapping_preset = "quality";
  record.class_names = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                        "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  record.problem = &run->problem;
  record.mapping = &run->mapping;
  record.integer = {452, 500};
  record.floating = {455, 500};
  for (std::int32_t i = 0; i <= size.remap_iterations; ++i) {
    const double gain = i == 2 ? 1.01 : 1.0 - 0.05 * i;
    record.remap.push_back({i, result.profile.step_time_ns_mean * gain, nanojoules(result.total_energy) * gain,
                            0.5 * gain, static_cast<std::int64_t>(static_cast<double>(result.hops) * gain),
                            i == 0 ? 0 : 17, i == 0 || gain < 1});
  }
  record.log = "mapped\nsimulated\n";
  return run;
}

}  // namespace ranvier::report
