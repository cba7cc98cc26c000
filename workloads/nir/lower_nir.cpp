// SPDX-License-Identifier: Apache-2.0
// The chain of a NIR network, layer by layer: weights between two layers of neurons become one kernel, every number of
// a layer is divided by its threshold, then scaled to whole numbers.
#include "workloads/nir/lower_nir.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_kernel.h"

namespace ranvier::workloads {
namespace {

constexpr double kDecaySteps = 4096;
constexpr std::int32_t kMostMantissa = 1 << 17;
constexpr std::int32_t kGoodMantissa = 64;  // below it a weight exponent makes the threshold finer
constexpr std::int32_t kMostExponent = 7;
constexpr double kMostBias = 4096;
constexpr std::int64_t kMostUnits = std::int64_t{1} << 24;

class Layer {
 public:
  Layer(const NirUnit& unit, NirKernel kernel, const NirLowering& how, const std::string& file)
      : unit_(unit), kernel_(std::move(kernel)), how_(how), file_(file) {
    channels_ = static_cast<std::size_t>(kernel_.window.out_channels);
    tokens_ = static_cast<std::size_t>(kernel_.window.out[0] * kernel_.window.out[1]);
  }

  Stage stage(NirQuantisation& did) {
    Stage stage;
    stage.name = unit_.path;
    stage.kind = StageKind::kLif;
    neuron(stage.cuba);
    stage.conv = conv_shape(kernel_, file_, unit_.path);
    stage.tokens = stage.conv.out_height * stage.conv.out_width;
    stage.channels = static_cast<std::int32_t>(channels_);
    stage.in_channels = static_cast<std::int32_t>(kernel_.window.in_channels);
    if (std::int64_t{stage.tokens} * stage.channels > kMostUnits)
      refuse(fmt::format("{} neurons, at most {}", std::int64_t{stage.tokens} * stage.channels, kMostUnits));
    quantise(stage, did);
    return stage;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw NirCannotLower(file_, unit_.path, why); }

  /// One a channel; neurons of a channel share their kernel, so they must be alike.
  std::vector<double> per_channel(const char* name, double otherwise) const {
    std::vector<double> values(channels_, otherwise);
    if (!unit_.node->has(name)) return values;
    const std::vector<double> given = unit_.node->numbers(name);
    for (std::size_t c = 0; c < channels_; ++c) {
      values[c] = given[given.size() == 1 ? 0 : c * tokens_];
      for (std::size_t t = 0; given.size() > 1 && t < tokens_; ++t) {
        if (given[c * tokens_ + t] != values[c])
          refuse(fmt::format("{} differs within channel {}; compartments of a channel share it", name, c));
      }
    }
    return values;
  }

  double uniform(const char* name, double otherwise) const {
    const auto values = per_channel(name, otherwise);
    for (const double v : values) {
      if (v != values.front())
        refuse(fmt::format("{} is {} and {}; compartments of a layer share it", name, values.front(), v));
    }
    return values.front();
  }

  /// Part of the old value that a step takes off, and what a step of input adds.
  struct Rate {
    double decay;
    double gain;
  };
  Rate rate(const char* name) const {
    const double a = how_.dt_seconds / uniform(name, 0);
    const double exact = -std::expm1(-a);
    if (how_.integration == NirIntegration::kForwardEuler) {
      if (a > 1) refuse(fmt::format("a step of {} times {}; take a shorter one", a, name));
      return {a, a};
    }
    return {exact, how_.integration == NirIntegration::kExponential ? exact : a};
  }

  std::int32_t whole_decay(double part) const {
    const double whole = kDecaySteps * part;
    return static_cast<std::int32_t>(how_.decays_round_down ? std::floor(whole) : std::round(whole));
  }

  /// Fills the decays; divides the kernel by the threshold and folds r, w_in and the gains of a step into it.
  void neuron(CubaParams& cuba) {
    const NirNode& node = *unit_.node;
    const auto threshold = per_channel("v_threshold", 0);
    const auto resistance = per_channel("r", 1);
    const auto w_in = per_channel("w_in", 1);
    if (uniform("v_reset", 0) != 0) refuse("v_reset is not 0; CUBA compartments reset to 0");
    double gain = how_.integrate_per_step ? 1 : how_.dt_seconds;
    double leak_gain = 0;
    if (node.type != "IF") {
      const bool synapse = node.type == "CubaLIF";
      const Rate membrane = rate(synapse ? "tau_mem" : "tau");
      gain = membrane.gain;
      leak_gain = membrane.decay;
      cuba.voltage_decay = whole_decay(membrane.decay);
      if (synapse) {
        const Rate current = rate("tau_syn");
        gain *= current.gain;
        cuba.current_decay = whole_decay(current.decay);
        const bool biased = std::any_of(kernel_.bias.begin(), kernel_.bias.end(), [](double v) { return v != 0; });
        if (biased) refuse("a bias into a current that decays; the bias of a compartment goes to its voltage");
      }
    }
    const auto leak = per_channel("v_leak", 0);
    for (std::size_t c = 0; c < channels_; ++c) {
      if (!(threshold[c] > 0)) refuse(fmt::format("threshold {} of channel {}; it must be above 0", threshold[c], c));
      const double factor = gain * resistance[c] * w_in[c] / threshold[c];
      for (std::size_t i = 0; i < kernel_.row(); ++i) kernel_.weight[c * kernel_.row() + i] *= factor;
      kernel_.bias[c] = kernel_.bias[c] * factor + leak_gain * leak[c] / threshold[c];
    }
  }

  /// Whole weights: threshold mantissa 2^-exponent of them make a threshold.
  void quantise(Stage& stage, NirQuantisation& did) {
    const std::int32_t most = (1 << (how_.weight_bits - 1)) - 1;
    double largest = 0;
    for (const double w : kernel_.weight) largest = std::max(largest, std::abs(w));
    CubaParams& cuba = stage.cuba;
    cuba.threshold_mantissa = how_.threshold_mantissa;
    if (how_.threshold_mantissa == 0) {
      const double per_threshold = largest > 0 ? most / largest : kMostMantissa;
      while (cuba.weight_exponent < kMostExponent && std::ldexp(per_threshold, cuba.weight_exponent) < kGoodMantissa)
        ++cuba.weight_exponent;
      cuba.threshold_mantissa = static_cast<std::int32_t>(
          std::min<double>(std::floor(std::ldexp(per_threshold, cuba.weight_exponent)), kMostMantissa));
    }
    const double scale = std::ldexp(cuba.threshold_mantissa, -cuba.weight_exponent);
    if (cuba.threshold_mantissa < 1 || std::round(largest * scale) > most) {
      refuse(fmt::format("a weight of {} thresholds does not fit {} bits; give more bits or another threshold mantissa",
                         largest, how_.weight_bits));
    }
    did.stage = stage.name;
    did.weight_unit = 1 / scale;
    did.weights = static_cast<std::int64_t>(kernel_.weight.size());
    stage.conv.weight.reserve(kernel_.weight.size());
    for (std::size_t c = 0; c < channels_; ++c) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < kernel_.row(); ++i) {
        const double w = kernel_.weight[c * kernel_.row() + i];
        const double whole = std::round(w * scale);
        did.largest_error = std::max(did.largest_error, std::abs(whole / scale - w));
        did.rounded_to_zero += whole == 0 && w != 0 ? 1 : 0;
        sum += std::llabs(static_cast<std::int64_t>(whole));
        stage.conv.weight.push_back(static_cast<std::int16_t>(whole));
      }
      if (sum > std::numeric_limits<std::int32_t>::max()) refuse("weights of a neuron whose sum exceeds 32 bits");
    }
    set_bias(cuba);
  }

  void set_bias(CubaParams& cuba) const {
    const double bias = kernel_.bias.front();
    if (std::any_of(kernel_.bias.begin(), kernel_.bias.end(), [&](double v) { return v != bias; }))
      refuse("biases or leaks that differ between its channels; compartments of a layer share one");
    double whole = std::round(bias * kThresholdUnits * cuba.threshold_mantissa);
    while (std::abs(whole) > kMostBias && cuba.bias_exponent < kMostExponent) {
      ++cuba.bias_exponent;
      whole = std::round(std::ldexp(bias * kThresholdUnits * cuba.threshold_mantissa, -cuba.bias_exponent));
    }
    if (std::abs(whole) > kMostBias) refuse(fmt::format("a bias of {} thresholds a step; it is too large", bias));
    cuba.bias_mantissa = static_cast<std::int32_t>(whole);
  }

  static constexpr double kThresholdUnits = 64;
  const NirUnit& unit_;
  NirKernel kernel_;
  const NirLowering& how_;
  const std::string& file_;
  std::size_t channels_ = 0;
  std::size_t tokens_ = 0;
};

/// From the only input to the only output, every unit with one source and one that it leads to.
std::vector<std::size_t> chain_of(const NirNetwork& network) {
  if (network.inputs.size() != 1 || network.outputs.size() != 1) {
    throw NirCannotLower(network.file, "",
                         fmt::format("{} inputs and {} outputs; there must be one of each", network.inputs.size(),
                                     network.outputs.size()));
  }
  std::vector<std::size_t> chain;
  for (std::size_t u = 0; u < network.units.size(); ++u) {
    const NirUnit& unit = network.units[u];
    const bool first = u == network.inputs.front();
    const bool follows = unit.from.size() == 1 && !chain.empty() && unit.from.front().unit == chain.back() &&
                         !unit.from.front().closes_cycle;
    if (first ? !chain.empty() || !unit.from.empty() : !follows) {
      throw NirCannotLower(network.file, unit.path,
                           unit.from.size() > 1 ? "several edges lead to it, or a cycle; stages form a chain"
                                                : "it does not follow on the node before; stages form a chain");
    }
    chain.push_back(u);
  }
  if (chain.back() != network.outputs.front())
    throw NirCannotLower(network.file, network.units[chain.back()].path, "the chain does not end in the output");
  return chain;
}

NirKernel scaled(NirKernel kernel, const NirUnit& unit, const std::string& file) {
  const std::vector<double> scale = unit.node->numbers("scale");
  const auto channels = static_cast<std::size_t>(kernel.window.out_channels);
  if (scale.size() != 1 && scale.size() != channels)
    throw NirCannotLower(file, unit.path, "a factor for each position; kernels are shared over them");
  for (std::size_t c = 0; c < channels; ++c) {
    const double factor = scale[scale.size() == 1 ? 0 : c];
    for (std::size_t i = 0; i < kernel.row(); ++i) kernel.weight[c * kernel.row() + i] *= factor;
    kernel.bias[c] *= factor;
  }
  return kernel;
}

void check(const NirLowering& how, const std::string& file) {
  if (how.timesteps < 1) throw NirCannotLower(file, "", fmt::format("{} steps; give at least 1", how.timesteps));
  if (how.weight_bits < 2 || how.weight_bits > 16)
    throw NirCannotLower(file, "", fmt::format("weights of {} bits; give 2 to 16", how.weight_bits));
  if (how.integration == NirIntegration::kExact)
    throw NirCannotLower(file, "", "compartments spike at the end of a step; take another integration than exact");
  if (how.threshold_mantissa < 0 || how.threshold_mantissa > kMostMantissa)
    throw NirCannotLower(file, "",
                         fmt::format("threshold mantissa {}; give 0 to {}", how.threshold_mantissa, kMostMantissa));
}

Stage input_stage(const NirKernel& input) {
  Stage stage;
  stage.name = "input";
  stage.kind = StageKind::kInput;
  stage.tokens = static_cast<std::int32_t>(input.window.in[0] * input.window.in[1]);
  stage.channels = static_cast<std::int32_t>(input.window.in_channels);
  stage.in_channels = stage.channels;
  return stage;
}

}  // namespace

LoweredNir lower_nir(const NirFile& file, const NirLowering& how) {
  check(how, file.path);
  const NirNetwork network = make_nir_network(file);
  const std::vector<std::size_t> chain = chain_of(network);
  LoweredNir lowered;
  Program& program = lowered.program;
  program.name = file.path;
  program.input_code_max = 1;
  program.timesteps = how.timesteps;
  NirKernel pending;
  bool loose = false;  // weights that no neurons follow yet
  for (const std::size_t u : chain) {
    const NirUnit& unit = network.units[u];
    const std::string& type = unit.node->type;
    if (u == chain.front()) {
      if (nir_count(unit.out_shape) > kMostUnits || unit.out_shape.size() > 3) {
        throw NirCannotLower(file.path, unit.path,
                             fmt::format("an input of {}; [channels], [channels, length] or "
                                         "[channels, height, width] with at most {} values",
                                         nir_shape_text(unit.out_shape), kMostUnits));
      }
      pending = identity_kernel(unit.out_shape);
      program.stages.push_back(input_stage(pending));
    } else if (type == "IF" || type == "LIF" || type == "CubaLIF") {
      const StageId before(program.stages.size() - 1);
      const NirWindow& w = pending.window;
      const NirShape out =
          w.out[0] * w.out[1] == 1 ? NirShape{w.out_channels} : NirShape{w.out_channels, w.out[0], w.out[1]};
      lowered.stages.emplace_back();
      Stage stage = Layer(unit, std::move(pending), how, file.path).stage(lowered.stages.back());
      stage.inputs = {{before, 1}};
      program.stages.push_back(std::move(stage));
      pending = identity_kernel(out);
      loose = false;
    } else if (type == "Scale") {
      pending = scaled(std::move(pending), unit, file.path);
      loose = true;
    } else if (type.starts_with("Conv") || type.ends_with("Pool2d") || type == "Affine" || type == "Linear") {
      pending = composed(pending, kernel_of(unit, pending, file.path), file.path, unit.path);
      loose = true;
    } else if (type != "Flatten" && type != "Input" && type != "Output") {
      throw NirCannotLower(file.path, unit.path, fmt::format("a {} is none of IF, LIF and CubaLIF", type));
    }
  }
  if (loose || program.stages.size() < 2)
    throw NirCannotLower(file.path, network.units[chain.back()].path,
                         "no neurons before the output; a spike count is what is read");
  if (program.stages.back().tokens != 1)
    throw NirCannotLower(file.path, program.stages.back().name,
                         "the last layer has several positions; end in a dense one, one neuron a class");
  return lowered;
}

}  // namespace ranvier::workloads
