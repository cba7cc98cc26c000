// SPDX-License-Identifier: Apache-2.0
// The one interface between the chip simulation and whatever computes a tile: a behavioural model, a Verilated core, or
// both in lock-step. A tile computes on what arrives; it knows nothing of placement, network or fidelity.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/quantities.h"
#include "mapper/mapping.h"
#include "workloads/event_batch.h"
#include "workloads/program.h"

namespace ranvier::sim {

/// One event as a tile sees it. `channel` and `token` number the sending stage's outputs. `port` is the index into
/// Stage::inputs that it arrives on; kPartialPort for a partial sum, whose channel is an output of this stage;
/// kStatisticsPort for what a statistics tile of this stage sends, whose channel is the digit.
struct Event {
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t value = 0;
  std::int32_t port = 0;
  friend bool operator==(const Event&, const Event&) = default;
};
inline constexpr std::int32_t kPartialPort = -1;
inline constexpr std::int32_t kStatisticsPort = -2;

/// An event on its way out: `at` is when the core hands it to the network, in core cycles since the tile began to fire.
struct Emission {
  std::int32_t token = 0;
  std::int32_t channel = 0;
  std::int32_t value = 0;
  Cycles at;
  friend bool operator==(const Emission&, const Emission&) = default;
  template <class Archive, class Self>
  static void state(Archive& a, Self& s) {
    a(s.token, s.channel, s.value, s.at);
  }
};

/// Events that one tile sent in one step and that take the same flows: each token once, ascending; `rows` holds the
/// same by token for kernels, where it is there. The ports of `events` are not set: it is the taker's that counts.
struct EventTrain {
  std::span<const Event> events;
  const workloads::EventBatch* rows = nullptr;
};

/// Totals since begin_image(). Counts, not costs: the energy ledger multiplies.
struct CoreCounters {
  std::int64_t events_in = 0;
  std::int64_t events_out = 0;
  std::int64_t adds = 0;                 // unary synaptic additions
  std::int64_t multiply_adds = 0;        // graded ones
  std::int64_t synapse_reads = 0;        // weights read
  std::int64_t soma_updates = 0;         // neuron contexts looked at
  std::int64_t map_values = 0;           // values through an AMD map
  std::int64_t swapped_bytes = 0;        // to and from bulk memory
  std::int64_t conv_reads = 0;           // weights of shared kernels read
  std::int64_t sparse_reads = 0;         // weights read that each name their target
  std::int64_t active_updates = 0;       // contexts looked at that had input or were not at rest
  std::int64_t spikes = 0;               // contexts that fired
  std::int64_t dense_multiply_adds = 0;  // in dense mode; such a tile counts no synapse_reads
  Cycles busy;
  friend bool operator==(const CoreCounters&, const CoreCounters&) = default;
};

class CoreModel {
 public:
  virtual ~CoreModel() = default;
  /// All state back to what it is before the first event of an image.
  virtual void begin_image() = 0;
  /// Accepts one event at core time `time` (cycles since the step began); returns the cycles that it keeps the core
  /// busy.
  virtual Cycles receive(const Event& event, Cycles time) = 0;
  /// The same for a train on `port`, in order, times left out; returns the cycles of all of it.
  virtual Cycles receive_train(const EventTrain& train, std::int32_t port);
  /// Fires the tile: emissions in the order the core makes them. Unary: at most one fire a neuron; graded: to rest.
  /// Returns the cycles from begin to done.
  virtual Cycles fire(std::vector<Emission>& out) = 0;
  /// True when a further fire() without input would emit: unary schedules go on until every tile rests.
  virtual bool restless() const = 0;
  /// Codes S[token][channel] of the tile's ranges, row-major; for `add` the sums R; for the head the potentials V.
  virtual std::vector<std::int32_t> codes() const = 0;
  /// Membrane potentials in program units, laid out as codes(): with all that has arrived, as the tile would see them
  /// if it fired now. ST-BIF: theta/2 + f(X) - theta S; without encoder the sums; CUBA: the voltage v after the last
  /// step. Empty where the core's state cannot be read from outside.
  virtual std::vector<std::int64_t> potentials() const { return {}; }
  virtual const CoreCounters& counters() const = 0;
  /// State as bytes, for checkpoints and for re-running a mismatch; restore() takes what save() gave.
  virtual std::vector<std::uint8_t> save() const = 0;
  virtual void restore(const std::vector<std::uint8_t>& state) = 0;
  /// A model of the same tile, with the same memory contents, that writes a waveform of its work to `file`;
  /// begin_image() and restore() bring it to any state of this one. Null where the core has none.
  virtual std::unique_ptr<CoreModel> traced(const std::filesystem::path&) const { return nullptr; }
  /// Clock cycles since it was made, those of loading included: where a waveform stands. 0: it has no clock.
  virtual std::int64_t clock_cycles() const { return 0; }
};

/// What a core model needs to know of its tile.
struct TileSpec {
  const workloads::Program* program = nullptr;
  mapper::Tile tile;
  const chips::CoreKind* core = nullptr;
  bool graded = true;        // payloads are codes; else unary
  bool sends_zeros = false;  // a dense tile with dense readers: every value is put out, zero or not
};

/// Null where the behavioural model serves.
using CoreFactory = std::function<std::unique_ptr<CoreModel>(const TileSpec&)>;

/// The model that every core has unless the user asks for another.
std::unique_ptr<CoreModel> make_behavioural_core(const TileSpec& spec);

}  // namespace ranvier::sim
