// SPDX-License-Identifier: Apache-2.0
// A step: what the host sends arrives, all compartments advance, then what fired is sent on. Both halves are parts
// that write to places of their own; with one thread no task is made of them.
#include "workloads/lif_engine.h"

#include <algorithm>
#include <stdexcept>

#include "workloads/lif_layer.h"
#include "workloads/parallel_parts.h"
#include "workloads/stage_inputs.h"

namespace ranvier::workloads {
namespace {

constexpr std::int64_t kWorthTasks = 400'000;  // synapses in a step: below it threads cost more than they gain

/// Parts of several layers in a row.
struct LayerPart {
  LifLayer* layer;
  std::size_t part;
};

}  // namespace

LifEngine::LifEngine(const Program& program, const LifEngineOptions& options) : program_(program), options_(options) {
  if (!program.temporal()) throw std::logic_error(program.name + ": no network over time");
  if (options.threads > 1) arena_ = std::make_unique<tbb::task_arena>(options.threads);
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const Stage& stage = program.stages[s];
    if (stage.kind != StageKind::kLif || stage.inputs.empty() || (stage.inputs.size() > 1 && !stage.sparse))
      throw std::logic_error(program.name + ": no temporal program of kInput and kLif stages");
    layers_.push_back(std::make_unique<LifLayer>(stage, longest_arrival_delay(program, stage), options.walk));
    std::size_t round = 0;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const StageId from = stage.inputs[port].stage;
      const Link link{s - 1, from, arrival_delay(program.stage(from)), first_source(program, stage, port)};
      if (from == StageId(0)) {
        from_input_.push_back(link);
        continue;
      }
      if (from_layers_.size() == round) from_layers_.emplace_back();
      from_layers_[round++].push_back(link);
    }
  }
  const Stage& input = program.stages.front();
  input_counts_.resize(static_cast<std::size_t>(input.tokens) * static_cast<std::size_t>(input.channels));
}

LifEngine::~LifEngine() = default;

template <class Work>
void LifEngine::in_arena(bool worth_it, Work&& work) {
  if (arena_ && worth_it) {
    arena_->execute([&] { work(true); });
  } else {
    work(false);
  }
}

void LifEngine::begin(std::span<const std::int32_t> packed_spikes) {
  input_ = unpack_spikes(program_, packed_spikes);
  next_input_ = 0;
  now_ = 0;
  input_spikes_ = 0;
  input_fired_.clear();
  std::fill(input_counts_.begin(), input_counts_.end(), 0);
  for (const auto& layer : layers_) layer->begin();
}

void LifEngine::deliver(const std::vector<Link>& links) {
  std::vector<LayerPart> parts;
  std::int64_t work = 0;
  for (const Link& link : links) {
    LifLayer& layer = *layers_[link.layer];
    layer.open_delivery(now_ + link.delay, link.first_source, fired(link.from));
    work += layer.expected_events();
    for (std::size_t p = 0; p < layer.delivery_parts(); ++p) parts.push_back({&layer, p});
  }
  in_arena(work > kWorthTasks, [&](bool parallel) {
    for_each_part(parts.size(), parallel, [&](std::size_t i) { parts[i].layer->deliver_part(parts[i].part); });
  });
  for (const Link& link : links) layers_[link.layer]->close_delivery();
}

void LifEngine::update() {
  std::vector<LayerPart> parts;
  for (const auto& layer : layers_)
    for (std::size_t p = 0; p < layer->update_parts(); ++p) parts.push_back({layer.get(), p});
  in_arena(parts.size() > layers_.size(), [&](bool parallel) {
    for_each_part(parts.size(), parallel, [&](std::size_t i) { parts[i].layer->update_part(now_, parts[i].part); });
  });
  for (const auto& layer : layers_) layer->close_update();
}

void LifEngine::step() {
  input_fired_.clear();
  for (; next_input_ < input_.size() && input_[next_input_].step == now_; ++next_input_) {
    input_fired_.push_back(input_[next_input_].unit);
    ++input_counts_[static_cast<std::size_t>(input_[next_input_].unit)];
  }
  input_spikes_ += static_cast<std::int64_t>(input_fired_.size());
  if (!input_fired_.empty()) deliver(from_input_);
  update();
  for (const auto& round : from_layers_) deliver(round);
  ++now_;
}

void LifEngine::run(std::span<const std::int32_t> packed_spikes, const std::function<void(std::int32_t)>& on_step) {
  begin(packed_spikes);
  while (now_ < program_.timesteps) {
    step();
    if (on_step) on_step(now_ - 1);
  }
}

std::span<const std::int32_t> LifEngine::fired(StageId stage) const {
  return stage == StageId(0) ? std::span<const std::int32_t>(input_fired_) : layers_[stage.value() - 1]->fired();
}

std::int64_t LifEngine::spikes(StageId stage) const {
  return stage == StageId(0) ? input_spikes_ : layers_[stage.value() - 1]->spikes();
}

std::int64_t LifEngine::synaptic_events(StageId stage) const {
  return stage == StageId(0) ? 0 : layers_[stage.value() - 1]->synaptic_events();
}

std::int64_t LifEngine::synaptic_events() const {
  std::int64_t all = 0;
  for (const auto& layer : layers_) all += layer->synaptic_events();
  return all;
}

std::int64_t LifEngine::dense_steps(StageId stage) const { return layers_[stage.value() - 1]->dense_steps(); }

Activations LifEngine::activations() const {
  Activations all;
  all.codes.push_back(input_counts_);
  for (const auto& layer : layers_) all.codes.push_back(layer->counts());
  const auto& head = all.codes.back();
  all.logits.assign(head.begin(), head.begin() + program_.stages.back().channels);
  return all;
}

std::int64_t LifEngine::bytes() const {
  std::int64_t all = 0;
  for (const auto& layer : layers_) all += layer->bytes();
  return all;
}

}  // namespace ranvier::workloads
