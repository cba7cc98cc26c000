// SPDX-License-Identifier: Apache-2.0
// Windows of rv_hybrid_core count each sort of work by its own kind, and only what was told.
#include "rtl/calibrate/hybrid_windows.h"

#include <gtest/gtest.h>

#include "workloads/random_program.h"

namespace ranvier::rtl {
namespace {

class HybridWindows : public testing::Test {
 protected:
  /// Two images of one step of unit events: the first stage of `kind` of a small transformer.
  RecordedHybridTile recorded(workloads::StageKind kind) {
    RecordedHybridTile r;
    for (std::size_t s = 1; s < program_.stages.size() && r.layer.empty(); ++s) {
      const workloads::Stage& stage = program_.stages[s];
      if (stage.kind != kind) continue;
      r.layer = stage.name;
      r.spec.program = &program_;
      r.spec.core = &core_;
      r.spec.tile.stage = StageId(s);
      r.spec.tile.outputs = {0, stage.channels};
      r.spec.tile.inputs = {0, stage.in_channels};
      r.spec.tile.tokens = {0, stage.tokens};
      for (int image = 0; image < 2; ++image) {
        auto& told = r.images.emplace_back();
        for (std::int32_t port = 0; port < static_cast<std::int32_t>(stage.inputs.size()); ++port) {
          for (std::int32_t i = 0; i < kEvents; ++i) told.push_back({false, {i % 5, 3 * i % 16, i % 2 ? 1 : -1, port}});
        }
        told.push_back({true});
      }
    }
    return r;
  }
  /// Every event and every tick ends a window.
  std::array<double, kToggleKinds> counts(const RecordedHybridTile& tile) {
    WindowOptions options;
    options.cycles = 1;
    options.images = 2;
    options.idle_cycles = 50;
    std::array<double, kToggleKinds> sum{};
    for (const ToggleWindow& w : hybrid_toggle_windows(tile, options)) {
      EXPECT_EQ(w.what, tile.layer);
      for (std::size_t k = 0; k < kToggleKinds; ++k) sum[k] += w.counts[k];
    }
    return sum;
  }
  static double of(const std::array<double, kToggleKinds>& counts, ToggleKind kind) {
    return counts[static_cast<std::size_t>(kind)];
  }

  static constexpr std::int32_t kEvents = 4;
  workloads::Program program_ = workloads::random_vit_program(3, 10, 32, 2, 2, 64);
  chips::CoreKind core_;
};

TEST_F(HybridWindows, OfALinearTile) {
  const RecordedHybridTile tile = recorded(workloads::StageKind::kLinear);
  const workloads::Stage& stage = program_.stage(tile.spec.tile.stage);
  EXPECT_EQ(hybrid_work(tile.spec), "linear");
  const auto got = counts(tile);
  EXPECT_EQ(of(got, ToggleKind::kEventIn), 2 * kEvents);
  EXPECT_EQ(of(got, ToggleKind::kSynapticAdd), 2 * kEvents * stage.channels);
  EXPECT_EQ(of(got, ToggleKind::kNeuronUpdate), 2 * stage.tokens * stage.channels);
  EXPECT_EQ(of(got, ToggleKind::kIdleCycle), 50) << "of the second image";
  EXPECT_EQ(of(got, ToggleKind::kRowAdd) + of(got, ToggleKind::kColumnAdd), 0);
  EXPECT_EQ(of(got, ToggleKind::kNormValue), 0);
}

TEST_F(HybridWindows, OfScoresTellRowsFromColumns) {
  const RecordedHybridTile tile = recorded(workloads::StageKind::kScores);
  const workloads::Stage& stage = program_.stage(tile.spec.tile.stage);
  EXPECT_EQ(hybrid_work(tile.spec), "scores");
  const auto got = counts(tile);
  EXPECT_EQ(of(got, ToggleKind::kEventIn), 2 * 2 * kEvents);
  EXPECT_EQ(of(got, ToggleKind::kRowAdd), 2 * kEvents * stage.channels / stage.heads);
  EXPECT_EQ(of(got, ToggleKind::kColumnAdd), 2 * kEvents * stage.tokens);
  EXPECT_EQ(of(got, ToggleKind::kSoftmaxValue), 2 * stage.tokens * stage.channels);
  EXPECT_EQ(of(got, ToggleKind::kSynapticAdd), 0);
}

TEST_F(HybridWindows, OfANormCountItsValues) {
  const RecordedHybridTile tile = recorded(workloads::StageKind::kLayerNorm);
  const workloads::Stage& stage = program_.stage(tile.spec.tile.stage);
  const auto got = counts(tile);
  EXPECT_EQ(of(got, ToggleKind::kNormValue), 2 * stage.tokens * stage.channels);
  EXPECT_EQ(of(got, ToggleKind::kTableValue) + of(got, ToggleKind::kSoftmaxValue), 0);
}

}  // namespace
}  // namespace ranvier::rtl
