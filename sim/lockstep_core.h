// SPDX-License-Identifier: Apache-2.0
// A core under test beside its twin, the model of its engine: both get the same events, and whatever they emit must be
// the same.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sim/core_log.h"
#include "sim/core_model.h"
#include "sim/core_pipeline.h"
#include "sim/errors.h"

namespace ranvier::sim {

/// Which of the tiles it is, and where a waveform of its failure goes.
struct LockstepPlace {
  TileId tile;
  CoreId core = CoreId();
  std::filesystem::path wave{};  // empty: none is written
};

/// Time comes from the core under test, counts of work from the twin, so that energy does not depend on which core ran.
/// fire(), restless() and check_codes() throw LockstepMismatch (sim/errors.h), after the same events were told, from a
/// state shortly before, to a core that keeps a waveform. What the core under test throws itself is traced likewise.
class LockstepCore final : public CoreModel, public PipelinedCore {
 public:
  LockstepCore(std::unique_ptr<CoreModel> under_test, const TileSpec& spec, LockstepPlace place);

  /// Where errors say that they happened.
  void set_place(std::int32_t image, std::int32_t step);
  /// Compares the codes of all contexts.
  void check_codes() const;
  std::int64_t events_compared() const { return events_compared_; }

  void begin_image() override;
  Cycles receive(const Event& event, Cycles time) override;
  Cycles fire(std::vector<Emission>& out) override;
  bool restless() const override;
  std::vector<std::int32_t> codes() const override { return under_test_->codes(); }
  std::vector<std::int64_t> potentials() const override { return under_test_->potentials(); }
  const CoreCounters& counters() const override { return counters_; }
  std::vector<std::uint8_t> save() const override;
  void restore(const std::vector<std::uint8_t>& state) override;
  std::int64_t clock_cycles() const override { return under_test_->clock_cycles(); }
  CorePipeline pipeline() const override { return pipeline_of(*under_test_); }

 private:
  struct Difference {
    const char* what;
    std::int32_t token, neuron;
    std::int64_t expected, got;
    std::int64_t cycle;  // of the core since the image began
    bool same_but_when(const Difference& other) const {
      return token == other.token && neuron == other.neuron && expected == other.expected && got == other.got;
    }
  };
  /// How another model of the tile, told the same, differs from the twin.
  using Shows = std::function<std::optional<Difference>(CoreModel&, std::vector<Emission>)>;

  std::optional<Difference> first_difference(std::vector<Emission> got, std::int64_t fired_at) const;
  std::optional<Difference> restless_difference(const CoreModel& core) const;
  std::optional<Difference> code_difference(const CoreModel& core) const;
  void keep_state();
  void refresh_counters();
  std::int64_t now() const { return under_test_->counters().busy.count(); }
  MismatchWave trace(const std::optional<Difference>& found, const Shows& shows) const;
  [[noreturn]] void fail(const Difference& difference, const Shows& shows) const;
  template <class Work>
  Cycles traced_if_thrown(Work work) const;

  std::unique_ptr<CoreModel> under_test_, golden_;
  std::string layer_;
  mapper::Tile shape_;
  LockstepPlace place_;
  bool traces_;
  std::int32_t image_ = 0, step_ = 0;
  CoreCounters counters_;
  std::int64_t events_compared_ = 0;
  CoreLog log_;                           // only where a waveform may be asked for
  std::vector<Emission> expected_, got_;  // kept to save allocations
};

}  // namespace ranvier::sim
