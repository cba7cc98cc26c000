// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/recorded_tile.h"

#include <utility>

#include "rtl/errors.h"
#include "rtl/stage_tile.h"
#include "rtl/verilated_core.h"

namespace ranvier::rtl {
namespace {

class RecordingCore final : public sim::CoreModel {
 public:
  RecordingCore(const sim::TileSpec& spec, std::shared_ptr<RecordedTile> recorded)
      : tile_(spec.tile), core_(sim::make_behavioural_core(spec)), recorded_(std::move(recorded)) {
    recorded_->layer = spec.program->stage(spec.tile.stage).name;
    recorded_->tile = stage_tile(spec);
  }
  void begin_image() override {
    recorded_->images.emplace_back();
    core_->begin_image();
  }
  Cycles receive(const sim::Event& event, Cycles time) override {
    const bool direct = event.port == sim::kPartialPort;
    const mapper::Range& channels = direct ? tile_.outputs : tile_.inputs;
    const CoreEvent local{event.token - tile_.tokens.begin, event.channel - channels.begin, event.value, direct};
    recorded_->images.back().push_back({false, local});
    return core_->receive(event, time);
  }
  Cycles fire(std::vector<sim::Emission>& out) override {
    recorded_->images.back().push_back({true});
    return core_->fire(out);
  }
  bool restless() const override { return core_->restless(); }
  std::vector<std::int32_t> codes() const override { return core_->codes(); }
  const sim::CoreCounters& counters() const override { return core_->counters(); }
  std::vector<std::uint8_t> save() const override { return core_->save(); }
  void restore(const std::vector<std::uint8_t>& state) override { core_->restore(state); }

 private:
  mapper::Tile tile_;
  std::unique_ptr<sim::CoreModel> core_;
  std::shared_ptr<RecordedTile> recorded_;
};

}  // namespace

sim::CoreFactory recording_core(std::shared_ptr<RecordedTile> recorded) {
  return [recorded = std::move(recorded)](const sim::TileSpec& spec) -> std::unique_ptr<sim::CoreModel> {
    const workloads::Stage& stage = spec.program->stage(spec.tile.stage);
    std::string why = why_not_supported(spec);
    if (why.empty() && stage.kind != workloads::StageKind::kLinear) why = "calibration runs linear stages only";
    if (!why.empty()) throw TileNotSupported(stage.name, why);
    return std::make_unique<RecordingCore>(spec, recorded);
  };
}

}  // namespace ranvier::rtl
