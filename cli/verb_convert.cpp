// SPDX-License-Identifier: Apache-2.0
// ranvier convert MODEL: the integer program of a trained network, and how far it stands from it, stage by stage.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/common.h"
#include "cli/schedules.h"
#include "cli/temporal_workload.h"
#include "workloads/convert.h"
#include "workloads/convert_report.h"
#include "workloads/executor.h"

namespace ranvier::cli {
namespace {

struct ConvertArguments {
  Common common;
  std::string model;
  std::string method = "stbif";
  int bits = 0;
  int steps = 0;
  std::string calibrate;
  std::string schedule = "staged-graded";
  std::string images;
  std::size_t max_images = 500;
  std::size_t spiking_images = 20;
};

/// Accuracy and work of the event-driven engine under the chosen schedule.
struct SpikingSummary {
  std::size_t images = 0;
  std::size_t correct = 0;
  std::size_t exact = 0;
  std::int64_t steps = 0;
  std::vector<workloads::StageCounts> stages;
};

SpikingSummary run_spiking_images(const ConvertArguments& a, const workloads::VitModel& model,
                                  const workloads::Program& program, const workloads::ImageSet& images) {
  SpikingSummary s;
  s.stages.resize(program.stages.size());
  workloads::ExecutorOptions options;
  if (a.steps > 0) options.max_steps = a.steps;
  const std::size_t n = std::min(a.spiking_images, images.count());
  for (std::size_t i = 0; i < n; ++i) {
    const auto codes = workloads::input_codes(model, images, i);
    const auto run = workloads::run_spiking(program, codes, schedule_of(a.schedule), options);
    s.images += 1;
    s.steps = std::max(s.steps, run.steps);
    s.exact += run.activations == workloads::run_reference(program, codes);
    const auto& logits = run.activations.logits;
    s.correct += images.labelled() && workloads::argmax(logits.data(), logits.size()) == images.labels[i];
    for (std::size_t k = 0; k < s.stages.size(); ++k) {
      s.stages[k].events += run.stages[k].events;
      s.stages[k].adds += run.stages[k].adds;
      s.stages[k].multiply_adds += run.stages[k].multiply_adds;
    }
  }
  return s;
}

std::string class_name(const workloads::VitModel& model, std::size_t c) {
  return c < model.class_names.size() ? model.class_names[c] : std::to_string(c);
}

void print_json(const ConvertArguments& a, const workloads::VitModel& model, const workloads::Program& program,
                const workloads::ConversionReport& report, const SpikingSummary& spiking) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  const double images = std::max<double>(1.0, static_cast<double>(spiking.images));
  for (std::size_t k = 0; k < report.stages.size(); ++k) {
    const auto& r = report.stages[k];
    const auto& c = spiking.stages[k];
    stages.push_back({{"stage", r.name},
                      {"float_error", r.float_error},
                      {"integer_error", r.integer_error},
                      {"events", static_cast<double>(c.events) / images},
                      {"adds", static_cast<double>(c.adds) / images},
                      {"multiply_adds", static_cast<double>(c.multiply_adds) / images},
                      {"macs", r.macs}});
  }
  nlohmann::ordered_json out = {{"model", a.model},
                                {"method", a.method},
                                {"schedule", a.schedule},
                                {"images", report.images},
                                {"spiking_images", spiking.images}};
  if (!program.weights_note.empty()) out["weights_note"] = program.weights_note;
  if (report.labelled) {
    out["accuracy_float"] = report.accuracy_float / 100;
    out["accuracy_integer"] = report.accuracy_integer / 100;
    out["accuracy_spiking"] = static_cast<double>(spiking.correct) / images;
    for (std::size_t c = 0; c < report.by_class.size(); ++c)
      out["classes"].push_back({{"class", class_name(model, c)},
                                {"images", report.by_class[c].images},
                                {"correct_float", report.by_class[c].floating},
                                {"correct_integer", report.by_class[c].integer}});
  }
  out["agreement_float"] = report.agreement_float / 100;
  if (report.recorded_gap) out["recorded_logits_gap"] = *report.recorded_gap;
  out["spiking_exact"] = spiking.exact == spiking.images;
  out["steps"] = spiking.steps;
  out["stages"] = stages;
  fmt::print("{}\n", out.dump(2));
}

/// Classes whose names begin with an underscore (silence, unknown words) are told apart from the rest.
void print_named_classes(const workloads::VitModel& model, const workloads::ConversionReport& report) {
  workloads::ClassHits named;
  std::size_t classes = 0;
  for (std::size_t c = 0; c < report.by_class.size(); ++c) {
    if (class_name(model, c).starts_with('_')) continue;
    ++classes;
    named.images += report.by_class[c].images;
    named.floating += report.by_class[c].floating;
    named.integer += report.by_class[c].integer;
  }
  if (classes == report.by_class.size() || named.images == 0) return;
  const double percent = 100.0 / static_cast<double>(named.images);
  fmt::print("  without {} classes in underscores, {} images: float {:.2f} %, integer {:.2f} %\n",
             report.by_class.size() - classes, named.images, percent * static_cast<double>(named.floating),
             percent * static_cast<double>(named.integer));
}

void print_accuracy(const workloads::VitModel& model, const workloads::Program& program,
                    const workloads::ConversionReport& report) {
  if (!program.weights_note.empty()) fmt::print("\n{}", program.weights_note);
  if (report.labelled) {
    fmt::print("\naccuracy on {} images: float {:.2f} %, integer {:.2f} %\n", report.images, report.accuracy_float,
               report.accuracy_integer);
    print_named_classes(model, report);
  } else {
    fmt::print("\n{} images without labels\n", report.images);
  }
  fmt::print("same class as the float network: {:.2f} %\n", report.agreement_float);
  if (report.recorded_gap)
    fmt::print("largest difference of a float logit from the recorded ones: {:.2g}\n", *report.recorded_gap);
}

void print_table(const ConvertArguments& a, const workloads::VitModel& model, const workloads::Program& program,
                 const workloads::ConversionReport& report, const SpikingSummary& spiking) {
  const double images = std::max<double>(1.0, static_cast<double>(spiking.images));
  fmt::print("{:<16} {:>12} {:>14} {:>14} {:>14} {:>12}\n", "stage", "float error", "integer error", "events/image",
             "synops/image", "MACs/image");
  for (std::size_t k = 0; k < report.stages.size(); ++k) {
    const auto& r = report.stages[k];
    const auto& c = spiking.stages[k];
    fmt::print("{:<16} {:>11.2f}% {:>13.2f}% {:>14.1f} {:>14.1f} {:>12}\n", r.name, 100 * r.float_error,
               100 * r.integer_error, static_cast<double>(c.events) / images,
               static_cast<double>(c.adds + c.multiply_adds) / images, r.macs);
  }
  print_accuracy(model, program, report);
  const std::string accuracy =
      report.labelled ? fmt::format("accuracy {:.2f} %, ", 100.0 * static_cast<double>(spiking.correct) / images) : "";
  fmt::print("{} on {} images: {}{} steps, {} of {} settle to the integer network bit for bit\n", a.schedule,
             spiking.images, accuracy, spiking.steps, spiking.exact, spiking.images);
}

ExitCode convert(const ConvertArguments& a) {
  if (is_temporal_workload(a.model))
    throw UsageError("model", fmt::format("{} is a network over time; convert takes trained networks on images only, "
                                          "give this one to ranvier map or run as it is",
                                          a.model));
  check_schedule_of_images(a.schedule);
  const auto model = workloads::load_model(a.model);
  workloads::ConvertOptions options;
  options.method = a.method;
  if (a.bits > 0) options.bits = a.bits;
  options.calibration = a.calibrate;
  options.recalibrate = !a.calibrate.empty();
  options.threads = a.common.threads;
  const auto program = workloads::convert(model, options);
  const auto images = a.images.empty() ? workloads::test_images(model) : workloads::load_images(a.images);
  workloads::RecordedLogits recorded;
  if (a.images.empty() && workloads::has_recorded_logits(model)) recorded = workloads::recorded_logits(model);
  const auto report = workloads::report_conversion(model, program, images, a.max_images, a.common.threads,
                                                   recorded.count > 0 ? &recorded : nullptr);
  const auto spiking = run_spiking_images(a, model, program, images);
  a.common.json ? print_json(a, model, program, report, spiking) : print_table(a, model, program, report, spiking);
  return spiking.exact == spiking.images ? ExitCode::kOk : ExitCode::kFunctionalMismatch;
}

}  // namespace

void add_convert_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("convert", "a trained network to integers, with the error of every stage");
  auto a = std::make_shared<ConvertArguments>();
  verb->add_option("model", a->model,
                   "workload by name, or a folder with model.safetensors and config.json, or with weights.npz")
      ->required();
  verb->add_option("--method", a->method, "conversion method")->capture_default_str();
  verb->add_option("--bits", a->bits, "activation bits; as trained when left out")->check(whole_number(1, 64));
  verb->add_option("--steps", a->steps, "give up on an image after so many steps; until at rest when left out")
      ->check(whole_number(1, 1'000'000'000));
  verb->add_option("--calibrate", a->calibrate, "search quantiser steps on these images (safetensors, .bin, .npz)");
  verb->add_option("--schedule", a->schedule, "of the spiking run")->capture_default_str()->check(schedule_names());
  verb->add_option("--images", a->images, "test images (safetensors, .bin, .npz); the workload's own when left out");
  verb->add_option("--max-images", a->max_images, "images for the accuracies, 0 for all")
      ->capture_default_str()
      ->check(whole_number(0, 1'000'000));
  verb->add_option("--spiking-images", a->spiking_images, "images run event by event")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  add_common(*verb, a->common);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = convert(*a);
  });
}

}  // namespace ranvier::cli
