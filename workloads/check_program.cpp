// SPDX-License-Identifier: Apache-2.0
#include "workloads/check_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "workloads/convert_integers.h"
#include "workloads/units.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kMostTokens = 1 << 16;
constexpr std::int32_t kMostChannels = 1 << 22;  // heads * keys of a row of scores
constexpr std::int64_t kMostCells = std::int64_t{1} << 31;
constexpr std::int32_t kMostLevels = 15;

std::size_t inputs_wanted(StageKind kind) {
  return kind == StageKind::kInput ? 0 : kind == StageKind::kScores || kind == StageKind::kMix ? 2 : 1;
}

bool sums_inputs(StageKind kind) { return kind == StageKind::kAdd || kind == StageKind::kLayerNorm; }

/// Magnitude and range of the codes that each stage puts out, filled as stages are checked.
struct Codes {
  std::int64_t largest = 0;
  std::int64_t range = 0;
};

class Checker {
 public:
  explicit Checker(const Program& program) : program_(program) {}

  void check() {
    if (program_.temporal()) fail("", "has time steps of its own, which this check does not take");
    if (program_.stages.size() < 2) fail("", "needs an input and a head at least");
    if (program_.input_code_max < 1 || program_.input_code_max > 255) fail("", "input codes must end at 1 to 255");
    if (program_.rate_steps < 0 || program_.rate_steps > 1 << 16) fail("", "steps must be 0 to 65536");
    for (std::size_t s = 0; s < program_.stages.size(); ++s) check_stage(s);
  }

 private:
  [[noreturn]] void fail(const std::string& stage, const std::string& what) const {
    throw BadProgram(program_.name, stage, what);
  }
  void require(bool good, const Stage& stage, const char* what) const {
    if (!good) fail(stage.name, what);
  }
  const Stage& input(const Stage& stage, std::size_t port) const { return program_.stage(stage.inputs[port].stage); }
  const Codes& codes(const Stage& stage, std::size_t port) const { return codes_[stage.inputs[port].stage.value()]; }
  static std::size_t size(std::int32_t n) { return static_cast<std::size_t>(n); }

  void check_stage(std::size_t s) {
    const Stage& stage = program_.stages[s];
    const bool last = s + 1 == program_.stages.size();
    require((s == 0) == (stage.kind == StageKind::kInput), stage, "the first stage, and only it, is the input");
    require(stage.kind != StageKind::kLif, stage, "is a stage of networks over time");
    require(stage.tokens >= 1 && stage.tokens <= kMostTokens, stage, "tokens must be 1 to 65536");
    require(stage.channels >= 1 && stage.channels <= kMostChannels, stage, "channels must be 1 to 4194304");
    require(std::int64_t{stage.tokens} * stage.channels <= kMostCells, stage, "has more than 2^31 neurons");
    require(stage.heads >= 1 && stage.heads <= stage.channels, stage, "heads must be 1 to the number of channels");
    require(std::isfinite(stage.code_scale) && stage.code_scale > 0, stage, "code_scale must be a positive number");
    check_inputs(s);
    check_encoder(stage, last);
    switch (stage.kind) {
      case StageKind::kLinear:
        check_linear(stage);
        break;
      case StageKind::kLayerNorm:
        check_norm(stage);
        break;
      case StageKind::kScores:
      case StageKind::kMix:
        check_product(stage);
        break;
      case StageKind::kGelu:
        check_table(stage);
        break;
      case StageKind::kAdd:
      case StageKind::kInput:
      case StageKind::kLif:
        break;
    }
    codes_.push_back(codes_of(stage));
  }

  Codes codes_of(const Stage& stage) const {
    if (stage.kind == StageKind::kInput) return {program_.input_code_max, program_.input_code_max};
    if (stage.kind == StageKind::kAdd) return {sum_of(stage), 2 * sum_of(stage)};
    const Encoder& e = stage.encoder;
    return {std::max(-e.lo, e.hi), std::int64_t{e.hi} - e.lo};
  }

  std::int64_t sum_of(const Stage& stage) const {
    std::int64_t sum = 0;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port)
      sum += stage.inputs[port].gain * codes(stage, port).largest;
    return sum;
  }

  void check_inputs(std::size_t s) const {
    const Stage& stage = program_.stages[s];
    const std::size_t count = stage.inputs.size(), wanted = inputs_wanted(stage.kind);
    require(sums_inputs(stage.kind) ? count >= 1 && count <= 4096 : count == wanted, stage, "wrong number of inputs");
    for (std::size_t port = 0; port < count; ++port) {
      require(stage.inputs[port].stage.value() < s, stage, "reads a stage that does not stand before it");
      require(stage.inputs[port].gain >= 1 && stage.inputs[port].gain <= kResidualLimit, stage,
              "a gain must be 1 to 32767");
      const bool keys = wanted == 2 && port == 1;
      const Stage& from = input(stage, port);
      require(keys || stage.tokens <= from.tokens, stage, "computes tokens that its input does not have");
      require(keys || stage.in_channels == from.channels, stage, "in_channels is not what its input puts out");
    }
    if (!sums_inputs(stage.kind)) return;
    require(stage.channels == stage.in_channels, stage, "must have as many channels as its inputs");
    if (!program_.rate()) require(sum_of(stage) <= kResidualLimit, stage, "a sum of its inputs could leave 16 bits");
  }

  void check_encoder(const Stage& stage, bool last) const {
    const Encoder& e = stage.encoder;
    const bool wanted = stage.kind != StageKind::kAdd && stage.kind != StageKind::kInput && !last;
    require(e.present == wanted, stage, wanted ? "has no encoder" : "must not have an encoder");
    if (!wanted) return;
    require(e.threshold.size() == size(stage.channels), stage, "needs one threshold a channel");
    require(std::all_of(e.threshold.begin(), e.threshold.end(),
                        [](std::int32_t t) { return t >= 2 && t % 2 == 0 && t <= kThresholdLimit; }),
            stage, "thresholds must be even, from 2 to 2^20");
    require(e.lo >= -128 && e.lo <= 0 && e.hi >= 1 && e.hi <= 255, stage, "codes must span [-128..0, 1..255]");
    require(e.levels >= 0 && e.levels <= kMostLevels, stage, "levels must be 0 to 15");
  }

  /// Integer-units.md 2: no potential leaves 24 bits, whatever arrives in whatever order.
  void check_linear(const Stage& stage) const {
    const LinearParams& p = stage.linear;
    const std::size_t out = size(stage.channels), in = size(stage.in_channels);
    require(p.weight.size() == in * out, stage, "needs in_channels * channels weights");
    require(p.bias.size() == (p.bias_per_token ? size(stage.tokens) * out : out), stage, "wrong number of biases");
    if (program_.rate()) return;
    std::vector<std::int64_t> reach(out);
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t o = 0; o < out; ++o) reach[o] += std::abs(std::int64_t{p.weight[i * out + o]});
    const std::int64_t range = codes(stage, 0).range;
    for (std::size_t at = 0; at < p.bias.size(); ++at) {
      const std::int64_t threshold = stage.encoder.present ? stage.encoder.threshold[at % out] : 0;
      const std::int64_t worst = reach[at % out] * range + std::abs(std::int64_t{p.bias[at]}) + threshold;
      require(worst <= kPotentialLimit, stage, "a potential could leave 24 bits");
    }
  }

  void check_norm(const Stage& stage) const {
    const LayerNormParams& p = stage.layer_norm;
    const std::size_t channels = size(stage.channels);
    require(p.gain.size() == channels && p.bias.size() == channels, stage, "needs one gain and one bias a channel");
    const auto fits = [](const std::vector<std::int32_t>& values, std::int64_t limit) {
      return std::all_of(values.begin(), values.end(),
                         [limit](std::int32_t v) { return std::abs(std::int64_t{v}) <= limit; });
    };
    require(fits(p.bias, kPotentialLimit), stage, "a bias leaves 24 bits");
    if (!p.normalise) return require(fits(p.gain, (1 << 30) - 1), stage, "a gain leaves 31 bits");
    require(stage.channels <= kLayerNormMaxChannels, stage, "normalises more than 1024 channels");
    require(fits(p.gain, (1 << 21) - 1), stage, "a gain leaves 22 bits");
    require(p.epsilon >= 1 && p.epsilon <= std::int64_t{1} << 61, stage, "epsilon must be 1 to 2^61");
  }

  void check_product(const Stage& stage) const {
    const bool scores = stage.kind == StageKind::kScores;
    const Stage& second = input(stage, 1);
    const std::int64_t rows = std::int64_t{stage.heads} * second.tokens;
    require(scores ? stage.channels == rows : stage.in_channels == rows, stage, "rows are not heads * key tokens");
    require(second.channels == (scores ? stage.in_channels : stage.channels), stage,
            "its second input has another width");
    require(second.channels % stage.heads == 0, stage, "heads must divide the width");
    if (scores) {
      require(stage.softmax.scale >= 0, stage, "the softmax scale must not be negative");
    } else if (!program_.rate()) {
      const std::int64_t worst = second.tokens * codes(stage, 0).largest * codes(stage, 1).range;
      require(worst + stage.encoder.threshold.front() <= kPotentialLimit, stage, "a potential could leave 24 bits");
    }
  }

  void check_table(const Stage& stage) const {
    const GeluParams& p = stage.gelu;
    require(stage.channels == stage.in_channels, stage, "must have as many channels as its input");
    require(!p.table.empty() && p.table.size() <= 1 << 20, stage, "the table must have 1 to 2^20 entries");
    require(p.fraction_bits >= 0 && p.fraction_bits <= 16, stage, "fraction_bits must be 0 to 16");
    require(std::all_of(p.table.begin(), p.table.end(),
                        [](std::int32_t v) { return std::abs(std::int64_t{v}) <= kPotentialLimit - kAmdThreshold; }),
            stage, "a table entry leaves 24 bits");
    const Encoder& from = input(stage, 0).encoder;
    if (program_.rate()) return;
    require(from.present && p.first_code <= from.lo &&
                std::int64_t{p.first_code} + static_cast<std::int64_t>(p.table.size()) > from.hi,
            stage, "the table does not cover the codes of its input");
  }

  const Program& program_;
  std::vector<Codes> codes_;
};

}  // namespace

BadProgram::BadProgram(const std::string& program, const std::string& stage_, const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, fmt::format("{}{}{}: {}; convert the network again", program,
                                             stage_.empty() ? "" : ", stage ", stage_, what_is_wrong)),
      stage(stage_) {}

void check_program(const Program& program) { Checker(program).check(); }

}  // namespace ranvier::workloads
