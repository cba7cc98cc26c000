// SPDX-License-Identifier: Apache-2.0
// Flits of every link in every step, those that carried some.
#include "mapper/mesh.h"
#include "sim/probes.h"

namespace ranvier::sim {
namespace {

class LinkProbe final : public Probe {
 public:
  LinkProbe(const ProbeSpec& spec, RowSink& rows) : spec_(spec), sink_(rows), batch_(rows) {}

  void begin_run(const ProbedRun& run) override {
    board_ = &run.problem.board;
    const std::size_t each = mapper::link_count(*board_) / board_->routers();
    for (const std::uint32_t router : probed_routers(spec_, *board_)) {
      for (std::size_t l = 0; l < each; ++l) links_.emplace_back(router * each + l);
    }
    sink_.begin(table_of(spec_, run, "flits by link and step; links without flits are left out",
                         {{"image", "", "number in this run, from 0"},
                          {"step", "", "number in the image, from 0"},
                          {"phase", "", "a step, or the host's reading of the potentials", {"step", "readout"}},
                          {"start_cycle", "cycles", "when the step began, since the run began"},
                          {"duration_cycles", "cycles", "of the step"},
                          {"link", "", "number of the directed link"},
                          {"from_core", "", "first core of the router that it leaves"},
                          {"to_core", "", "first core of the router that it enters"},
                          {"chip_edge", "", "1: between two chips"},
                          {"flits", "flits", "carried in this step"},
                          {"busy_cycles", "cycles", "flits times the cycles that one keeps the link"}}));
  }

  void end_step(const ProbedStep& step) override {
    if (!spec_.records(step.image, step.step)) return;
    for (const LinkId link : links_) {
      const std::int64_t flits = step.flits_after[link.value()] - step.flits_before[link.value()];
      if (flits == 0) continue;
      const CoreId from = mapper::link_source(*board_, link);
      const CoreId to = mapper::neighbour(*board_, from, mapper::link_direction(link));
      batch_.add(step.image, step.step, step.readout, step.start_cycle, step.cycles, link.value(), from.value(),
                 to.value(), mapper::crosses_chip(*board_, link), flits,
                 flits * mapper::cycles_per_flit(*board_, link));
    }
  }

  void end_run() override {
    batch_.flush();
    sink_.finish();
  }

 private:
  ProbeSpec spec_;
  RowSink& sink_;
  RowBatch batch_;
  const chips::Board* board_ = nullptr;
  std::vector<LinkId> links_;
};

}  // namespace

std::unique_ptr<Probe> make_link_probe(const ProbeSpec& spec, RowSink& rows) {
  return std::make_unique<LinkProbe>(spec, rows);
}

}  // namespace ranvier::sim
