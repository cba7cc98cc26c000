// SPDX-License-Identifier: Apache-2.0
// Products of two event streams (docs/explanation/integer-units.md section 4): scores of queries and keys with a
// softmax over each row, and the mix of values by attention. Each event meets the codes that arrived before it on the
// other stream, so that the sum is exact in any order.
#include "sim/behavioural_core.h"
#include "workloads/units.h"

namespace ranvier::sim {
namespace {

constexpr std::int32_t kFirstStream = 0;  // q, attention: by query token; the other (k, v) is by key token

class ScoresCore final : public BehaviouralCore {
 public:
  explicit ScoresCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec),
        tracers_(tile_spec),
        keys_(stage().channels / stage().heads),
        head_width_(tile_spec.program->stage(stage().inputs[0].stage).channels / stage().heads),
        first_channel_(tile_spec.tile.outputs.begin / keys_ * head_width_),
        width_(outputs() / keys_ * head_width_),
        score_(contexts()),
        softmax_(contexts()),
        query_(static_cast<std::size_t>(tokens()) * static_cast<std::size_t>(width_)),
        key_(static_cast<std::size_t>(keys_) * static_cast<std::size_t>(width_)),
        stale_(static_cast<std::size_t>(tokens()) * static_cast<std::size_t>(heads())) {}

  bool restless() const override {
    std::vector<std::int32_t> fresh(static_cast<std::size_t>(keys_));
    for (std::int32_t q = 0; q < tokens(); ++q) {
      for (std::int32_t h = 0; h < heads(); ++h) {
        const std::size_t row = index(q, h * keys_);
        const bool stale = stale_[stale_index(q, h)] != 0;
        if (stale) workloads::softmax_row(&score_[row], keys_, stage().softmax, fresh.data());
        const std::int32_t* total = stale ? fresh.data() : &softmax_[row];
        for (std::int32_t k = 0; k < keys_; ++k) {
          if (tracers_.due(row + static_cast<std::size_t>(k), h * keys_ + k, total[k]) != 0) return true;
        }
      }
    }
    return false;
  }
  std::vector<std::int32_t> codes() const override { return tracers_.codes(); }
  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> all(contexts());
    std::vector<std::int32_t> fresh(static_cast<std::size_t>(keys_));
    for (std::int32_t q = 0; q < tokens(); ++q) {
      for (std::int32_t h = 0; h < heads(); ++h) {
        const std::size_t row = index(q, h * keys_);
        const bool stale = stale_[stale_index(q, h)] != 0;
        if (stale) workloads::softmax_row(&score_[row], keys_, stage().softmax, fresh.data());
        const std::int32_t* total = stale ? fresh.data() : &softmax_[row];
        for (std::int32_t k = 0; k < keys_; ++k) {
          const std::size_t i = row + static_cast<std::size_t>(k);
          all[i] = tracers_.potential(i, h * keys_ + k, total[k]);
        }
      }
    }
    return all;
  }

 private:
  std::int32_t heads() const { return outputs() / keys_; }
  std::size_t stale_index(std::int32_t query, std::int32_t head) const {
    return static_cast<std::size_t>(query) * static_cast<std::size_t>(heads()) + static_cast<std::size_t>(head);
  }
  std::size_t code_index(std::int32_t token, std::int32_t channel) const {
    return static_cast<std::size_t>(token) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(channel);
  }

  void clear() override {
    score_.assign(score_.size(), 0);
    softmax_.assign(softmax_.size(), 0);
    query_.assign(query_.size(), 0);
    key_.assign(key_.size(), 0);
    stale_.assign(stale_.size(), 1);
    tracers_.clear();
  }

  Touched accept(const Event& event) override {
    const std::int32_t channel = event.channel - first_channel_;
    const std::int32_t head = channel / head_width_;
    const bool multiplies = spec().graded || (event.value != 1 && event.value != -1);
    if (event.port == kFirstStream) {
      const std::int32_t q = local_token(event);
      for (std::int32_t k = 0; k < keys_; ++k) {
        score_[index(q, head * keys_ + k)] += event.value * key_[code_index(k, channel)];
      }
      query_[code_index(q, channel)] += event.value;
      stale_[stale_index(q, head)] = 1;
      return {.outputs = keys_, .reads = keys_, .multiplies = multiplies, .token = q};
    }
    for (std::int32_t q = 0; q < tokens(); ++q) {
      score_[index(q, head * keys_ + event.token)] += event.value * query_[code_index(q, channel)];
      stale_[stale_index(q, head)] = 1;
    }
    key_[code_index(event.token, channel)] += event.value;
    return {.outputs = tokens(), .reads = tokens(), .multiplies = multiplies, .token = kAllTokens};
  }

  void fire_token(std::int32_t q) override {
    for (std::int32_t h = 0; h < heads(); ++h) {
      const std::size_t row = index(q, h * keys_);
      std::uint8_t& stale = stale_[stale_index(q, h)];
      if (stale != 0) {
        workloads::softmax_row(&score_[row], keys_, stage().softmax, &softmax_[row]);
        map_values(keys_);
        stale = 0;
      }
      for (std::int32_t k = 0; k < keys_; ++k) {
        look_at_contexts(1);
        const std::size_t i = row + static_cast<std::size_t>(k);
        const std::int32_t change = tracers_.fire(i, h * keys_ + k, softmax_[i]);
        if (change != 0) emit(q, h * keys_ + k, change);
      }
    }
  }

  void write(StateWriter& w) const override {
    w.array(score_);
    w.array(softmax_);
    w.array(query_);
    w.array(key_);
    w.array(stale_);
    tracers_.write(w);
  }
  void read(StateReader& r) override {
    r.array(score_);
    r.array(softmax_);
    r.array(query_);
    r.array(key_);
    r.array(stale_);
    tracers_.read(r);
  }

  StBifTracers tracers_;
  std::int32_t keys_, head_width_;
  std::int32_t first_channel_, width_;  // channels of q and k that the tile's heads take
  std::vector<std::int32_t> score_, softmax_;
  std::vector<std::int32_t> query_, key_;  // codes [token][channel]
  std::vector<std::uint8_t> stale_;        // by query and head
};

class MixCore final : public BehaviouralCore {
 public:
  explicit MixCore(const TileSpec& tile_spec)
      : BehaviouralCore(tile_spec),
        tracers_(tile_spec),
        keys_(tile_spec.program->stage(stage().inputs[1].stage).tokens),
        head_width_(stage().channels / stage().heads),
        first_head_(tile_spec.tile.outputs.begin / head_width_),
        sum_(contexts()),
        attention_(static_cast<std::size_t>(heads()) * static_cast<std::size_t>(keys_) *
                   static_cast<std::size_t>(tokens())),
        value_(static_cast<std::size_t>(keys_) * static_cast<std::size_t>(outputs())) {}

  bool restless() const override {
    for (std::int32_t t = 0; t < tokens(); ++t) {
      for (std::int32_t o = 0; o < outputs(); ++o) {
        if (tracers_.due(index(t, o), o, sum_[index(t, o)]) != 0) return true;
      }
    }
    return false;
  }
  std::vector<std::int32_t> codes() const override { return tracers_.codes(); }
  std::vector<std::int64_t> potentials() const override {
    std::vector<std::int64_t> all(contexts());
    for (std::int32_t t = 0; t < tokens(); ++t) {
      for (std::int32_t o = 0; o < outputs(); ++o)
        all[index(t, o)] = tracers_.potential(index(t, o), o, sum_[index(t, o)]);
    }
    return all;
  }

 private:
  std::int32_t heads() const { return outputs() / head_width_; }
  /// Query last: a value event walks over all queries.
  std::size_t attention_index(std::int32_t head, std::int32_t key, std::int32_t query) const {
    return (static_cast<std::size_t>(head) * static_cast<std::size_t>(keys_) + static_cast<std::size_t>(key)) *
               static_cast<std::size_t>(tokens()) +
           static_cast<std::size_t>(query);
  }

  void clear() override {
    sum_.assign(sum_.size(), 0);
    attention_.assign(attention_.size(), 0);
    value_.assign(value_.size(), 0);
    tracers_.clear();
  }

  Touched accept(const Event& event) override {
    const bool multiplies = spec().graded || (event.value != 1 && event.value != -1);
    if (event.port == kFirstStream) {
      const std::int32_t q = local_token(event);
      const std::int32_t head = event.channel / keys_ - first_head_;
      const std::int32_t key = event.channel % keys_;
      const std::int32_t* value = &value_[index(key, head * head_width_)];
      std::int32_t* sum = &sum_[index(q, head * head_width_)];
      for (std::int32_t d = 0; d < head_width_; ++d) sum[d] += event.value * value[d];
      attention_[attention_index(head, key, q)] += event.value;
      return {.outputs = head_width_, .reads = head_width_, .multiplies = multiplies, .token = q};
    }
    const std::int32_t output = event.channel - spec().tile.outputs.begin;
    const std::int32_t* attention = &attention_[attention_index(output / head_width_, event.token, 0)];
    for (std::int32_t q = 0; q < tokens(); ++q) sum_[index(q, output)] += event.value * attention[q];
    value_[index(event.token, output)] += event.value;
    return {.outputs = tokens(), .reads = tokens(), .multiplies = multiplies, .token = kAllTokens};
  }

  void fire_token(std::int32_t t) override {
    for (std::int32_t o = 0; o < outputs(); ++o) {
      look_at_contexts(1);
      const std::int32_t change = tracers_.fire(index(t, o), o, sum_[index(t, o)]);
      if (change != 0) emit(t, o, change);
    }
  }

  void write(StateWriter& w) const override {
    w.array(sum_);
    w.array(attention_);
    w.array(value_);
    tracers_.write(w);
  }
  void read(StateReader& r) override {
    r.array(sum_);
    r.array(attention_);
    r.array(value_);
    tracers_.read(r);
  }

  StBifTracers tracers_;
  std::int32_t keys_, head_width_, first_head_;
  std::vector<std::int32_t> sum_;
  std::vector<std::int32_t> attention_;  // codes [head][key][query]
  std::vector<std::int32_t> value_;      // codes [key][output]
};

}  // namespace

std::unique_ptr<CoreModel> make_scores_core(const TileSpec& spec) { return std::make_unique<ScoresCore>(spec); }
std::unique_ptr<CoreModel> make_mix_core(const TileSpec& spec) { return std::make_unique<MixCore>(spec); }

}  // namespace ranvier::sim
