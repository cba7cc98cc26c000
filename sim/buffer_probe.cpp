// SPDX-License-Identifier: Apache-2.0
// Input buffers of routers by step: how full they were, and why the flits in front of them waited.
#include <iterator>

#include "sim/network_probe.h"
#include "sim/probes.h"

namespace ranvier::sim {
namespace {

/// Rows are of one router, input port and virtual channel in one step; quiet ones are left out.
class BufferProbe : public Probe {
 public:
  BufferProbe(const ProbeSpec& spec, RowSink& rows) : batch_(rows), spec_(spec), sink_(rows) {}

  void begin_run(const ProbedRun& run) final {
    check_fidelity(spec_, run.fidelity);
    routers_ = probed_routers(spec_, run.problem.board);
    sink_.begin(describe(run));
  }
  bool watches_buffers() const final { return true; }

  void end_step(const ProbedStep& step) final {
    if (step.network == nullptr || !spec_.records(step.image, step.step)) return;
    for (const std::uint32_t router : routers_) {
      for (std::int32_t port = 0; port < step.network->ports; ++port) {
        for (std::int32_t vc = 0; vc < step.network->virtual_channels; ++vc)
          record(step, step.network->buffers[step.network->index(router, port, vc)], {router, port, vc});
      }
    }
  }

  void end_run() final {
    batch_.flush();
    sink_.finish();
  }

 protected:
  struct Place {
    std::uint32_t router;
    std::int32_t port;
    std::int32_t vc;
  };
  virtual TableInfo describe(const ProbedRun& run) const = 0;
  virtual void record(const ProbedStep& step, const BufferCounts& counts, const Place& place) = 0;

  TableInfo table(const ProbedRun& run, std::string title, std::vector<Column> counts) const {
    std::vector<Column> columns{
        {"image", "", "number in this run, from 0"},
        {"step", "", "number in the image, from 0"},
        {"phase", "", "a step, or the host's reading of the potentials", {"step", "readout"}},
        {"start_cycle", "cycles", "when the step began, since the run began"},
        {"duration_cycles", "cycles", "of the step"},
        {"router", "", "y width + x over the board"},
        {"port", "", "input from the neighbour in this direction (0 east, 1 west, 2 south, 3 north); then its cores"},
        {"vc", "", "virtual channel"}};
    columns.insert(columns.end(), std::make_move_iterator(counts.begin()), std::make_move_iterator(counts.end()));
    return table_of(spec_, run, std::move(title), std::move(columns));
  }

  RowBatch batch_;

 private:
  ProbeSpec spec_;
  RowSink& sink_;
  std::vector<std::uint32_t> routers_;
};

class OccupancyProbe final : public BufferProbe {
 public:
  using BufferProbe::BufferProbe;

 private:
  TableInfo describe(const ProbedRun& run) const override {
    return table(run, "flits in input buffers by step; empty ones are left out",
                 {{"flit_cycles", "flit cycles", "sum over the cycles of the step of the flits in the buffer"},
                  {"most_flits", "flits", "in any one cycle of the step"}});
  }
  void record(const ProbedStep& s, const BufferCounts& counts, const Place& at) override {
    if (counts.most_flits == 0) return;
    batch_.add(s.image, s.step, s.readout, s.start_cycle, s.cycles, at.router, at.port, at.vc, counts.flit_cycles,
               counts.most_flits);
  }
};

class StallProbe final : public BufferProbe {
 public:
  using BufferProbe::BufferProbe;

 private:
  TableInfo describe(const ProbedRun& run) const override {
    return table(run, "cycles that the flit in front of an input buffer waited, by cause, the first that holds",
                 {{"link_busy_cycles", "cycles", "the link still sent the flit before"},
                  {"no_vc_cycles", "cycles", "other packets held all virtual channels that it may take"},
                  {"no_credit_cycles", "cycles", "no slot was known to be free in the next buffer"},
                  {"lost_cycles", "cycles", "another one won the switch or the virtual channel"}});
  }
  void record(const ProbedStep& s, const BufferCounts& counts, const Place& at) override {
    const auto& by = counts.stalled;
    if (by[0] + by[1] + by[2] + by[3] == 0) return;
    batch_.add(s.image, s.step, s.readout, s.start_cycle, s.cycles, at.router, at.port, at.vc,
               by[static_cast<std::size_t>(Stall::kLinkBusy)], by[static_cast<std::size_t>(Stall::kNoVc)],
               by[static_cast<std::size_t>(Stall::kNoCredit)], by[static_cast<std::size_t>(Stall::kLost)]);
  }
};

}  // namespace

std::unique_ptr<Probe> make_buffer_probe(const ProbeSpec& spec, RowSink& rows) {
  return std::make_unique<OccupancyProbe>(spec, rows);
}
std::unique_ptr<Probe> make_stall_probe(const ProbeSpec& spec, RowSink& rows) {
  return std::make_unique<StallProbe>(spec, rows);
}

}  // namespace ranvier::sim
