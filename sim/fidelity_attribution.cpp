// SPDX-License-Identifier: Apache-2.0
#include "sim/fidelity_attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ranvier::sim {
namespace {

double error_against(Cycles model, Cycles truth) {
  return static_cast<double>((model - truth).count()) / static_cast<double>(std::max<std::int64_t>(1, truth.count()));
}

std::string percent(double fraction) { return fmt::format("{:+.1f} %", 100 * fraction); }

/// The mechanism without which the error is smaller by most, if there is any.
std::string name_assumption(const Attribution& a, double error, double work_error) {
  double from = error;
  double best_fall = 0;
  std::string best;
  const auto consider = [&](double left, const std::string& what) {
    const double fall = std::abs(from) - std::abs(left);
    if (fall > best_fall) {
      best_fall = fall;
      best = fmt::format("{}: without it the error is {} instead of {}", what, percent(left), percent(from));
    }
    from = left;
  };
  consider(work_error, "synchronisation (a step is rounded up to whole phases)");
  for (std::size_t i = a.lines.size(); i-- > 1;) {
    if (a.lines[i].mechanism <= Mechanism::kHeadLatency) break;
    consider(a.lines[i - 1].error_left, std::string(name_of(a.lines[i].mechanism)));
  }
  if (error == 0) return {};
  if (best.empty() || best_fall < std::abs(error) / 4)
    return fmt::format(
        "how emission, head latency, queues and core work are put together: no mechanism taken out of `cycle` makes "
        "the "
        "error much smaller; without any waiting in the network it is {}",
        percent(a.lines[static_cast<std::size_t>(Mechanism::kHeadLatency)].error_left));
  return best;
}

}  // namespace

Attribution attribute(const FidelityCheck& check, Fidelity fidelity, const std::vector<Rung>& rungs,
                      Duration clock_period) {
  Attribution a;
  a.step = of(check.summary, fidelity).worst_step;
  const StepComparison& step = check.steps[a.step];
  const auto first = std::find_if(check.steps.begin(), check.steps.end(),
                                  [&](const StepComparison& s) { return s.image == step.image; });
  const auto within = a.step - static_cast<std::size_t>(first - check.steps.begin());
  const Cycles model = of(step.work, fidelity);
  Cycles below;
  const auto add = [&](Mechanism mechanism, Cycles work) {
    a.lines.push_back({mechanism, work, work - below, error_against(model, work)});
    below = work;
  };
  for (const Rung& rung : rungs) {
    a.events_were_lost = a.events_were_lost || rung.lost > 0 || within >= rung.work.size();
    add(rung.mechanism, within < rung.work.size() ? rung.work[within] : Cycles(0));
  }
  add(Mechanism::kReceiveFifo, of(step.work, Fidelity::kCycle));
  a.synchronisation =
      Cycles(of(step.duration, Fidelity::kCycle).count() / clock_period.count()) - of(step.work, Fidelity::kCycle);
  a.assumption = name_assumption(a, of(step.error, fidelity), of(step.work_error, fidelity));
  return a;
}

}  // namespace ranvier::sim
