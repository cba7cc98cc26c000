// SPDX-License-Identifier: Apache-2.0
#include "sim/behavioural_core.h"

#include <algorithm>
#include <stdexcept>

#include "mapper/demand.h"
#include "workloads/units.h"

namespace ranvier::sim {

using workloads::StageKind;

BehaviouralCore::BehaviouralCore(const TileSpec& spec)
    : spec_(spec),
      stage_(spec.program->stage(spec.tile.stage)),
      costs_(*spec.core, stage_.kind == StageKind::kLinear),
      context_bytes_(mapper::state_bytes(*spec.program, spec.tile).context),
      elementwise_(stage_.kind == StageKind::kGelu || stage_.kind == StageKind::kAdd),
      token_has_input_(static_cast<std::size_t>(tokens())),
      context_has_input_(contexts()) {}

void BehaviouralCore::begin_image() {
  counters_ = {};
  token_in_work_ = 0;
  forget_input();
  clear();
}

Cycles BehaviouralCore::turn_to(std::int32_t token) {
  if (spec_.tile.mode != mapper::TokenMode::kStream) return Cycles(0);
  std::int64_t swaps = 0;
  if (token == kAllTokens) {
    swaps = tokens();  // through all and back to the one in work
  } else if (token != token_in_work_) {
    swaps = 1;
    token_in_work_ = token;
  }
  if (tokens() < 2) swaps = 0;
  const std::int64_t bytes = swaps * 2 * context_bytes_;  // one context out, one in
  counters_.swapped_bytes += bytes;
  return costs_.swap(bytes);
}

void BehaviouralCore::forget_input() {
  std::fill(token_has_input_.begin(), token_has_input_.end(), std::uint8_t{0});
  std::fill(context_has_input_.begin(), context_has_input_.end(), std::uint8_t{0});
}

void BehaviouralCore::note_input(const Event& event, std::int32_t token) {
  if (token == kAllTokens) {
    std::fill(token_has_input_.begin(), token_has_input_.end(), kAllOutputs);
  } else if (elementwise_ || event.port == kPartialPort) {
    std::uint8_t& has = token_has_input_[static_cast<std::size_t>(token)];
    has = std::max(has, kSomeOutputs);
    context_has_input_[index(token, event.channel - spec_.tile.outputs.begin)] = 1;
  } else {
    token_has_input_[static_cast<std::size_t>(token)] = kAllOutputs;
  }
}

Cycles BehaviouralCore::receive(const Event& event, Cycles) {
  const Touched touched = accept(event);
  note_input(event, touched.token);
  ++counters_.events_in;
  counters_.synapse_reads += touched.reads;
  (touched.multiplies ? counters_.multiply_adds : counters_.adds) += touched.outputs;
  const Cycles cost = costs_.receive(touched.outputs) + turn_to(touched.token);
  counters_.busy += cost;
  return cost;
}

BehaviouralCore::Touched BehaviouralCore::accept_rows(std::int32_t, const workloads::RowEvents&) {
  throw std::logic_error("a core that takes no rows was given some");
}

Cycles BehaviouralCore::receive_rows(std::int32_t token, const workloads::RowEvents& rows) {
  const Touched touched = accept_rows(token, rows);
  token_has_input_[static_cast<std::size_t>(touched.token)] = kAllOutputs;
  const auto events = static_cast<std::int64_t>(rows.size());
  const auto units = static_cast<std::int64_t>(rows.plus.size() + rows.minus.size());
  counters_.events_in += events;
  counters_.synapse_reads += events * touched.reads;
  const std::int64_t additions = spec_.graded ? 0 : units;
  counters_.adds += additions * touched.outputs;
  counters_.multiply_adds += (events - additions) * touched.outputs;
  const Cycles cost = costs_.receive(touched.outputs) * events + turn_to(touched.token);
  counters_.busy += cost;
  return cost;
}

Cycles BehaviouralCore::receive_train(const EventTrain& train, std::int32_t port) {
  if (train.rows == nullptr || !takes_rows(port)) return CoreModel::receive_train(train, port);
  Cycles cost;
  for (std::size_t i = 0; i < train.rows->tokens(); ++i)
    cost += receive_rows(train.rows->token(i), train.rows->events(i));
  return cost;
}

Cycles BehaviouralCore::fire(std::vector<Emission>& out) {
  out_ = &out;
  fire_contexts_ = fire_active_ = fire_mapped_ = fire_events_ = 0;
  fire_swaps_ = Cycles(0);
  for (std::int32_t t = 0; t < tokens(); ++t) {
    fire_swaps_ += turn_to(t);
    fire_input_ = token_has_input_[static_cast<std::size_t>(t)];
    if (fire_input_ == kSomeOutputs) {
      const auto row = context_has_input_.begin() + static_cast<std::ptrdiff_t>(index(t, 0));
      fire_active_ += std::count(row, row + outputs(), std::uint8_t{1});
    }
    fire_token(t);
  }
  out_ = nullptr;
  forget_input();
  counters_.soma_updates += fire_contexts_;
  counters_.active_updates += fire_active_;
  counters_.spikes += fire_events_;
  counters_.map_values += fire_mapped_;
  counters_.events_out += fire_events_;
  const Cycles cost = fire_cost();
  counters_.busy += cost;
  return cost;
}

Cycles BehaviouralCore::fire_cost() const {
  return costs_.fire(fire_contexts_, fire_active_, fire_mapped_, fire_events_) + fire_swaps_;
}

void BehaviouralCore::look_at_contexts(std::int64_t n) {
  fire_contexts_ += n;
  if (fire_input_ == kAllOutputs) fire_active_ += n;
}

void BehaviouralCore::map_values(std::int64_t n) { fire_mapped_ += n; }

void BehaviouralCore::emit(std::int32_t token, std::int32_t output, std::int32_t value) {
  ++fire_events_;
  if (fire_input_ != kAllOutputs && context_has_input_[index(token, output)] == 0) ++fire_active_;
  out_->push_back({spec_.tile.tokens.begin + token, spec_.tile.outputs.begin + output, value, fire_cost()});
}

std::vector<std::uint8_t> BehaviouralCore::save() const {
  StateWriter w;
  w.value(counters_);
  w.value(token_in_work_);
  w.array(token_has_input_);
  w.array(context_has_input_);
  write(w);
  return w.take();
}

void BehaviouralCore::restore(const std::vector<std::uint8_t>& state) {
  StateReader r(state);
  r.value(counters_);
  r.value(token_in_work_);
  r.array(token_has_input_);
  r.array(context_has_input_);
  read(r);
  r.finish();
}

StBifTracers::StBifTracers(const TileSpec& spec) : threshold_(nullptr), lo_(0), hi_(0), graded_(spec.graded) {
  const workloads::Encoder& encoder = spec.program->stage(spec.tile.stage).encoder;
  if (!encoder.present) return;
  threshold_ = encoder.threshold.data() + spec.tile.outputs.begin;
  lo_ = encoder.lo;
  hi_ = encoder.hi;
  code_.resize(static_cast<std::size_t>(spec.tile.outputs.size()) * static_cast<std::size_t>(spec.tile.tokens.size()));
}

void StBifTracers::clear() { code_.assign(code_.size(), 0); }

std::int32_t StBifTracers::due(std::size_t context, std::int32_t output, std::int64_t total) const {
  const std::int32_t threshold = threshold_[output];
  const std::int32_t code = code_[context];
  if (graded_) return workloads::code_at_rest(total, threshold, lo_, hi_) - code;
  const std::int64_t potential = threshold / 2 + total - static_cast<std::int64_t>(threshold) * code;
  if (potential >= threshold && code < hi_) return 1;
  if (potential < 0 && code > lo_) return -1;
  return 0;
}

namespace {

std::unique_ptr<CoreModel> make_core(const TileSpec& spec) {
  switch (spec.program->stage(spec.tile.stage).kind) {
    case StageKind::kLinear:
      return make_linear_core(spec);
    case StageKind::kLayerNorm:
      return make_layer_norm_core(spec);
    case StageKind::kScores:
      return make_scores_core(spec);
    case StageKind::kMix:
      return make_mix_core(spec);
    case StageKind::kGelu:
      return make_gelu_core(spec);
    case StageKind::kAdd:
      return make_add_core(spec);
    case StageKind::kLif:
      return make_lif_core(spec);
    case StageKind::kInput:
      break;
  }
  throw std::logic_error("the input stage is the host's, no core computes it");
}

}  // namespace

Cycles CoreModel::receive_train(const EventTrain& train, std::int32_t port) {
  Cycles cost;
  for (Event event : train.events) {
    event.port = port;
    cost += receive(event, Cycles(0));
  }
  return cost;
}

std::unique_ptr<CoreModel> make_behavioural_core(const TileSpec& spec) {
  std::unique_ptr<CoreModel> core = make_core(spec);
  core->begin_image();
  return core;
}

}  // namespace ranvier::sim
