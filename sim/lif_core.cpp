// SPDX-License-Identifier: Apache-2.0
// Stages of compartments: weights are summed where events reach, then one integer step for every compartment that is
// not at rest. A compartment at rest without input stays as it is, so skipping it changes nothing.
#include <algorithm>
#include <bit>
#include <stdexcept>

#include "sim/behavioural_core.h"
#include "sim/state_bytes.h"
#include "workloads/compartment.h"
#include "workloads/conv.h"
#include "workloads/sparse_synapses.h"
#include "workloads/stage_inputs.h"

namespace ranvier::sim {
namespace {

using workloads::CubaState;
using workloads::IndexRange;

class LifCore final : public CoreModel {
 public:
  explicit LifCore(const TileSpec& spec)
      : spec_(spec),
        stage_(spec.program->stage(spec.tile.stage)),
        costs_(*spec.core),
        tokens_{spec.tile.tokens.begin, spec.tile.tokens.end},
        channels_{spec.tile.outputs.begin, spec.tile.outputs.end},
        shared_(stage_.tokens > 1),
        sparse_(stage_.sparse && !stage_.sparse->dense()),
        state_(static_cast<std::size_t>(tokens_.size()) * static_cast<std::size_t>(channels_.size())),
        sum_(state_.size()),
        spikes_(state_.size()),
        active_((state_.size() + kWordBits - 1) / kWordBits) {
    lay_out_weights();
    for (std::size_t port = 0; port < stage_.inputs.size(); ++port)
      first_source_.push_back(workloads::first_source(*spec.program, stage_, port));
  }

  void begin_image() override {
    counters_ = {};
    for (std::size_t i = 0; i < state_.size(); ++i) state_[i] = workloads::compartment_before(stage_, unit(i));
    std::fill(sum_.begin(), sum_.end(), 0);
    std::fill(spikes_.begin(), spikes_.end(), 0);
    std::fill(active_.begin(), active_.end(), 0);
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (!workloads::at_rest(state_[i], stage_)) activate(i);
    }
  }

  Cycles receive(const Event& event, Cycles) override {
    const std::int64_t synapses = stage_.sparse           ? add_sparse(event)
                                  : stage_.conv.depthwise ? add_depthwise(event)
                                                          : add_rows(event);
    ++counters_.events_in;
    counters_.adds += synapses;
    (sparse_ ? counters_.sparse_reads : shared_ ? counters_.conv_reads : counters_.synapse_reads) += synapses;
    const Cycles cost = sparse_ ? costs_.receive_sparse(synapses) : costs_.receive_synapses(synapses, shared_);
    counters_.busy += cost;
    return cost;
  }

  Cycles fire(std::vector<Emission>& out) override {
    std::int64_t active = 0, spikes = 0;
    for (std::size_t word = 0; word < active_.size(); ++word) {
      for (std::uint64_t left = active_[word]; left != 0; left &= left - 1) {
        const std::size_t i = word * kWordBits + static_cast<std::size_t>(std::countr_zero(left));
        ++active;
        const bool fired = workloads::compartment_step(state_[i], sum_[i], stage_);
        sum_[i] = 0;
        if (workloads::at_rest(state_[i], stage_)) active_[word] &= ~(left & (~left + 1));
        if (!fired) continue;
        ++spikes_[i];
        ++spikes;
        const auto width = static_cast<std::size_t>(channels_.size());
        out.push_back({tokens_.first + static_cast<std::int32_t>(i / width),
                       channels_.first + static_cast<std::int32_t>(i % width), 1,
                       costs_.fire_compartments(static_cast<std::int64_t>(i) + 1, active, spikes)});
      }
    }
    const auto compartments = static_cast<std::int64_t>(state_.size());
    counters_.soma_updates += compartments;
    counters_.active_updates += active;
    counters_.spikes += spikes;
    counters_.events_out += spikes;
    const Cycles cost = costs_.fire_compartments(compartments, active, spikes);
    counters_.busy += cost;
    return cost;
  }

  bool restless() const override {
    return std::any_of(active_.begin(), active_.end(), [](std::uint64_t word) { return word != 0; });
  }
  /// Spikes of each compartment since the sample began.
  std::vector<std::int32_t> codes() const override { return spikes_; }
  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> all;
    all.reserve(state_.size());
    for (const CubaState& s : state_) all.push_back(s.v);
    return all;
  }
  const CoreCounters& counters() const override { return counters_; }

  std::vector<std::uint8_t> save() const override {
    StateWriter w;
    w.value(counters_);
    w.array(state_);
    w.array(sum_);
    w.array(spikes_);
    w.array(active_);
    return w.take();
  }
  void restore(const std::vector<std::uint8_t>& state) override {
    StateReader r(state);
    r.value(counters_);
    r.array(state_);
    r.array(sum_);
    r.array(spikes_);
    r.array(active_);
    r.finish();
    // Their places are indices.
    const std::size_t used = state_.size() % kWordBits;
    if (used != 0 && active_.back() >> used != 0) throw StateMismatch("a compartment beyond the last");
  }

 private:
  static constexpr std::size_t kWordBits = 64;

  /// Weights of the tile's outputs, those that one event reads side by side: [in][tap][output], depthwise
  /// [tap][output].
  void lay_out_weights() {
    if (stage_.sparse) return;
    const workloads::ConvParams& conv = stage_.conv;
    const std::int32_t inputs = conv.depthwise ? 1 : stage_.in_channels;
    const std::int32_t taps = workloads::kernel_taps(conv);
    weight_.reserve(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(taps) *
                    static_cast<std::size_t>(channels_.size()));
    for (std::int32_t in = 0; in < inputs; ++in) {
      for (std::int32_t tap = 0; tap < taps; ++tap) {
        for (std::int32_t out = channels_.first; out < channels_.end; ++out) {
          weight_.push_back(conv.weight[workloads::weight_index(conv, stage_.in_channels, out, in, tap)]);
        }
      }
    }
  }

  /// Number of a compartment among those of the stage.
  std::size_t unit(std::size_t i) const {
    const auto width = static_cast<std::size_t>(channels_.size());
    return (static_cast<std::size_t>(tokens_.first) + i / width) * static_cast<std::size_t>(stage_.channels) +
           static_cast<std::size_t>(channels_.first) + i % width;
  }

  void activate(std::size_t i) { active_[i / kWordBits] |= std::uint64_t{1} << (i % kWordBits); }

  std::size_t context(std::int32_t token, std::int32_t output) const {
    return static_cast<std::size_t>(token - tokens_.first) * static_cast<std::size_t>(channels_.size()) +
           static_cast<std::size_t>(output);
  }

  /// The event adds to all outputs of every token that it reaches.
  std::int64_t add_rows(const Event& event) {
    const auto width = static_cast<std::size_t>(channels_.size());
    const std::size_t first =
        static_cast<std::size_t>(event.channel) * static_cast<std::size_t>(workloads::kernel_taps(stage_.conv)) * width;
    std::int64_t synapses = 0;
    workloads::for_each_tap(stage_.conv, event.token, tokens_, [&](std::int32_t token, std::int32_t tap) {
      const std::int16_t* weight = weight_.data() + first + static_cast<std::size_t>(tap) * width;
      const std::size_t at = context(token, 0);
      for (std::size_t o = 0; o < width; ++o) {
        sum_[at + o] += weight[o];
        activate(at + o);
      }
      synapses += channels_.size();
    });
    return synapses;
  }

  /// Those synapses of the source that end in this tile.
  std::int64_t add_sparse(const Event& event) {
    std::int64_t synapses = 0;
    const std::int32_t source = first_source_[static_cast<std::size_t>(event.port)] + event.channel;
    stage_.sparse->for_each(source, channels_, [&](std::int32_t target, std::int32_t weight) {
      const auto at = static_cast<std::size_t>(target - channels_.first);
      sum_[at] += weight;
      activate(at);
      ++synapses;
    });
    return synapses;
  }

  std::int64_t add_depthwise(const Event& event) {
    if (!channels_.contains(event.channel)) return 0;
    const std::int32_t output = event.channel - channels_.first;
    std::int64_t synapses = 0;
    workloads::for_each_tap(stage_.conv, event.token, tokens_, [&](std::int32_t token, std::int32_t tap) {
      const std::size_t at = context(token, output);
      sum_[at] += weight_[static_cast<std::size_t>(tap * channels_.size() + output)];
      activate(at);
      ++synapses;
    });
    return synapses;
  }

  TileSpec spec_;
  const workloads::Stage& stage_;
  CoreCosts costs_;
  IndexRange tokens_, channels_;
  bool shared_;  // kernels are stored once for many output positions
  bool sparse_;  // each synapse names its target
  std::vector<std::int32_t> first_source_;  // by port
  std::vector<std::int16_t> weight_;
  std::vector<CubaState> state_;       // [token][output], as all of these
  std::vector<std::int32_t> sum_;      // of the weights that events of this step reached
  std::vector<std::int32_t> spikes_;   // since the sample began
  std::vector<std::uint64_t> active_;  // a bit each: had input, or is not at rest
  CoreCounters counters_;
};

}  // namespace

std::unique_ptr<CoreModel> make_lif_core(const TileSpec& spec) { return std::make_unique<LifCore>(spec); }

}  // namespace ranvier::sim
