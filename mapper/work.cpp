// SPDX-License-Identifier: Apache-2.0
// Work estimates.
#include "mapper/work.h"

#include <algorithm>
#include <cmath>

#include "mapper/delivery.h"
#include "mapper/demand.h"
#include "mapper/synapse_storage.h"
#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"

namespace ranvier::mapper {

using workloads::Program;
using workloads::Stage;
using workloads::StageKind;

namespace {

constexpr double kAsynchronousExcess = 1.5;  // early sums are corrected by later events
constexpr double kSpikesPerStep = 0.005;     // assumed of every input and compartment of a temporal program

struct Activity {
  double nonzero = 1;    // share of codes that are not zero
  double magnitude = 1;  // mean |code|
  double largest = 1;    // |code| at most
};

Activity activity_of(const Program& program, StageId id) {
  const Stage& s = program.stage(id);
  switch (s.kind) {
    case StageKind::kInput: {
      const double filled = s.tokens > 1 ? (s.tokens - 1.0) / s.tokens : 1.0;  // the class token sends nothing
      const double top = std::max(1, program.input_code_max);
      return {0.5 * filled, 0.3 * top * filled, top};
    }
    case StageKind::kAdd: {
      if (s.inputs.size() == 1) return activity_of(program, s.inputs[0].stage);  // passes on what it gets
      double magnitude = 0;
      double largest = 0;
      for (const auto& input : s.inputs) {
        const Activity a = activity_of(program, input.stage);
        magnitude = std::max(magnitude, a.magnitude);
        largest = std::max(largest, a.largest);
      }
      return {0.95, std::min(1.3 * magnitude, 0.8 * largest), largest};
    }
    default:
      break;
  }
  if (!s.encoder.present) return {0, 0, 1};
  const double hi = std::max({1, s.encoder.hi, -s.encoder.lo});
  if (s.kind == StageKind::kScores) {
    const double mean = std::min(hi, hi / std::max(1, key_tokens(program, s)));
    return {std::clamp(mean, 0.05, 1.0), mean, hi};
  }
  const double sigma = hi / 3;
  const double nonzero = 1 - 1 / (2.5 * sigma + 1);
  const double magnitude = 0.8 * sigma;
  if (s.kind == StageKind::kGelu) return {0.5 * nonzero, 0.5 * magnitude, hi};
  return {nonzero, magnitude, hi};
}

}  // namespace

double events_per_value(const Program& program, StageId stage, Schedule schedule) {
  if (schedule == Schedule::kTimesteps) return kSpikesPerStep * program.timesteps;
  const Activity a = activity_of(program, stage);
  switch (schedule) {
    case Schedule::kStagedGraded:
      return a.nonzero;
    case Schedule::kStagedUnary:
      return a.magnitude;
    case Schedule::kAsynchronousUnary:
      return kAsynchronousExcess * a.magnitude;
    case Schedule::kTimesteps:
      break;
  }
  return a.nonzero;
}

double passes_of(const Program& program, StageId stage, Schedule schedule) {
  if (schedule == Schedule::kTimesteps) return program.timesteps;
  switch (schedule) {
    case Schedule::kStagedGraded:
      return 1;
    case Schedule::kStagedUnary:
      return activity_of(program, stage).largest;
    case Schedule::kAsynchronousUnary:
      return kAsynchronousExcess * activity_of(program, stage).largest;
    case Schedule::kTimesteps:
      break;
  }
  return 1;
}

double active_share(Schedule) { return 1.0; }

std::int64_t touched_by_event(const Program& program, const Tile& tile, int port) {
  const Stage& s = program.stage(tile.stage);
  if (port < 0) return 1;
  if (tile.statistics) return 3;  // the input's value, the sum, the sum of squares
  switch (s.kind) {
    case StageKind::kInput:
      return 0;
    case StageKind::kLinear:
      return tile.outputs.size();
    case StageKind::kLayerNorm:
    case StageKind::kGelu:
    case StageKind::kAdd:
      return 1;
    // A query-side event adds a row over the keys (scores) or over the value channels (mix) of its head; a key-side
    // event adds to one entry of each query.
    case StageKind::kScores:
      return port == 0 ? key_tokens(program, s) : tile.tokens.size();
    case StageKind::kMix:
      return port == 0 ? head_width(program, s) : tile.tokens.size();
    case StageKind::kLif: {
      // The mean over the inputs that reach the tile.
      const Reach reach = reach_of(program, tile, 0);
      const std::int64_t inputs = s.sparse ? s.in_channels : std::int64_t{reach.tokens.size()} * reach.channels.size();
      const std::int64_t synapses =
          workloads::synapse_count(s, {tile.outputs.begin, tile.outputs.end}, {tile.tokens.begin, tile.tokens.end});
      return inputs == 0 ? 0 : (synapses + inputs - 1) / inputs;
    }
  }
  return 0;
}

bool has_shared_kernels(const Stage& stage) { return stage.kind == StageKind::kLif && stage.tokens > 1; }

std::int64_t receive_cycles_of(const Program& program, const chips::CoreKind& core, StageId stage,
                               std::int64_t touched) {
  const std::int64_t lanes = std::max<std::int64_t>(1, core.lanes.value);
  const Stage& s = program.stage(stage);
  const bool shared = has_shared_kernels(s);
  const bool sparse = s.sparse && !s.sparse->dense();
  const chips::Count& each = sparse   ? core.synapse_sparse_cycles
                             : shared ? core.synapse_conv_cycles
                                      : core.synapse_cycles;
  const bool weights = s.kind == StageKind::kLinear || s.kind == StageKind::kLif;
  const std::int64_t read = weights ? synapse_read_cycles(core, touched, shared || sparse) : 0;
  return core.event_decode_cycles.value + std::max(each.value * ((touched + lanes - 1) / lanes), read);
}

std::int64_t synapse_read_cycles(const chips::CoreKind& core, std::int64_t synapses, bool shared_kernels) {
  const std::int64_t rate = core.synapse_words_per_cycle.value;
  return rate == 0 ? 0 : (synapse_words(core, synapses, !shared_kernels) + rate - 1) / rate;
}

std::int64_t contexts_of(const Tile& tile) { return std::int64_t{tile.outputs.size()} * tile.tokens.size(); }

std::int64_t map_values_of(const Program& program, const Tile& tile) {
  if (tile.statistics) return 0;
  switch (program.stage(tile.stage).kind) {
    case StageKind::kLayerNorm:
    case StageKind::kScores:
    case StageKind::kGelu:
      return contexts_of(tile);
    default:
      return 0;
  }
}

double swapped_bytes_of(const Program& program, const Tile& tile, Schedule schedule) {
  if (tile.mode != TokenMode::kStream) return 0;
  const auto context = static_cast<double>(state_bytes(program, tile).context);
  return 2.0 * context * tile.tokens.size() * passes_of(program, tile.stage, schedule);
}

double busy_cycles(const Program& program, const chips::CoreKind& core, Schedule schedule, const Tile& tile) {
  const Stage& s = program.stage(tile.stage);
  if (s.kind == StageKind::kInput) return 0;
  const auto lanes = static_cast<double>(std::max<std::int64_t>(1, core.lanes.value));
  double cycles = 0;
  for (std::size_t port = 0; port < s.inputs.size(); ++port) {
    const Reach reach = reach_of(program, tile, port);
    const double values = static_cast<double>(reach.tokens.size()) * reach.channels.size();
    const double events = values * events_per_value(program, s.inputs[port].stage, schedule);
    const std::int64_t touched = touched_by_event(program, tile, static_cast<int>(port));
    cycles += events * static_cast<double>(receive_cycles_of(program, core, tile.stage, touched));
  }
  const double passes = passes_of(program, tile.stage, schedule);
  const auto contexts = static_cast<double>(contexts_of(tile));
  cycles += passes * std::ceil(contexts / lanes) * static_cast<double>(core.soma_cycles.value);
  cycles += passes * std::ceil(contexts * active_share(schedule) / lanes) *
            static_cast<double>(core.soma_active_cycles.value);
  cycles += passes * static_cast<double>(map_values_of(program, tile) * core.map_cycles.value);
  const double sent = tile.sums_for_others() ? 1.0 : events_per_value(program, tile.stage, schedule);
  cycles += contexts * sent * static_cast<double>(core.emit_cycles.value + core.spike_cycles.value);
  if (core.bulk_bytes_per_cycle.value > 0)
    cycles += swapped_bytes_of(program, tile, schedule) / static_cast<double>(core.bulk_bytes_per_cycle.value);
  return cycles;
}

}  // namespace ranvier::mapper
