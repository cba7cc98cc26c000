// SPDX-License-Identifier: Apache-2.0
// Random legal programs. Thresholds and scales are drawn so that codes spread over their range, with some saturation
// and some ties; integer arithmetic and counter-based draws only, so a seed means the same program everywhere.
#include "workloads/random_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

#include "base/random.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kCommonChannels = 6;  // of the residual stream that gathers loose ends before the head

/// Smallest root not below the square root; used for spreads only.
std::int32_t rough_root(std::int64_t square) {
  std::int32_t root = 1;
  while (std::int64_t{root} * root < square) ++root;
  return root;
}

std::int32_t even_at_least_two(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value / 2 * 2, 2, 1 << 20));
}

class Builder {
 public:
  Builder(std::uint64_t seed, std::string name) : seed_(seed) { program_.name = std::move(name); }

  std::int32_t below(std::int32_t n) {
    return static_cast<std::int32_t>(random_below(static_cast<std::uint32_t>(n), seed_, kEntity, draws_++));
  }
  std::int32_t between(std::int32_t lo, std::int32_t hi) { return lo + below(hi - lo + 1); }
  void set_least_bits(std::int32_t bits) { least_bits_ = bits; }
  bool chance(std::int32_t percent) { return below(100) < percent; }

  std::int32_t tokens(std::size_t s) const { return program_.stages[s].tokens; }
  std::int32_t channels(std::size_t s) const { return program_.stages[s].channels; }
  bool encoded(std::size_t s) const { return program_.stages[s].kind != StageKind::kAdd; }
  std::size_t size() const { return program_.stages.size(); }
  const Program& program() const { return program_; }
  Program take() { return std::move(program_); }

  std::size_t input(std::int32_t tokens, std::int32_t channels, std::int32_t code_max) {
    program_.input_code_max = code_max;
    Stage stage;
    stage.kind = StageKind::kInput;
    stage.tokens = tokens;
    stage.channels = channels;
    stage.in_channels = channels;
    return append(std::move(stage), "input");
  }

  std::size_t linear(std::size_t from, std::int32_t tokens, std::int32_t channels, bool bias_per_token,
                     const std::string& name) {
    Stage stage = shape(StageKind::kLinear, {{StageId(from), 1}}, tokens, channels, this->channels(from));
    fill_linear(stage, bias_per_token);
    const std::int64_t spread = std::int64_t{64} * rough_root(stage.in_channels) * typical_code(from) + 1;
    code_range(stage, chance(70));
    for (std::int32_t c = 0; c < channels; ++c) {
      stage.encoder.threshold.push_back(even_at_least_two(spread * between(5, 12) / (2 * half_range(stage))));
    }
    for (std::size_t i = 0; i < stage.linear.bias.size(); ++i) {
      const std::int32_t theta = stage.encoder.threshold[i % static_cast<std::size_t>(channels)];
      // Multiples of half a threshold make ties, which must round up.
      stage.linear.bias[i] = chance(25) ? between(-4, 4) * (theta / 2) : between(-2 * theta, 2 * theta);
    }
    check_width(stage, from);
    return append(std::move(stage), name);
  }

  std::size_t head(std::size_t from, std::int32_t channels, const std::string& name) {
    Stage stage = shape(StageKind::kLinear, {{StageId(from), 1}}, 1, channels, this->channels(from));
    fill_linear(stage, false);
    for (std::int32_t& b : stage.linear.bias) b = between(-5000, 5000);
    return append(std::move(stage), name);
  }

  std::size_t layer_norm(std::vector<StageInput> inputs, std::int32_t tokens, const std::string& name) {
    const std::int32_t d = channels(inputs.front().stage.value());
    Stage stage = shape(StageKind::kLayerNorm, std::move(inputs), tokens, d, d);
    code_range(stage, true);
    stage.encoder.threshold.assign(static_cast<std::size_t>(d), kAmdThreshold);
    // gamma about 1, outputs about a third of the code range, within the 20 bits of a gain.
    const std::int32_t unit =
        std::min(rough_root(std::int64_t{d} * 256) * half_range(stage) / 3 * kAmdThreshold, 600'000);
    for (std::int32_t c = 0; c < d; ++c) {
      stage.layer_norm.gain.push_back((chance(85) ? 1 : -1) * (unit / 2 + below(unit + 1)));
      stage.layer_norm.bias.push_back(between(-2 * kAmdThreshold, 2 * kAmdThreshold));
      assert(std::abs(stage.layer_norm.gain.back()) < 1 << 20);
    }
    stage.layer_norm.epsilon = between(1, 4 * d * d * d);
    return append(std::move(stage), name);
  }

  std::size_t gelu(std::size_t from, const std::string& name) {
    Stage stage = shape(StageKind::kGelu, {{StageId(from), 1}}, tokens(from), channels(from), channels(from));
    code_range(stage, true);
    stage.encoder.threshold.assign(static_cast<std::size_t>(stage.channels), kAmdThreshold);
    const auto [lo, hi] = range_of(from);
    const std::int32_t top = std::max(hi, 1);
    const std::int32_t slope = std::max(1, half_range(stage) * kAmdThreshold / top);
    stage.gelu.first_code = lo;
    for (std::int32_t code = lo; code <= hi; ++code) {
      // Straight above zero, a shallow dip below it: the shape of GELU without its erf.
      const std::int32_t dip = std::max(0, top + code) * -code / (2 * top) * slope / 4;
      stage.gelu.table.push_back(code >= 0 ? slope * code - below(3) : -dip);
    }
    return append(std::move(stage), name);
  }

  std::size_t add(std::vector<StageInput> inputs, std::int32_t tokens, const std::string& name) {
    const std::int32_t d = channels(inputs.front().stage.value());
    return append(shape(StageKind::kAdd, std::move(inputs), tokens, d, d), name);
  }

  std::size_t scores(std::size_t q, std::size_t k, std::int32_t heads, std::int32_t query_tokens,
                     const std::string& name) {
    const std::int32_t depth = channels(q) / heads;
    Stage stage =
        shape(StageKind::kScores, {{StageId(q), 1}, {StageId(k), 1}}, query_tokens, heads * tokens(k), channels(q));
    stage.heads = heads;
    code_range(stage, false);
    const std::int64_t spread = std::int64_t{typical_code(q)} * typical_code(k) * rough_root(depth) + 1;
    stage.softmax.scale = static_cast<std::int32_t>((std::int64_t{between(1, 5)} << 26) / spread);
    const std::int32_t theta = even_at_least_two(std::int64_t{kSoftmaxOne} * between(2, 5) / (4 * stage.encoder.hi));
    stage.encoder.threshold.assign(static_cast<std::size_t>(stage.channels), theta);
    return append(std::move(stage), name);
  }

  std::size_t mix(std::size_t attention, std::size_t v, const std::string& name) {
    Stage stage = shape(StageKind::kMix, {{StageId(attention), 1}, {StageId(v), 1}}, tokens(attention), channels(v),
                        channels(attention));
    stage.heads = program_.stages[attention].heads;
    code_range(stage, true);
    const std::int64_t spread = std::int64_t{range_of(attention).second} * typical_code(v) + 1;
    for (std::int32_t c = 0; c < stage.channels; ++c) {
      stage.encoder.threshold.push_back(even_at_least_two(spread * between(1, 3) / (3 * half_range(stage))));
    }
    return append(std::move(stage), name);
  }

  /// Greatest size of a weighted sum of codes, sums of sums included.
  std::int64_t reach(const std::vector<StageInput>& inputs) const {
    std::int64_t total = 0;
    for (const StageInput& in : inputs) {
      const std::size_t from = in.stage.value();
      const auto [lo, hi] = range_of(from);
      total += in.gain * (encoded(from) ? std::int64_t{std::max(-lo, hi)} : reach(program_.stages[from].inputs));
    }
    return total;
  }

  std::pair<std::int32_t, std::int32_t> range_of(std::size_t s) const {
    const Stage& stage = program_.stages[s];
    if (stage.kind == StageKind::kInput) return {0, program_.input_code_max};
    return {stage.encoder.lo, stage.encoder.hi};
  }

 private:
  static constexpr std::uint64_t kEntity = 0x70726f6772616d;  // tells these draws from others of the same seed

  static Stage shape(StageKind kind, std::vector<StageInput> inputs, std::int32_t tokens, std::int32_t channels,
                     std::int32_t in_channels) {
    Stage stage;
    stage.kind = kind;
    stage.inputs = std::move(inputs);
    stage.tokens = tokens;
    stage.channels = channels;
    stage.in_channels = in_channels;
    return stage;
  }

  void code_range(Stage& stage, bool is_signed) {
    const std::int32_t levels = 1 << between(least_bits_, 8);
    stage.encoder.present = true;
    stage.encoder.lo = is_signed ? -levels / 2 : 0;
    stage.encoder.hi = is_signed ? levels / 2 - 1 : levels - 1;
  }
  static std::int32_t half_range(const Stage& stage) { return (stage.encoder.hi - stage.encoder.lo + 1) / 2; }
  std::int32_t typical_code(std::size_t s) const {
    const auto [lo, hi] = range_of(s);
    return std::max(1, (hi - lo) / 3);
  }

  void fill_linear(Stage& stage, bool bias_per_token) {
    const std::int32_t largest = chance(20) ? 127 : between(20, 127);
    for (std::int32_t i = 0; i < stage.in_channels * stage.channels; ++i) {
      stage.linear.weight.push_back(static_cast<std::int8_t>(chance(10) ? 0 : between(-largest, largest)));
    }
    stage.linear.bias_per_token = bias_per_token;
    stage.linear.bias.assign(static_cast<std::size_t>((bias_per_token ? stage.tokens : 1) * stage.channels), 0);
  }

  /// The condition of integer-units.md section 2.
  void check_width([[maybe_unused]] const Stage& stage, [[maybe_unused]] std::size_t from) const {
#ifndef NDEBUG
    const auto [lo, hi] = range_of(from);
    for (std::size_t i = 0; i < stage.linear.bias.size(); ++i) {
      const std::size_t o = i % static_cast<std::size_t>(stage.channels);
      std::int64_t reach = std::abs(stage.linear.bias[i]) + stage.encoder.threshold[o];
      for (std::size_t w = o; w < stage.linear.weight.size(); w += static_cast<std::size_t>(stage.channels)) {
        reach += std::abs(stage.linear.weight[w]) * std::int64_t{hi - lo};
      }
      assert(reach < 1 << 23);
    }
#endif
  }

  std::size_t append(Stage stage, const std::string& name) {
    stage.name = name;
    program_.stages.push_back(std::move(stage));
    return program_.stages.size() - 1;
  }

  std::uint64_t seed_;
  std::uint64_t draws_ = 0;
  std::int32_t least_bits_ = 3;
  Program program_;
};

/// Grows a random graph one operator at a time. Loose ends are gathered by residual sums before the head, so that every
/// stage matters to the logits. A stage is at most once among another's inputs: a flow must tell its port.
class Grower {
 public:
  explicit Grower(std::uint64_t seed) : b_(seed, fmt::format("random{}", seed)) {}

  Program grow() {
    const std::int32_t tokens = b_.between(2, 7);
    b_.input(tokens, b_.between(2, 9), b_.between(3, 15));
    b_.set_least_bits(5);
    b_.linear(0, tokens, b_.between(1, 11), b_.chance(50), "embed");
    b_.set_least_bits(3);
    // Only attention tells token 0, which has no input of its own, about the others: one, with fine codes, is a must.
    const std::int32_t operators = b_.between(3, 8);
    const std::int32_t attention = b_.below(operators);
    for (std::int32_t n = 0; n < operators; ++n) {
      if (n != attention) {
        grow_one(n);
        continue;
      }
      b_.set_least_bits(8);
      grow_attention(n, true);
      b_.set_least_bits(3);
    }
    gather();
    return b_.take();
  }

 private:
  std::size_t pick_encoded() {
    for (;;) {
      const auto s = static_cast<std::size_t>(b_.between(1, static_cast<std::int32_t>(b_.size()) - 1));
      if (b_.encoded(s) && !only_for_mix(s)) return s;
    }
  }
  /// Attention codes have one reader, their mix.
  bool only_for_mix(std::size_t s) const { return b_.program().stages[s].kind == StageKind::kScores; }
  std::int32_t some_tokens(std::size_t from) {
    const std::int32_t all = b_.tokens(from);
    return b_.chance(75) ? all : b_.between(1, all);
  }

  void grow_one(std::int32_t n) {
    switch (b_.below(5)) {
      case 0: {
        const std::size_t from = pick_encoded();
        b_.linear(from, some_tokens(from), b_.between(1, 13), b_.chance(20), fmt::format("linear{}", n));
        break;
      }
      case 1:
        grow_sum(n, true);
        break;
      case 2:
        b_.gelu(pick_encoded(), fmt::format("gelu{}", n));
        break;
      case 3:
        grow_sum(n, false);
        break;
      default:
        grow_attention(n, false);
    }
  }

  /// A residual sum or a LayerNorm over 1 to 3 streams of equal width, sums among them.
  void grow_sum(std::int32_t n, bool norm) {
    auto first = static_cast<std::size_t>(b_.between(1, static_cast<std::int32_t>(b_.size()) - 1));
    if (only_for_mix(first)) first = 1;
    std::vector<StageInput> inputs{{StageId(first), b_.between(1, 3)}};
    std::int32_t tokens = b_.tokens(first);
    for (std::size_t s = b_.size() - 1; s > 0 && inputs.size() < 3; --s) {
      if (s == first || only_for_mix(s) || b_.channels(s) != b_.channels(first) || !b_.chance(60)) continue;
      inputs.push_back({StageId(s), b_.between(1, 3)});
      tokens = std::min(tokens, b_.tokens(s));
    }
    if (b_.reach(inputs) >= 1 << 15) return;
    if (norm) {
      b_.layer_norm(std::move(inputs), tokens, fmt::format("norm{}", n));
    } else {
      b_.add(std::move(inputs), tokens, fmt::format("add{}", n));
    }
  }

  void grow_attention(std::int32_t n, bool over_all_tokens) {
    const std::size_t from = over_all_tokens ? 1 : pick_encoded();
    const std::int32_t heads = b_.between(1, 3);
    const std::int32_t width = heads * b_.between(1, 4);
    const std::int32_t key_tokens = over_all_tokens ? b_.tokens(from) : some_tokens(from);
    const std::size_t q = b_.linear(from, some_tokens(from), width, false, fmt::format("q{}", n));
    const std::size_t k = b_.linear(from, key_tokens, width, false, fmt::format("k{}", n));
    const std::size_t v = b_.linear(from, key_tokens, heads * b_.between(1, 4), false, fmt::format("v{}", n));
    const std::int32_t query_tokens = some_tokens(q);
    const std::size_t scores = b_.scores(q, k, heads, query_tokens, fmt::format("scores{}", n));
    b_.mix(scores, v, fmt::format("mix{}", n));
  }

  void gather() {
    std::vector<bool> used(b_.size(), false);
    for (const Stage& stage : b_.program().stages) {
      for (const StageInput& in : stage.inputs) used[in.stage.value()] = true;
    }
    b_.set_least_bits(8);  // or little of what the stages do would reach the logits
    std::vector<StageInput> ends;
    const std::size_t grown = b_.size();
    for (std::size_t s = 1; s < grown; ++s) {
      if (used[s]) continue;
      std::size_t end = s;
      if (!b_.encoded(end)) end = b_.layer_norm({{StageId(end), 1}}, b_.tokens(end), fmt::format("end_norm{}", s));
      end = b_.linear(end, b_.tokens(end), kCommonChannels, false, fmt::format("end{}", s));
      ends.push_back({StageId(end), b_.between(1, 2)});
    }
    // In threes, so that sums feed sums.
    std::vector<StageInput> sum{ends.front()};
    for (std::size_t e = 1, n = 0; e < ends.size();) {
      for (; e < ends.size() && sum.size() < 3; ++e) sum.push_back(ends[e]);
      std::int32_t tokens = b_.tokens(sum.front().stage.value());
      for (const StageInput& in : sum) tokens = std::min(tokens, b_.tokens(in.stage.value()));
      sum = {{StageId(b_.add(sum, tokens, fmt::format("residual{}", n++))), 1}};
    }
    const std::size_t norm = b_.layer_norm(sum, b_.chance(50) ? 1 : b_.tokens(sum.front().stage.value()), "final_norm");
    b_.head(norm, b_.between(2, 10), "head");
  }

  Builder b_;
};

}  // namespace

Program random_program(std::uint64_t seed) { return Grower(seed).grow(); }

Program random_vit_program(std::uint64_t seed, std::int32_t tokens, std::int32_t width, std::int32_t heads,
                           std::int32_t blocks, std::int32_t hidden) {
  assert(width % heads == 0);
  Builder b(seed, fmt::format("random-vit{}", seed));
  const std::size_t input = b.input(tokens, 16, 15);
  std::size_t stream = b.linear(input, tokens, width, true, "embed");
  for (std::int32_t n = 0; n < blocks; ++n) {
    const auto name = [n](const char* part) { return fmt::format("block{}.{}", n, part); };
    const std::int32_t queries = n + 1 == blocks ? 1 : tokens;  // only the class token reaches the head
    const std::size_t norm1 = b.layer_norm({{StageId(stream), 1}}, tokens, name("norm1"));
    const std::size_t q = b.linear(norm1, queries, width, false, name("q"));
    const std::size_t k = b.linear(norm1, tokens, width, false, name("k"));
    const std::size_t v = b.linear(norm1, tokens, width, false, name("v"));
    const std::size_t scores = b.scores(q, k, heads, queries, name("scores"));
    const std::size_t mix = b.mix(scores, v, name("mix"));
    const std::size_t projection = b.linear(mix, queries, width, false, name("proj"));
    const std::size_t sum1 =
        b.add({{StageId(stream), 1}, {StageId(projection), b.between(1, 2)}}, queries, name("add1"));
    const std::size_t norm2 = b.layer_norm({{StageId(sum1), 1}}, queries, name("norm2"));
    const std::size_t fc1 = b.linear(norm2, queries, hidden, false, name("fc1"));
    const std::size_t gelu = b.gelu(fc1, name("gelu"));
    const std::size_t fc2 = b.linear(gelu, queries, width, false, name("fc2"));
    stream = b.add({{StageId(sum1), 1}, {StageId(fc2), b.between(1, 2)}}, queries, name("add2"));
  }
  b.head(b.layer_norm({{StageId(stream), 1}}, 1, "norm"), 10, "head");
  return b.take();
}

std::vector<std::int32_t> random_input_codes(const Program& program, std::uint64_t seed) {
  const Stage& input = program.stages.front();
  std::vector<std::int32_t> codes;
  for (std::int32_t t = 0; t < input.tokens; ++t) {
    for (std::int32_t c = 0; c < input.channels; ++c) {
      const std::uint64_t cell = static_cast<std::uint64_t>(t) << 32 | static_cast<std::uint64_t>(c);
      const auto drawn = random_below(static_cast<std::uint32_t>(program.input_code_max) * 4 / 3 + 1, seed, cell, 0);
      const std::int32_t code = static_cast<std::int32_t>(drawn) - program.input_code_max / 3;
      codes.push_back(t == 0 ? 0 : std::clamp(code, 0, program.input_code_max));
    }
  }
  return codes;
}

}  // namespace ranvier::workloads
