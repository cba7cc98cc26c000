// SPDX-License-Identifier: Apache-2.0
// Spikes come from the functional engine; each is looked up in a table of the cores that it goes to.
#include "sim/simple_timing.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "mapper/step_work.h"
#include "sim/simple_accounts.h"
#include "sim/simple_fan_out.h"
#include "workloads/lif_engine.h"
#include "workloads/reference.h"

namespace ranvier::sim {
namespace {

using workloads::Program;

class SimpleChip {
 public:
  SimpleChip(const mapper::MappingProblem& problem, const mapper::Mapping& mapping, const SimpleOptions& options)
      : problem_(problem),
        core_(problem.board.chip.core),
        options_(options),
        accounts_(problem, mapping),
        engine_(*problem.program, {options.threads, {}}),
        barrier_(
            simple_barrier_cycles(problem.board.chip.sync, mapper::in_use(problem.board, mapping.core_of).routers)),
        work_(problem.tiles.size()) {
    for (std::size_t t = 1; t < problem.tiles.size(); ++t) {
      const auto neurons = static_cast<std::int64_t>(problem.tiles[t].outputs.size());
      update_cycles_.push_back(neurons * (core_.soma_cycles.value + core_.soma_active_cycles.value));
    }
    for (std::size_t s = 0; s < problem.program->stages.size(); ++s) fan_out_.emplace_back(problem, StageId(s));
  }

  SimpleRun run() {
    SimpleRun out;
    engine_.begin();
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t cpu_begin = std::clock();
    while (engine_.steps_done() < problem_.program->timesteps && !interrupted()) {
      engine_.step();
      end_step();
      if (options_.progress) options_.progress(engine_.steps_done() - 1);
    }
    out.simulate_cpu_s = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    out.simulate_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    count_messages();
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
    for (std::size_t s = 1; s < problem_.program->stages.size(); ++s) add_spikes(StageId(s), fan_out_[s]);
    std::int64_t longest = 0, slowest = 0;
    for (std::size_t t = 1; t < work_.size(); ++t) {
      TileStep& w = work_[t];
      w.send_cycles =
          update_cycles_[t - 1] + w.spikes * core_.spike_cycles.value + w.messages_out * core_.emit_cycles.value;
      const std::int64_t cycles = std::max(w.send_cycles, w.receive_cycles);
      if (cycles <= longest) continue;
      longest = cycles;
      slowest = static_cast<std::int64_t>(t);
    }
    accounts_.add_step(engine_.steps_done() - 1, work_, TileId(static_cast<std::size_t>(slowest)), longest, barrier_);
  }

  void add_spikes(StageId stage, const FanOut& fan_out) {
    received_.assign(fan_out.consumers().size(), 0);
    for (const std::int32_t unit : engine_.fired(stage)) {
      TileStep& source = work_[fan_out.tile_of(unit).value()];
      ++source.spikes;
      source.messages_out += fan_out.messages(unit);
      const std::uint32_t* cycles = fan_out.cycles(unit).data();
      for (std::size_t k = 0; k < received_.size(); ++k) received_[k] += cycles[k];
    }
    for (std::size_t k = 0; k < received_.size(); ++k) work_[fan_out.consumers()[k]].receive_cycles += received_[k];
  }

  /// A neuron's messages are those of a spike times its spikes: nothing of it needs to be counted step by step.
  void count_messages() {
    const workloads::Activations all = engine_.activations();
    for (std::size_t s = 1; s < all.codes.size(); ++s) {
      for (std::size_t u = 0; u < all.codes[s].size(); ++u) {
        const auto unit = static_cast<std::int32_t>(u);
        const auto cycles = fan_out_[s].cycles(unit);
        for (std::size_t k = 0; k < cycles.size(); ++k) {
          if (cycles[k] == 0) continue;
          accounts_.add_messages(fan_out_[s].tile_of(unit), fan_out_[s].consumers()[k], all.codes[s][u],
                                 fan_out_[s].synapses(k, cycles[k]));
        }
      }
    }
  }

  const mapper::MappingProblem& problem_;
  const chips::CoreKind& core_;
  const SimpleOptions& options_;
  std::vector<FanOut> fan_out_;  // by stage
  SimpleAccounts accounts_;
  workloads::LifEngine engine_;
  std::int64_t barrier_;
  std::vector<std::int64_t> update_cycles_;  // by tile, the host's left out
  std::vector<TileStep> work_;               // by tile, this step
  std::vector<std::int64_t> received_;       // by consumer of the stage at hand: cycles
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
