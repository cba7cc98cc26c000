// SPDX-License-Identifier: Apache-2.0
#include "sim/analytic_timing.h"

#include <algorithm>

#include "mapper/mesh.h"
#include "mapper/work.h"
#include "sim/network_timing.h"

namespace ranvier::sim {
namespace {

class AnalyticTimer final : public StepTimer {
 public:
  explicit AnalyticTimer(ChipRun& run)
      : run_(run),
        chip_(run.problem().board.chip),
        mesh_(mesh_of(run.problem().board)),
        integrate_(run.problem().board.cores()),
        farthest_(run.flows().size()) {
    for (std::size_t f = 0; f < run.flows().size(); ++f) {
      const FlowPath& path = run.flows()[f];
      const std::int64_t host =
          path.from_host || path.to_device || run.flows().is_readout(f) ? chip_.host_link.latency_cycles.value : 0;
      std::int64_t cycles = 0;
      for (const Leg& leg : path.legs) {
        cycles = leg.relayed ? cycles + chip_.core.relay_cycles.value : host;
        cycles += zero_load_cycles(mesh_, leg.from, leg.to, path.flits);
        farthest_[f] = std::max(farthest_[f], cycles);
      }
    }
  }

  StepTiming time(const StepFacts& facts) override {
    std::int64_t fullest = 0, farthest = 0, busiest = 0;
    CoreId slowest;
    const auto raise = [&](CoreId core, std::int64_t cycles) {
      if (cycles <= busiest) return;
      busiest = cycles;
      slowest = core;
    };
    // Units that take turns are one: what it integrates comes on top of what it fires.
    if (mapper::units_take_turns(chip_.core))
      for (const FiringCore& f : facts.firing)
        integrate_[f.core.value()] = std::max(integrate_[f.core.value()], f.cycles);
    for (const LinkLoad& load : facts.links)
      fullest = std::max(fullest, load.flits * mapper::cycles_per_flit(run_.problem().board, load.link));
    for (const LegTrain& leg : facts.legs) {
      farthest = std::max(farthest, farthest_[leg.flow]);
      integrate_[run_.flows()[leg.flow].legs[leg.leg].to.value()] += leg.integrate;
    }
    for (const LocalTrain& local : facts.locals) integrate_[local.core.value()] += local.integrate;
    for (const LegTrain& leg : facts.legs) {
      const CoreId core = run_.flows()[leg.flow].legs[leg.leg].to;
      raise(core, integrate_[core.value()]);
      integrate_[core.value()] = 0;
    }
    for (const LocalTrain& local : facts.locals) {
      raise(local.core, integrate_[local.core.value()]);
      integrate_[local.core.value()] = 0;
    }
    for (const FiringCore& f : facts.firing) {
      raise(f.core, f.cycles);
      integrate_[f.core.value()] = 0;
    }
    const std::int64_t host = (facts.host_down_flits + facts.host_up_flits) * chip_.host_link.cycles_per_flit.value;
    StepTiming timing;
    timing.duration = std::max<std::int64_t>(1, farthest + std::max({busiest, fullest, host}));
    timing.compute = busiest;
    timing.slowest_core = slowest;
    timing.network = farthest + std::max(fullest, host);
    return timing;
  }

 private:
  ChipRun& run_;
  const chips::Chip& chip_;
  MeshSpec mesh_;
  std::vector<std::int64_t> integrate_;  // by core; zero between two steps
  std::vector<std::int64_t> farthest_;   // by flow: cycles to the end of its chain
};

}  // namespace

std::unique_ptr<StepTimer> make_analytic_timing(ChipRun& run) { return std::make_unique<AnalyticTimer>(run); }

}  // namespace ranvier::sim
