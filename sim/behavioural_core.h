// SPDX-License-Identifier: Apache-2.0
// What the behavioural cores of all stage kinds share: work accounting, context swaps, ST-BIF encoding, checkpoints.
// A kind adds its accumulators and says what total X each encoder sees (docs/explanation/integer-units.md).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core_costs.h"
#include "sim/core_model.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {

class BehaviouralCore : public CoreModel {
 public:
  explicit BehaviouralCore(const TileSpec& spec);

  void begin_image() final;
  Cycles receive(const Event& event, Cycles time) final;
  Cycles receive_train(const EventTrain& train, std::int32_t port) final;
  Cycles fire(std::vector<Emission>& out) final;
  const CoreCounters& counters() const final { return counters_; }
  std::vector<std::uint8_t> save() const final;
  void restore(const std::vector<std::uint8_t>& state) final;

 protected:
  /// What one event did to the accumulators; the base class counts and charges it.
  struct Touched {
    std::int64_t outputs = 0;  // accumulators changed
    std::int64_t reads = 0;    // weights, or stored codes of the other stream, read for it
    bool multiplies = false;   // else plain additions
    std::int32_t token = 0;    // context in work (local); kAllTokens: it goes through every context
  };
  static constexpr std::int32_t kAllTokens = -1;

  virtual void clear() = 0;
  virtual Touched accept(const Event& event) = 0;
  /// Accepts events of one token that reach all outputs of their context: what each of them touched, `multiplies` as
  /// for a payload that is no unit. Called where takes_rows(port).
  virtual Touched accept_rows(std::int32_t token, const workloads::RowEvents& rows);
  virtual bool takes_rows(std::int32_t) const { return false; }
  /// Fires local token `token` through emit() and charge(); called once per token, ascending.
  virtual void fire_token(std::int32_t token) = 0;
  virtual void write(StateWriter& w) const = 0;
  virtual void read(StateReader& r) = 0;

  // For fire_token().
  void look_at_contexts(std::int64_t n);
  void map_values(std::int64_t n);
  void emit(std::int32_t token, std::int32_t output, std::int32_t value);

  const workloads::Stage& stage() const { return stage_; }
  const TileSpec& spec() const { return spec_; }
  std::int32_t outputs() const { return spec_.tile.outputs.size(); }
  std::int32_t tokens() const { return spec_.tile.tokens.size(); }
  std::size_t contexts() const { return static_cast<std::size_t>(outputs()) * static_cast<std::size_t>(tokens()); }
  std::size_t index(std::int32_t token, std::int32_t output) const {
    return static_cast<std::size_t>(token) * static_cast<std::size_t>(outputs()) + static_cast<std::size_t>(output);
  }
  /// Local token of an event, which must be one of the tile's.
  std::int32_t local_token(const Event& event) const { return event.token - spec_.tile.tokens.begin; }

 private:
  static constexpr std::uint8_t kSomeOutputs = 1, kAllOutputs = 2;
  Cycles turn_to(std::int32_t token);
  Cycles receive_rows(std::int32_t token, const workloads::RowEvents& rows);
  void note_input(const Event& event, std::int32_t token);
  void forget_input();
  Cycles fire_cost() const;

  TileSpec spec_;
  const workloads::Stage& stage_;
  CoreCosts costs_;
  std::int64_t context_bytes_;
  CoreCounters counters_;
  std::int32_t token_in_work_ = 0;
  bool elementwise_;                             // an event reaches one output
  std::vector<std::uint8_t> token_has_input_;    // since the tile last fired: none, some or all outputs
  std::vector<std::uint8_t> context_has_input_;  // where only some
  // While firing.
  std::vector<Emission>* out_ = nullptr;
  std::uint8_t fire_input_ = 0;  // of the token in work
  std::int64_t fire_contexts_ = 0, fire_active_ = 0, fire_mapped_ = 0, fire_events_ = 0;
  Cycles fire_swaps_;
};

/// Tracers of a tile and equation (1): turns the total input X of a context into what it emits now.
class StBifTracers {
 public:
  StBifTracers(const TileSpec& spec);
  void clear();
  /// The change of the code that firing once (unary) or to rest (graded) makes; applied to the tracer.
  std::int32_t fire(std::size_t context, std::int32_t output, std::int64_t total) {
    const std::int32_t change = due(context, output, total);
    code_[context] = static_cast<std::int16_t>(code_[context] + change);
    return change;
  }
  /// The same, not applied.
  std::int32_t due(std::size_t context, std::int32_t output, std::int64_t total) const;
  /// theta/2 + X - theta S.
  std::int64_t potential(std::size_t context, std::int32_t output, std::int64_t total) const {
    return threshold_[output] / 2 + total - static_cast<std::int64_t>(threshold_[output]) * code_[context];
  }
  std::vector<std::int32_t> codes() const { return {code_.begin(), code_.end()}; }
  void write(StateWriter& w) const { w.array(code_); }
  void read(StateReader& r) { r.array(code_); }

 private:
  const std::int32_t* threshold_;  // of the tile's first output
  std::int32_t lo_, hi_;
  bool graded_;
  std::vector<std::int16_t> code_;
};

std::unique_ptr<CoreModel> make_linear_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_layer_norm_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_gelu_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_scores_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_mix_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_add_core(const TileSpec& spec);
std::unique_ptr<CoreModel> make_lif_core(const TileSpec& spec);

}  // namespace ranvier::sim
