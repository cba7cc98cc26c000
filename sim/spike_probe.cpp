// SPDX-License-Identifier: Apache-2.0
// Every event that the chosen neurons emit. A step's events are put in order of tiles, so that the table does not
// depend on which core fired first.
#include <map>

#include "sim/probes.h"

namespace ranvier::sim {
namespace {

class SpikeProbe final : public Probe {
 public:
  SpikeProbe(const ProbeSpec& spec, RowSink& rows) : spec_(spec), sink_(rows), batch_(rows) {}

  void begin_run(const ProbedRun& run) override {
    const std::vector<ProbedTile> chosen = probed_tiles(spec_, run.problem);
    part_of_.assign(run.problem.tiles.size(), nullptr);
    parts_ = chosen;
    for (const ProbedTile& part : parts_) part_of_[part.tile.value()] = &part;
    for (const mapper::Tile& tile : run.problem.tiles) stage_of_.push_back(tile.stage.value());
    sink_.begin(
        table_of(spec_, run, "events emitted",
                 {{"image", "", "number in this run, from 0"},
                  {"step", "", "number in the image, from 0"},
                  {"start_cycle", "cycles", "when the step began, since the run began"},
                  {"layer", "", "stage that emitted", stage_names(*run.problem.program)},
                  {"tile", "", "tile of the mapping that emitted; 0 is the host"},
                  {"token", "", "token of the stage"},
                  {"neuron", "", "output channel of the stage, as numbered in the network as given"},
                  {"value", "",
                   "payload: 1 or -1 unary, the change of the code graded, the change of the sum of a residual sum"},
                  {"emit_cycle", "cycles", "since its tile began to fire"}}));
  }

  void begin_step(std::int32_t image, std::int32_t step) override { on_ = spec_.records(image, step); }

  void fired(TileId tile, std::span<const Emission> emissions) override {
    const ProbedTile* part = part_of_[tile.value()];
    if (!on_ || part == nullptr || emissions.empty()) return;
    std::vector<Emission>& kept = fired_[tile];
    for (const Emission& e : emissions) {
      if (part->tokens.contains(e.token) && part->holds(e.channel)) kept.push_back(e);
    }
  }

  void end_step(const ProbedStep& step) override {
    for (auto& [tile, emissions] : fired_) {
      for (const Emission& e : emissions) {
        batch_.add(step.image, step.step, step.start_cycle, stage_of_[tile.value()], tile.value(), e.token,
                   part_of_[tile.value()]->number(e.channel), e.value, e.at.count());
      }
    }
    fired_.clear();
  }

  void end_run() override {
    batch_.flush();
    sink_.finish();
  }

 private:
  ProbeSpec spec_;
  RowSink& sink_;
  RowBatch batch_;
  std::vector<ProbedTile> parts_;
  std::vector<const ProbedTile*> part_of_;  // by tile; null where nothing of it is chosen
  std::vector<std::uint32_t> stage_of_;     // by tile
  std::map<TileId, std::vector<Emission>> fired_;
  bool on_ = false;
};

}  // namespace

std::unique_ptr<Probe> make_spike_probe(const ProbeSpec& spec, RowSink& rows) {
  return std::make_unique<SpikeProbe>(spec, rows);
}

}  // namespace ranvier::sim
