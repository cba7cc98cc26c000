// SPDX-License-Identifier: Apache-2.0
#include "cli/fidelity_output.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ranvier::cli {
namespace {

using nlohmann::ordered_json;
using sim::Fidelity;
using sim::of;

constexpr const char* kNames[] = {"analytic", "fast", "cycle"};

template <class T, class Read>
ordered_json by_fidelity(const sim::ByFidelity<T>& values, Read&& read) {
  ordered_json j;
  for (std::size_t f = 0; f < sim::kFidelities; ++f) j[kNames[f]] = read(values[f]);
  return j;
}
template <class T>
ordered_json counts_of(const sim::ByFidelity<T>& values) {
  return by_fidelity(values, [](const T& v) { return v.count(); });
}
ordered_json plain(const sim::ByFidelity<std::int64_t>& values) {
  return by_fidelity(values, [](std::int64_t v) { return v; });
}
/// Energies of large runs leave 63 bits; then as text.
ordered_json wide(Wide value) {
  const auto narrow = static_cast<std::int64_t>(value);
  return narrow == value ? ordered_json(narrow) : ordered_json(fmt::format("{}", value));
}
ordered_json errors(const sim::ByFidelity<double>& values) {
  return {{"analytic", of(values, Fidelity::kAnalytic)}, {"fast", of(values, Fidelity::kFast)}};
}

ordered_json step_json(const sim::StepComparison& s) {
  return {{"image", s.image},
          {"step", s.step},
          {"readout", s.readout},
          {"events", s.events},
          {"packets", s.packets},
          {"time_ns", by_fidelity(s.duration, [](Duration d) { return nanoseconds(d); })},
          {"work_cycles", counts_of(s.work)},
          {"compute_cycles", counts_of(s.compute)},
          {"network_cycles", counts_of(s.network)},
          {"error", errors(s.error)},
          {"work_error", errors(s.work_error)},
          {"fullest_link_share", s.utilisation},
          {"saturated", s.saturated}};
}

ordered_json core_json(const sim::CoreComparison& c) {
  return {{"core", c.core.value()},
          {"layers", c.stages},
          {"busy_cycles", counts_of(c.busy)},
          {"energy_nj", by_fidelity(c.energy, [](Energy e) { return nanojoules(e); })},
          {"peak_receive_fifo_events", plain(c.peak_receive_fifo)},
          {"peak_relay_buffer_events", plain(c.peak_relay_buffer)}};
}

ordered_json count_json(const sim::CountComparison& c) {
  ordered_json j{{"name", c.name}, {"equal", c.equal}, {"total", by_fidelity(c.total, wide)}};
  if (!c.equal) j["first_difference"] = c.first_difference;
  return j;
}

ordered_json summary_json(const sim::ErrorSummary& s) {
  return {{"mean", s.mean},   {"percentile_95", s.percentile95},
          {"worst", s.worst}, {"worst_below_saturation", s.worst_below_saturation},
          {"bias", s.bias},   {"total_time", s.total_time}};
}

ordered_json attribution_json(const sim::FidelityCheck& check, const sim::Attribution& a) {
  ordered_json lines = ordered_json::array();
  for (const auto& line : a.lines) {
    ordered_json j{{"mechanism", sim::name_of(line.mechanism)},
                   {"added_cycles", line.added.count()},
                   {"work_cycles", line.work.count()}};
    if (line.mechanism >= sim::Mechanism::kHeadLatency) j["error_left"] = line.error_left;
    lines.push_back(std::move(j));
  }
  const sim::StepComparison& step = check.steps[a.step];
  return {{"image", step.image},        {"step", step.step},
          {"readout", step.readout},    {"saturated", step.saturated},
          {"mechanisms", lines},        {"synchronisation_cycles", a.synchronisation.count()},
          {"assumption", a.assumption}, {"events_were_lost", a.events_were_lost}};
}

template <class List, class One>
ordered_json list(const List& all, One&& one) {
  ordered_json j = ordered_json::array();
  for (const auto& item : all) j.push_back(one(item));
  return j;
}

}  // namespace

std::string fidelity_json(const FidelityJob& job, const sim::FidelityCheck& check) {
  const auto saturated =
      std::count_if(check.steps.begin(), check.steps.end(), [](const auto& s) { return s.saturated; });
  ordered_json j{{"workload", job.workload},
                 {"target", job.target},
                 {"schedule", job.schedule},
                 {"preset", job.preset},
                 {"images", job.images},
                 {"cores", job.cores},
                 {"chips", job.chips},
                 {"latency_us", by_fidelity(check.runs, [](const auto& r) { return microseconds(r.total_time); })},
                 {"wall_s", by_fidelity(check.wall_s, [](double s) { return s; })},
                 {"counts_equal", check.counts_equal()},
                 {"error",
                  {{"analytic", summary_json(of(check.summary, Fidelity::kAnalytic))},
                   {"fast", summary_json(of(check.summary, Fidelity::kFast))}}},
                 {"saturation_share", check.saturation_share},
                 {"saturated_steps", saturated},
                 {"counts", list(check.counts, count_json)},
                 {"steps", list(check.steps, step_json)},
                 {"per_core", list(check.cores, core_json)}};
  if (check.attributions.size() == 2) {
    j["worst_step"] = {{"analytic", attribution_json(check, check.attributions[0])},
                       {"fast", attribution_json(check, check.attributions[1])}};
  }
  return j.dump(2);
}

std::string fidelity_csv(const sim::FidelityCheck& check) {
  std::string text =
      "image,step,readout,events,packets,analytic_ns,fast_ns,cycle_ns,analytic_error,fast_error,"
      "analytic_work_cycles,fast_work_cycles,cycle_work_cycles,analytic_compute_cycles,fast_compute_cycles,"
      "cycle_compute_cycles,analytic_network_cycles,fast_network_cycles,cycle_network_cycles,fullest_link_share,"
      "saturated\n";
  for (const sim::StepComparison& s : check.steps) {
    text += fmt::format("{},{},{:d},{},{},{},{},{},{:.6f},{:.6f},", s.image, s.step, s.readout, s.events, s.packets,
                        nanoseconds(s.duration[0]), nanoseconds(s.duration[1]), nanoseconds(s.duration[2]),
                        of(s.error, Fidelity::kAnalytic), of(s.error, Fidelity::kFast));
    for (const auto* cycles : {&s.work, &s.compute, &s.network})
      for (const Cycles c : *cycles) text += fmt::format("{},", c.count());
    text += fmt::format("{:.6f},{:d}\n", s.utilisation, s.saturated);
  }
  return text;
}

}  // namespace ranvier::cli
