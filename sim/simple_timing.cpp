// SPDX-License-Identifier: Apache-2.0
// Spikes come from the functional engine; each is looked up in a table of the cores that it goes to.
#include "sim/simple_timing.h"

#include <algorithm>
#include <chrono>

#include "mapper/step_work.h"
#include "sim/simple_accounts.h"
#include "sim/simple_fan_out.h"
#include "workloads/lif_engine.h"
#include "workloads/reference.h"
#include "workloads/sparse_synapses.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::sim {
namespace {

using workloads::Program;

class SimpleChip {
 public:
  SimpleChip(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const SimpleOptions& options)
      : problem_(problem),
        core_(problem.board.chip.core),
        options_(options),
        fan_out_(problem, mapping),
        accounts_(problem, mapping),
        engine_(*problem.program, {options.threads, {}}),
        barrier_(
            simple_barrier_cycles(problem.board.chip.sync, mapper::in_use(problem.board, mapping.core_of).routers)),
        work_(problem.tiles.size()) {
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const workloads::Stage& stage = problem.program->stage(problem.tiles[t].stage);
      const auto neurons = static_cast<std::int64_t>(problem.tiles[t].outputs.size());
      update_cycles_.push_back(neurons * (core_.soma_cycles.value + core_.soma_active_cycles.value));
      synapse_cycles_.push_back(stage.sparse->dense() ? core_.synapse_cycles.value : core_.synapse_sparse_cycles.value);
    }
  }

  SimpleRun run() {
    SimpleRun out;
    engine_.begin();
    const auto begin = std::chrono::steady_clock::now();
    while (engine_.steps_done() < problem_.program->timesteps && !interrupted()) {
      engine_.step();
      end_step();
      if (options_.progress) options_.progress(engine_.steps_done() - 1);
    }
    out.simulate_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    Program program = *problem_.program;
    program.timesteps = engine_.steps_done();
    const bool exact = program.timesteps > 0 && engine_.activations() == workloads::run_reference(program, {});
    out.result = accounts_.finish(engine_.activations().logits, engine_.steps_done(), exact);
    out.result.interrupted = interrupted();
    out.spikes = out.result.events;
    out.synaptic_events = out.result.synops;
    out.messages = out.result.packets;
    out.hops = out.result.hops;
    out.engine_bytes = engine_.bytes();
    return out;
  }

 private:
  bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }

  void end_step() {
    std::fill(work_.begin(), work_.end(), TileStep{});
    for (std::size_t s = 1; s < problem_.program->stages.size(); ++s) add_spikes(StageId(s));
    std::int64_t longest = 0, slowest = 0;
    for (std::size_t t = 1; t < work_.size(); ++t) {
      TileStep& w = work_[t];
      w.send_cycles =
          update_cycles_[t - 1] + w.spikes * core_.spike_cycles.value + w.messages_out * core_.emit_cycles.value;
      w.receive_cycles = w.messages_in * core_.event_decode_cycles.value + w.synapses * synapse_cycles_[t - 1];
      const std::int64_t cycles = std::max(w.send_cycles, w.receive_cycles);
      if (cycles <= longest) continue;
      longest = cycles;
      slowest = static_cast<std::int64_t>(t);
    }
    accounts_.add_step(engine_.steps_done() - 1, work_, TileId(static_cast<std::size_t>(slowest)), longest, barrier_);
  }

  void add_spikes(StageId stage) {
    for (const std::int32_t unit : engine_.fired(stage)) {
      const TileId tile = fan_out_.tile_of(stage, unit);
      TileStep& source = work_[tile.value()];
      const auto ways = fan_out_.of(stage, unit);
      ++source.spikes;
      source.messages_out += static_cast<std::int64_t>(ways.size());
      for (const FanOut::Way& way : ways) {
        TileStep& to = work_[way.tile];
        ++to.messages_in;
        to.synapses += way.synapses;
        accounts_.count_message(tile, way.tile);
      }
    }
  }

  const mapper::MappingProblem& problem_;
  const chips::CoreKind& core_;
  const SimpleOptions& options_;
  FanOut fan_out_;
  SimpleAccounts accounts_;
  workloads::LifEngine engine_;
  std::int64_t barrier_;
  std::vector<std::int64_t> update_cycles_, synapse_cycles_;  // by tile, the host's left out
  std::vector<TileStep> work_;                                // by tile, this step
};

}  // namespace

std::int64_t simple_barrier_cycles(const chips::Sync& sync, std::int64_t routers) {
  if (sync.barrier_table.empty()) return sync.barrier_cycles.value;
  std::int64_t cycles = sync.barrier_table.front().cycles;
  for (const chips::BarrierRow& row : sync.barrier_table)
    if (row.routers <= routers) cycles = row.cycles;
  return cycles;
}

SimpleRun run_simple(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                     const SimpleOptions& options) {
  check_simple(problem, mapping);
  return SimpleChip(problem, mapping, options).run();
}

}  // namespace ranvier::sim
