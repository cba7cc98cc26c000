// SPDX-License-Identifier: Apache-2.0
// A core under test beside its behavioural twin: both get the same events, and whatever they emit must be the same.
#pragma once

#include <memory>
#include <string>

#include "sim/core_model.h"

namespace ranvier::sim {

/// Time comes from the core under test, counts of work from the twin, so that energy does not depend on which core ran.
/// fire() and check_codes() throw LockstepMismatch (sim/errors.h).
class LockstepCore final : public CoreModel {
 public:
  LockstepCore(std::unique_ptr<CoreModel> under_test, const TileSpec& spec, TileId tile);

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

 private:
  void refresh_counters();
  [[noreturn]] void fail(const std::string& what, std::int32_t token, std::int32_t neuron, std::int64_t expected,
                         std::int64_t got) const;

  std::unique_ptr<CoreModel> under_test_, golden_;
  std::string layer_;
  mapper::Tile shape_;
  TileId tile_;
  std::int32_t image_ = 0, step_ = 0;
  CoreCounters counters_;
  std::int64_t events_compared_ = 0;
  std::vector<Emission> expected_, got_;  // kept to save allocations
};

}  // namespace ranvier::sim
