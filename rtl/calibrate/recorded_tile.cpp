// SPDX-License-Identifier: Apache-2.0
#include "rtl/calibrate/recorded_tile.h"

#include <utility>

#include "rtl/errors.h"
#include "rtl/hybrid/errors.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/stage_tile.h"
#include "rtl/verilated_core.h"
#include "sim/engine_cores.h"

namespace ranvier::rtl {
namespace {

/// The behavioural core; `Recorded` keeps what it is told.
template <class Recorded>
class RecordingCore : public sim::CoreModel {
 public:
  RecordingCore(const sim::TileSpec& spec, std::shared_ptr<Recorded> recorded)
      : recorded_(std::move(recorded)), core_(sim::make_model_core(spec)) {
    recorded_->layer = spec.program->stage(spec.tile.stage).name;
  }
  void begin_image() override {
    recorded_->images.emplace_back();
    core_->begin_image();
  }
  Cycles receive(const sim::Event& event, Cycles time) override {
    note(event);
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

 protected:
  std::shared_ptr<Recorded> recorded_;

 private:
  virtual void note(const sim::Event& event) = 0;

  std::unique_ptr<sim::CoreModel> core_;
};

class RecordingSpikeCore final : public RecordingCore<RecordedTile> {
 public:
  RecordingSpikeCore(const sim::TileSpec& spec, std::shared_ptr<RecordedTile> recorded)
      : RecordingCore(spec, std::move(recorded)), tile_(spec.tile) {
    recorded_->tile = stage_tile(spec);
  }

 private:
  void note(const sim::Event& event) override {
    const bool direct = event.port == sim::kPartialPort;
    const mapper::Range& channels = direct ? tile_.outputs : tile_.inputs;
    const CoreEvent local{event.token - tile_.tokens.begin, event.channel - channels.begin, event.value, direct};
    recorded_->images.back().push_back({false, local});
  }

  mapper::Tile tile_;
};

class RecordingHybridCore final : public RecordingCore<RecordedHybridTile> {
 public:
  RecordingHybridCore(const sim::TileSpec& spec, std::shared_ptr<RecordedHybridTile> recorded)
      : RecordingCore(spec, std::move(recorded)) {
    recorded_->spec = spec;
  }

 private:
  void note(const sim::Event& event) override { recorded_->images.back().push_back({false, event}); }
};

}  // namespace

sim::CoreFactory recording_core(std::shared_ptr<RecordedTile> recorded) {
  return [recorded = std::move(recorded)](const sim::TileSpec& spec) -> std::unique_ptr<sim::CoreModel> {
    const workloads::Stage& stage = spec.program->stage(spec.tile.stage);
    std::string why = why_not_supported(spec);
    if (why.empty() && stage.kind != workloads::StageKind::kLinear) why = "calibration runs linear stages only";
    if (!why.empty()) throw TileNotSupported(stage.name, why);
    return std::make_unique<RecordingSpikeCore>(spec, recorded);
  };
}

sim::CoreFactory recording_hybrid_core(std::shared_ptr<RecordedHybridTile> recorded) {
  return [recorded = std::move(recorded)](const sim::TileSpec& spec) -> std::unique_ptr<sim::CoreModel> {
    if (const std::string why = why_not_hybrid(spec); !why.empty())
      throw HybridTileNotSupported(spec.program->stage(spec.tile.stage).name, why);
    return std::make_unique<RecordingHybridCore>(spec, recorded);
  };
}

}  // namespace ranvier::rtl
