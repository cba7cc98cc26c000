// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/counted.h"
#include "cli/fidelity_output.h"
#include "report/format.h"
#include "report/text_table.h"

namespace ranvier::cli {
namespace {

using report::count_text;
using sim::Fidelity;
using sim::of;

constexpr Fidelity kModels[] = {Fidelity::kAnalytic, Fidelity::kFast};

std::string percent(double fraction) { return fmt::format("{:+.2f} %", 100 * fraction); }
std::string name_of(Fidelity f) {
  return f == Fidelity::kAnalytic ? "analytic" : f == Fidelity::kFast ? "fast" : "cycle";
}
template <class T>
std::string three(const sim::ByFidelity<T>& q) {
  return fmt::format("{} / {} / {}", q[0].count(), q[1].count(), q[2].count());
}

/// The `most` first of 0..count-1 by descending key, in ascending order.
template <class Key>
std::vector<std::size_t> largest(std::size_t count, std::size_t most, Key&& key) {
  std::vector<std::size_t> chosen(count);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  chosen.resize(std::min(count, most));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::string step_name(const sim::StepComparison& s) {
  return fmt::format("{}/{}{}", s.image, s.step, s.readout ? " readout" : s.saturated ? " sat." : "");
}

std::string steps_text(const sim::FidelityCheck& check, std::size_t most) {
  report::TextTable table({"image/step", "events", "time us a/f/c", "analytic", "fast", "compute cycles a/f/c",
                           "network cycles a/f/c", "link use"});
  const auto worst_error = [&](std::size_t i) {
    return std::max(std::abs(of(check.steps[i].error, kModels[0])), std::abs(of(check.steps[i].error, kModels[1])));
  };
  for (const std::size_t i : largest(check.steps.size(), most, worst_error)) {
    const sim::StepComparison& s = check.steps[i];
    table.row({step_name(s), count_text(s.events),
               fmt::format("{:.3f} / {:.3f} / {:.3f}", microseconds(s.duration[0]), microseconds(s.duration[1]),
                           microseconds(s.duration[2])),
               percent(of(s.error, Fidelity::kAnalytic)), percent(of(s.error, Fidelity::kFast)), three(s.compute),
               three(s.network), report::percent_text(s.utilisation)});
  }
  return fmt::format("Steps ({} of {}{}; a/f/c: analytic, fast, cycle; time includes synchronisation)\n{}",
                     std::min(most, check.steps.size()), check.steps.size(),
                     check.steps.size() > most ? ", the largest errors" : "", table.text(false));
}

std::string cores_text(const sim::FidelityCheck& check, std::size_t most) {
  report::TextTable table(
      {"core", "layers", "busy cycles", "energy nJ a/f/c", "receive peak a/f/c", "relay peak a/f/c"}, {0, 1});
  const auto busy = [&](std::size_t i) { return of(check.cores[i].busy, Fidelity::kCycle).count(); };
  for (const std::size_t i : largest(check.cores.size(), most, busy)) {
    const sim::CoreComparison& c = check.cores[i];
    const bool same = c.busy[0] == c.busy[2] && c.busy[1] == c.busy[2];
    table.row({fmt::format("{}", c.core.value()), c.stages.size() > 32 ? c.stages.substr(0, 31) + "~" : c.stages,
               same ? count_text(c.busy[2].count()) : three(c.busy),
               fmt::format("{:.2f} / {:.2f} / {:.2f}", nanojoules(c.energy[0]), nanojoules(c.energy[1]),
                           nanojoules(c.energy[2])),
               fmt::format("{} / {} / {}", c.peak_receive_fifo[0], c.peak_receive_fifo[1], c.peak_receive_fifo[2]),
               fmt::format("{} / {} / {}", c.peak_relay_buffer[0], c.peak_relay_buffer[1], c.peak_relay_buffer[2])});
  }
  return fmt::format("Cores ({} of {}, the busiest; energy includes static shares, which go by time)\n{}",
                     std::min(most, check.cores.size()), check.cores.size(), table.text(false));
}

std::string counts_text(const sim::FidelityCheck& check) {
  std::string text = "Counts, which must not differ\n";
  for (const sim::CountComparison& c : check.counts) {
    text += c.equal ? fmt::format("  {:<26} equal ({})\n", c.name, c.total[2])
                    : fmt::format("  {:<26} DIFFERENT: {}\n", c.name, c.first_difference);
  }
  return text;
}

std::string summary_text(const sim::FidelityCheck& check) {
  report::TextTable table(
      {"against cycle", "mean", "95th percentile", "worst", "worst below saturation", "bias", "total time", "wall s"});
  for (const Fidelity f : kModels) {
    const sim::ErrorSummary& s = of(check.summary, f);
    table.row({name_of(f), report::percent_text(s.mean, 2), report::percent_text(s.percentile95, 2),
               report::percent_text(s.worst, 2), report::percent_text(s.worst_below_saturation, 2), percent(s.bias),
               percent(s.total_time), fmt::format("{:.3f}", of(check.wall_s, f))});
  }
  table.row({"cycle", "", "", "", "", "", "", fmt::format("{:.3f}", of(check.wall_s, Fidelity::kCycle))});
  const auto saturated =
      std::count_if(check.steps.begin(), check.steps.end(), [](const auto& s) { return s.saturated; });
  return fmt::format(
      "Errors of step time\n{}{} of {} steps load a link beyond what saturates these routers ({} of its cycles)\n",
      table.text(false), saturated, check.steps.size(), report::percent_text(check.saturation_share));
}

std::string attribution_text(const sim::FidelityCheck& check, std::size_t i) {
  const sim::Attribution& a = check.attributions[i];
  const sim::StepComparison& step = check.steps[a.step];
  const Fidelity model = kModels[i];
  std::string text =
      fmt::format("Worst step of {}: image {}, {} ({}), {}\n", name_of(model), step.image,
                  step.readout ? "readout" : fmt::format("step {}", step.step), percent(of(step.error, model)),
                  step.saturated ? "above saturation" : "below saturation");
  report::TextTable table(
      {"put in, one after the other", "adds cycles", "work cycles", name_of(model) + " against it"});
  for (const auto& line : a.lines) {
    table.row({std::string(sim::name_of(line.mechanism)), fmt::format("{:+}", line.added.count()),
               count_text(line.work.count()),
               line.mechanism < sim::Mechanism::kHeadLatency ? "" : percent(line.error_left)});
  }
  table.row({"synchronisation", fmt::format("{:+}", a.synchronisation.count()),
             count_text((a.lines.back().work + a.synchronisation).count()), percent(of(step.error, model))});
  text += table.text(false);
  if (a.events_were_lost) text += "Some of these runs lost events: their times are not comparable.\n";
  if (!a.assumption.empty()) text += fmt::format("The error comes from {}\n", a.assumption);
  return text;
}

}  // namespace

std::string fidelity_text(const FidelityJob& job, const sim::FidelityCheck& check, std::size_t most) {
  std::string text =
      fmt::format("{} on {} ({}, {}), {}, {} of {}\n\n", job.workload, job.target, job.schedule, job.preset,
                  counted(job.images, "image"), counted(job.cores, "core"), counted(job.chips, "chip"));
  text +=
      steps_text(check, most) + "\n" + cores_text(check, most) + "\n" + counts_text(check) + "\n" + summary_text(check);
  for (std::size_t i = 0; i < check.attributions.size(); ++i) text.append("\n").append(attribution_text(check, i));
  return text;
}

}  // namespace ranvier::cli
