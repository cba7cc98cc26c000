// SPDX-License-Identifier: Apache-2.0
// What stages have in common whose encoder sees a map of what arrived: LayerNorm, GELU.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/behavioural_core.h"

namespace ranvier::sim {

/// Integer input X[token][channel] of the tile's outputs, and f(X), which is computed when a token fires after a
/// change.
class MapCore : public BehaviouralCore {
 public:
  explicit MapCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec), tracers_(tile_spec), input_(contexts()), mapped_(contexts()), stale_(contexts()) {}

  bool restless() const final;
  std::vector<std::int32_t> codes() const final { return tracers_.codes(); }
  std::vector<std::int64_t> potentials() const final;

 protected:
  /// Brings f of the stale values of a token up to date; returns how many values went through the map.
  virtual std::int64_t map_token(std::int32_t token, std::int32_t* mapped) const = 0;
  /// Some maps are tables; a state from elsewhere is not to reach beyond them.
  virtual bool has_map_of(std::int32_t) const { return true; }
  /// Marks what an input at `i` makes stale.
  virtual void mark(std::int32_t token, std::size_t i) = 0;

  // A map that takes more than its input adds to these.
  void clear() override;
  Touched accept(const Event& event) override;
  void write(StateWriter& w) const override;
  void read(StateReader& r) override;

  const std::int32_t* input(std::int32_t token) const { return &input_[index(token, 0)]; }
  bool stale(std::size_t i) const { return stale_[i] != 0; }
  void set_stale(std::size_t i) { stale_[i] = 1; }

 private:
  void fire_token(std::int32_t t) final;

  StBifTracers tracers_;
  std::vector<std::int32_t> input_, mapped_;
  std::vector<std::uint8_t> stale_;
};

}  // namespace ranvier::sim
