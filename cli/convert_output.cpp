// SPDX-License-Identifier: Apache-2.0
#include "cli/convert_output.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ranvier::cli {
namespace {

using Json = nlohmann::ordered_json;
using workloads::SpikingStageLoss;
using workloads::StageWork;

constexpr const char* kEnergyLabel =
    "arithmetic only, 45 nm: 0.9 pJ an add, 4.6 pJ a multiply-add (Rathi and Roy, 2021); no memory, routing, state or "
    "static power";

double per_image(std::int64_t count, const ConvertResult& r) {
  return static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(r.loss.images, 1));
}

double share(std::size_t part, const ConvertResult& r) { return per_image(static_cast<std::int64_t>(part), r); }

std::string class_name(const ConvertResult& r, std::size_t c) {
  return c < r.class_names.size() ? r.class_names[c] : std::to_string(c);
}

std::int64_t dense_macs(const ConvertResult& r) {
  return std::accumulate(r.macs.begin(), r.macs.end(), std::int64_t{0});
}

StageWork total_work(const ConvertResult& r) {
  StageWork total;
  for (const SpikingStageLoss& stage : r.loss.stages) {
    total += stage.work;
    total.neurons += stage.work.neurons;
  }
  return total;
}

Json stages_json(const ConvertResult& r) {
  Json stages = Json::array();
  for (std::size_t s = 0; s < r.loss.stages.size(); ++s) {
    const SpikingStageLoss& stage = r.loss.stages[s];
    Json row = {{"stage", stage.name}};
    row["float_error"] = r.has_float ? Json(stage.float_error) : Json();
    row["integer_error"] = r.has_integer ? Json(stage.integer_error) : Json();
    if (r.report) row["rounding_error"] = r.report->stages[s].integer_error;
    row["events"] = per_image(stage.work.events, r);
    row["adds"] = per_image(stage.work.adds, r);
    row["multiply_adds"] = per_image(stage.work.multiply_adds, r);
    row["state_reads"] = per_image(stage.work.state_reads, r);
    row["neurons"] = stage.work.neurons;
    row["macs"] = r.macs[s];
    stages.push_back(std::move(row));
  }
  return stages;
}

Json ladder_json(const ConvertResult& r) {
  Json ladder = Json::array();
  for (const std::int64_t step : ladder_steps(r)) {
    const auto at = static_cast<std::size_t>(step - 1);
    Json row = {{"step", step}};
    if (r.has_integer) row["agreement_integer"] = share(r.loss.integer_by_step[at], r);
    if (r.loss.labelled) row["accuracy"] = share(r.loss.correct_by_step[at], r);
    ladder.push_back(std::move(row));
  }
  return ladder;
}

/// Classes whose names begin with an underscore (silence, unknown words) are told apart from the rest.
void print_named_classes(const ConvertResult& r) {
  workloads::ClassHits named;
  std::size_t classes = 0;
  const auto& by_class = r.report->by_class;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    if (class_name(r, c).starts_with('_')) continue;
    ++classes;
    named.images += by_class[c].images;
    named.floating += by_class[c].floating;
    named.integer += by_class[c].integer;
  }
  if (classes == by_class.size() || named.images == 0) return;
  const double percent = 100.0 / static_cast<double>(named.images);
  fmt::print("  without {} classes in underscores, {} images: float {:.2f} %, integer {:.2f} %\n",
             by_class.size() - classes, named.images, percent * static_cast<double>(named.floating),
             percent * static_cast<double>(named.integer));
}

void print_report(const ConvertResult& r) {
  if (!r.weights_note.empty()) fmt::print("\n{}", r.weights_note);
  if (!r.has_float) fmt::print("\nthe file holds no float weights: no float accuracy and no float error");
  if (!r.report) {
    fmt::print("\n");
    return;
  }
  if (r.report->labelled) {
    fmt::print("\naccuracy on {} images: float {:.2f} %, integer {:.2f} %\n", r.report->images,
               r.report->accuracy_float, r.report->accuracy_integer);
    print_named_classes(r);
  } else {
    fmt::print("\n{} images without labels\n", r.report->images);
  }
  fmt::print("same class as the float network: {:.2f} %\n", r.report->agreement_float);
  if (r.report->recorded_gap)
    fmt::print("largest difference of a float logit from the recorded ones: {:.2g}\n", *r.report->recorded_gap);
}

void print_ladder(const ConvertResult& r) {
  const auto steps = ladder_steps(r);
  if (steps.size() < 2) return;
  const auto row = [&r](const std::string& step, const std::string& accuracy, const std::string& same) {
    fmt::print("{:>8}{}{}\n", step, r.loss.labelled ? fmt::format("{:>12}", accuracy) : "",
               r.has_integer ? fmt::format("{:>26}", same) : "");
  };
  fmt::print("\n");
  row("step", "accuracy", "class as integer network");
  for (const std::int64_t step : steps) {
    const auto at = static_cast<std::size_t>(step - 1);
    row(std::to_string(step), fmt::format("{:.2f} %", 100 * share(r.loss.correct_by_step[at], r)),
        fmt::format("{:.2f} %", 100 * share(r.loss.integer_by_step[at], r)));
  }
}

void print_spiking(const ConvertResult& r) {
  const std::string how = r.schedule.empty() ? r.method : r.method + ", " + r.schedule;
  const std::string accuracy =
      r.loss.labelled ? fmt::format("accuracy {:.2f} %, ", 100 * share(r.loss.correct, r)) : "";
  const std::string same = r.has_integer ? fmt::format(", {:.2f} % in the class of the integer network",
                                                       100 * share(r.loss.same_as_integer, r))
                                         : "";
  fmt::print("{} on {} images: {}{} steps{}\n", how, r.loss.images, accuracy, r.loss.steps, same);
  if (r.has_float && r.loss.labelled)
    fmt::print("the float network on the same images: {:.2f} %\n", 100 * share(r.loss.float_correct, r));
  if (r.method == "spikezip" && r.loss.at_rest < r.loss.images)
    fmt::print("stopped after {} steps, before rest; at rest they are the integer network bit for bit\n", r.loss.steps);
  else if (r.method == "spikezip")
    fmt::print("{} of {} settle to the integer network bit for bit\n", r.loss.exact, r.loss.images);
}

}  // namespace

std::vector<std::int64_t> ladder_steps(const ConvertResult& r) {
  std::vector<std::int64_t> steps;
  if (r.schedule == "staged-graded" || r.schedule == "staged-unary" || r.method == "ei-if") return steps;
  for (std::int64_t step = 1; step < r.loss.steps; step *= 2) steps.push_back(step);
  if (r.loss.steps > 0) steps.push_back(r.loss.steps);
  return steps;
}

void print_convert_json(const ConvertResult& r) {
  const auto energy = workloads::arithmetic_energy(r.loss, dense_macs(r));
  const StageWork total = total_work(r);
  Json out = {{"model", r.model_name}, {"method", r.method}};
  if (r.bits > 0) out["bits"] = r.bits;
  if (!r.schedule.empty()) out["schedule"] = r.schedule;
  if (!r.file.empty()) out["file"] = r.file;
  if (!r.weights_note.empty()) out["weights_note"] = r.weights_note;
  out["images"] = r.report ? r.report->images : 0;
  out["spiking_images"] = r.loss.images;
  if (r.report && r.report->labelled) {
    out["accuracy_float"] = r.report->accuracy_float / 100;
    out["accuracy_integer"] = r.report->accuracy_integer / 100;
    for (std::size_t c = 0; c < r.report->by_class.size(); ++c)
      out["classes"].push_back({{"class", class_name(r, c)},
                                {"images", r.report->by_class[c].images},
                                {"correct_float", r.report->by_class[c].floating},
                                {"correct_integer", r.report->by_class[c].integer}});
  }
  if (r.loss.labelled) {
    out["accuracy_spiking"] = share(r.loss.correct, r);
    if (r.has_float) out["accuracy_float_same_images"] = share(r.loss.float_correct, r);
  }
  if (r.has_integer) out["agreement_spiking_integer"] = share(r.loss.same_as_integer, r);
  if (r.report) {
    out["agreement_float"] = r.report->agreement_float / 100;
    if (r.report->recorded_gap) out["recorded_logits_gap"] = *r.report->recorded_gap;
  }
  if (r.has_integer) out["spiking_exact"] = r.loss.exact == r.loss.images;
  out["at_rest"] = r.loss.at_rest == r.loss.images;
  out["steps"] = r.loss.steps;
  out["ladder"] = ladder_json(r);
  out["total"] = {{"events", per_image(total.events, r)},
                  {"adds", per_image(total.adds, r)},
                  {"multiply_adds", per_image(total.multiply_adds, r)},
                  {"state_reads", per_image(total.state_reads, r)},
                  {"neurons", total.neurons},
                  {"macs", dense_macs(r)}};
  out["arithmetic_energy"] = {
      {"dense_nj", energy.dense_nj}, {"spiking_nj", energy.spiking_nj}, {"means", kEnergyLabel}};
  out["stages"] = stages_json(r);
  fmt::print("{}\n", out.dump(2));
}

void print_convert_table(const ConvertResult& r) {
  fmt::print("{:<16} {:>11} {:>13} {:>12} {:>12} {:>13} {:>13} {:>9} {:>11}\n", "stage", "float error", "integer error",
             "events", "adds", "multiply-adds", "state reads", "neurons", "dense MACs");
  for (std::size_t s = 0; s < r.loss.stages.size(); ++s) {
    const SpikingStageLoss& stage = r.loss.stages[s];
    fmt::print("{:<16} {:>11} {:>13} {:>12.1f} {:>12.1f} {:>13.1f} {:>13.1f} {:>9} {:>11}\n", stage.name,
               r.has_float ? fmt::format("{:.2f}%", 100 * stage.float_error) : "",
               r.has_integer ? fmt::format("{:.2f}%", 100 * stage.integer_error) : "", per_image(stage.work.events, r),
               per_image(stage.work.adds, r), per_image(stage.work.multiply_adds, r),
               per_image(stage.work.state_reads, r), stage.work.neurons, r.macs[s]);
  }
  const StageWork total = total_work(r);
  fmt::print("{:<16} {:>11} {:>13} {:>12.1f} {:>12.1f} {:>13.1f} {:>13.1f} {:>9} {:>11}\n", "an image", "", "",
             per_image(total.events, r), per_image(total.adds, r), per_image(total.multiply_adds, r),
             per_image(total.state_reads, r), total.neurons, dense_macs(r));
  print_report(r);
  print_spiking(r);
  print_ladder(r);
  const auto energy = workloads::arithmetic_energy(r.loss, dense_macs(r));
  fmt::print("\nthe papers' energy formula: dense {:.1f} nJ, spiking {:.1f} nJ an image\n  ({})\n", energy.dense_nj,
             energy.spiking_nj, kEnergyLabel);
  if (!r.file.empty()) fmt::print("network: {}\n", r.file);
}

}  // namespace ranvier::cli
