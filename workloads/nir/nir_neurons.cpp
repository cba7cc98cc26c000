// SPDX-License-Identifier: Apache-2.0
// Nodes with a state. Equations: NIR's own (Pedersen et al. 2024, table 1); how a step of them is taken: NirRules.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/nir/nir_errors.h"
#include "workloads/nir/nir_unit_model.h"

namespace ranvier::workloads {
namespace {

constexpr double kMostSpikes = 1e9;  // in one step of one neuron
constexpr std::size_t kMostDelayValues = std::size_t{1} << 25;

/// A parameter of one value or of one a neuron.
class PerNeuron {
 public:
  PerNeuron(const NirNode& node, const char* name, double otherwise = 0)
      : values_(node.has(name) ? node.numbers(name) : std::vector<double>{otherwise}) {}
  double operator[](std::size_t neuron) const { return values_[values_.size() == 1 ? 0 : neuron]; }

 private:
  std::vector<double> values_;
};

/// v after a step without a threshold, towards `leak` + `drive`.
double relaxed(double v, double leak, double drive, double tau, const NirRules& rules) {
  const double a = rules.dt_seconds / tau;
  switch (rules.integration) {
    case NirIntegration::kForwardEuler:
      return v + a * (leak - v + drive);
    case NirIntegration::kExponentialScaled:
      return leak + (v - leak) * std::exp(-a) + a * drive;
    default:
      return leak + (v - leak) * std::exp(-a) - std::expm1(-a) * drive;
  }
}

/// I and LI, IF and LIF, CubaLI and CubaLIF.
class Neurons : public NirUnitModel {
 public:
  Neurons(const NirUnit& unit, const NirRules& rules, const std::string& file)
      : rules_(rules),
        fires_(unit.node->has("v_threshold")),
        current_(unit.node->has("tau_syn")),
        leaks_(current_ || unit.node->has("tau")),
        r_(*unit.node, "r"),
        leak_(*unit.node, "v_leak"),
        threshold_(*unit.node, "v_threshold"),
        reset_(*unit.node, "v_reset"),
        tau_(*unit.node, current_ ? "tau_mem" : "tau"),
        tau_syn_(*unit.node, "tau_syn"),
        w_in_(*unit.node, "w_in", 1),
        v_(static_cast<std::size_t>(nir_count(unit.out_shape)), 0.0),
        i_(current_ ? v_.size() : 0, 0.0) {
    if (current_ && rules.integration == NirIntegration::kExact) {
      throw NirCannotSimulate(file, unit.path,
                              fmt::format("the crossing time of a {} has no closed form; take another integration than "
                                          "exact",
                                          unit.node->type));
    }
    for (std::size_t n = 0; fires_ && n < v_.size(); ++n) check_threshold(n, unit, file);
  }

  void restart() override {
    std::fill(v_.begin(), v_.end(), 0.0);
    std::fill(i_.begin(), i_.end(), 0.0);
  }
  std::span<const double> voltage() const override { return v_; }
  bool spikes() const override { return fires_; }

  void step(std::span<const double> in, std::span<double> out) override {
    for (std::size_t n = 0; n < v_.size(); ++n) {
      if (current_) i_[n] = relaxed(i_[n], 0, w_in_[n] * in[n], tau_syn_[n], rules_);
      const double drive = r_[n] * (current_ ? i_[n] : in[n]);
      out[n] = fires_ ? fire(n, drive) : (v_[n] = updated(n, drive));
    }
  }

 private:
  void check_threshold(std::size_t n, const NirUnit& unit, const std::string& file) const {
    const bool subtract = rules_.reset == NirReset::kSubtractThreshold;
    if (subtract ? threshold_[n] > 0 : reset_[n] < threshold_[n]) return;
    throw NirCannotSimulate(
        file, unit.path,
        subtract ? fmt::format("neuron {}: threshold {} cannot be subtracted; it must be above 0", n, threshold_[n])
                 : fmt::format("neuron {}: reset voltage {} is not below threshold {}", n, reset_[n], threshold_[n]));
  }

  double updated(std::size_t n, double drive) const {
    if (leaks_) return relaxed(v_[n], leak_[n], drive, tau_[n], rules_);
    return v_[n] + (rules_.integrate_per_step ? 1.0 : rules_.dt_seconds) * drive;
  }

  bool above(double v, std::size_t n) const { return rules_.threshold_fires ? v >= threshold_[n] : v > threshold_[n]; }

  double fire(std::size_t n, double drive) {
    if (rules_.integration == NirIntegration::kExact) return fire_within(n, drive);
    const bool before = rules_.test == NirSpikeTest::kNextStep;
    const double judged = before ? v_[n] : 0;
    const double v = updated(n, drive);
    const double tested = before ? judged : v;
    v_[n] = v;
    if (!above(tested, n)) return 0;
    if (rules_.reset == NirReset::kToResetVoltage) {
      v_[n] = reset_[n];
      return 1;
    }
    double count = 1;
    if (rules_.several_spikes) {
      count = std::floor(tested / threshold_[n]);
      if (!rules_.threshold_fires && count * threshold_[n] == tested && count > 1) --count;
      count = std::min(count, kMostSpikes);
    }
    v_[n] -= count * threshold_[n];
    return count;
  }

  /// The drive is constant in the step, so the time of each crossing has a closed form; v goes on from the reset.
  double fire_within(std::size_t n, double drive) {
    const double reset = rules_.reset == NirReset::kToResetVoltage ? reset_[n] : 0;
    const double threshold = threshold_[n];
    if (!leaks_) {
      const double slope = drive * (rules_.integrate_per_step ? 1.0 / rules_.dt_seconds : 1.0);
      const auto time_from = [&](double v) { return slope > 0 ? (threshold - v) / slope : HUGE_VAL; };
      return fire_by(n, reset, time_from, [&](double v, double seconds) { return v + slope * seconds; });
    }
    const double end = leak_[n] + drive;
    const double tau = tau_[n];
    const auto time_from = [&](double v) {
      return end > threshold ? tau * std::log((end - v) / (end - threshold)) : HUGE_VAL;
    };
    return fire_by(n, reset, time_from,
                   [&](double v, double seconds) { return end + (v - end) * std::exp(-seconds / tau); });
  }

  template <class TimeFrom, class After>
  double fire_by(std::size_t n, double reset, TimeFrom&& time_from, After&& after) {
    double left = rules_.dt_seconds;
    const double first = above(v_[n], n) ? 0 : time_from(v_[n]);
    if (!(first < left)) {
      v_[n] = after(v_[n], left);
      return 0;
    }
    left -= first;
    const double between = time_from(reset);
    const double more = std::min(std::floor(left / between), kMostSpikes);
    v_[n] = after(reset, left - more * between);
    return 1 + more;
  }

  NirRules rules_;
  bool fires_;
  bool current_;
  bool leaks_;
  PerNeuron r_, leak_, threshold_, reset_, tau_, tau_syn_, w_in_;
  std::vector<double> v_;
  std::vector<double> i_;
};

class Threshold : public NirUnitModel {
 public:
  explicit Threshold(const NirNode& node) : threshold_(node, "threshold") {}
  bool spikes() const override { return true; }
  void step(std::span<const double> in, std::span<double> out) override {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] > threshold_[i] ? 1 : 0;
  }

 private:
  PerNeuron threshold_;
};

/// Each value arrives as many whole steps later as its delay is nearest to.
class Delay : public NirUnitModel {
 public:
  Delay(const NirUnit& unit, const NirRules& rules, const std::string& file) {
    const PerNeuron delay(*unit.node, "delay");
    std::size_t values = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(nir_count(unit.out_shape)); ++i) {
      const double steps = std::round(delay[i] / rules.dt_seconds);
      if (steps < kMostDelayValues) values += static_cast<std::size_t>(steps) + 1;
      if (!(steps < kMostDelayValues) || values > kMostDelayValues) {
        throw NirCannotSimulate(file, unit.path,
                                fmt::format("a delay of {} s is {} steps; take a longer step", delay[i], steps));
      }
      lines_.emplace_back(static_cast<std::size_t>(steps) + 1, 0.0);
    }
  }
  void restart() override {
    for (auto& line : lines_) std::fill(line.begin(), line.end(), 0.0);
  }
  void step(std::span<const double> in, std::span<double> out) override {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      auto& line = lines_[i];
      line[now_ % line.size()] = in[i];
      out[i] = line[(now_ + 1) % line.size()];
    }
    ++now_;
  }

 private:
  std::vector<std::vector<double>> lines_;
  std::size_t now_ = 0;
};

}  // namespace

std::unique_ptr<NirUnitModel> make_nir_neurons(const NirUnit& unit, const NirRules& rules, const std::string& file) {
  const std::string& type = unit.node->type;
  if (type == "Threshold") return std::make_unique<Threshold>(*unit.node);
  if (type == "Delay") return std::make_unique<Delay>(unit, rules, file);
  for (const char* known : {"I", "LI", "IF", "LIF", "CubaLI", "CubaLIF"}) {
    if (type == known) return std::make_unique<Neurons>(unit, rules, file);
  }
  return nullptr;
}

}  // namespace ranvier::workloads
