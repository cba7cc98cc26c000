// SPDX-License-Identifier: Apache-2.0
// ranvier convert MODEL: a trained network as a spiking one, by a published method; what it loses stage by stage and
// what it costs; and the result as a file.
#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/digest.h"
#include "cli/common.h"
#include "cli/convert_output.h"
#include "cli/convert_relu.h"
#include "cli/schedules.h"
#include "cli/temporal_workload.h"
#include "workloads/methods/method.h"
#include "workloads/methods/network_file.h"
#include "workloads/reference.h"

namespace ranvier::cli {
namespace {

struct ConvertArguments {
  Common common;
  std::string model;
  std::string method;
  int bits = 0;
  int steps = 0;
  int burst = -1;
  int thresholds = 0;
  std::string start;
  std::string units;
  std::string scale;
  std::string calibrate;
  std::string schedule;
  std::string images;
  std::string out;
  std::size_t max_images = 500;
  std::size_t spiking_images = 20;
};

workloads::MethodOptions method_options(const ConvertArguments& a) {
  workloads::MethodOptions options;
  if (!a.method.empty()) options.method = a.method;
  if (a.bits > 0) options.convert.bits = a.bits;
  options.convert.calibration = a.calibrate;
  options.convert.recalibrate = !a.calibrate.empty();
  options.convert.threads = a.common.threads;
  options.steps = a.steps;
  options.units = a.units;
  options.scale = a.scale;
  if (a.burst >= 0) options.burst = a.burst;
  if (a.thresholds > 0) options.thresholds = a.thresholds;
  options.start = a.start;
  if (!a.schedule.empty()) options.schedule = schedule_of(a.schedule);
  return options;
}

/// What the network was made from, by digest, for whoever finds the file.
std::map<std::string, std::string> made_from(const ConvertArguments& a, const workloads::VitModel& model) {
  std::map<std::string, std::string> from = {{"workload", a.model}};
  for (const auto& file : model.files) from["sha256 of " + file.filename().string()] = sha256_of_file(file);
  if (!a.calibrate.empty() && std::filesystem::exists(a.calibrate))
    from["sha256 of the calibration images"] = sha256_of_file(a.calibrate);
  return from;
}

/// What a file can keep of where images are: those that come with Ranvier.
workloads::VitModel for_file(workloads::VitModel model) {
  using workloads::DataKind;
  if (model.data.kind != DataKind::kBundled && model.data.kind != DataKind::kSeeded) model.data.kind = DataKind::kFiles;
  return model;
}

/// Options that are given and would change nothing.
void refuse_for(const std::string& why, const std::vector<std::pair<const char*, bool>>& options) {
  for (const auto& [option, given] : options)
    if (given) throw UsageError(option, why + ", which takes no such option");
}

void check_arguments(const ConvertArguments& a, bool from_file) {
  if (is_temporal_workload(a.model))
    throw UsageError("model", fmt::format("{} is a network over time; convert takes trained networks on images only, "
                                          "give this one to ranvier map or run as it is",
                                          a.model));
  if (!a.schedule.empty()) check_schedule_of_images(a.schedule);
  if (from_file)
    refuse_for(a.model + " is converted already", {{"--method", !a.method.empty()},
                                                   {"--bits", a.bits > 0},
                                                   {"--burst", a.burst >= 0},
                                                   {"--thresholds", a.thresholds > 0},
                                                   {"--start", !a.start.empty()},
                                                   {"--units", !a.units.empty()},
                                                   {"--scale", !a.scale.empty()},
                                                   {"--calibrate", !a.calibrate.empty()},
                                                   {"--out", !a.out.empty()}});
  if (!a.out.empty() && std::filesystem::path(a.out).extension() != workloads::kNetworkFileEnding)
    throw UsageError("--out", fmt::format("{}: network files end in {}", a.out, workloads::kNetworkFileEnding));
}

ExitCode print(const ConvertArguments& a, const ConvertResult& r) {
  a.common.json ? print_convert_json(r) : print_convert_table(r);
  const bool mismatch = r.method == "spikezip" && r.loss.at_rest == r.loss.images && r.loss.exact != r.loss.images;
  return mismatch ? ExitCode::kFunctionalMismatch : ExitCode::kOk;
}

ExitCode convert(const ConvertArguments& a) {
  const bool from_file = workloads::is_network_file(a.model);
  check_arguments(a, from_file);
  workloads::MethodOptions options = method_options(a);
  ConvertResult r;
  r.model_name = a.model;
  if (a.method == "rate" && is_relu_network(a.model)) {
    refuse_for(a.model + " is a ReLU network", {{"--bits", a.bits > 0},
                                                {"--burst", a.burst >= 0},
                                                {"--thresholds", a.thresholds > 0},
                                                {"--start", !a.start.empty()},
                                                {"--units", !a.units.empty()},
                                                {"--scale", !a.scale.empty()},
                                                {"--schedule", !a.schedule.empty()},
                                                {"--out", !a.out.empty()}});
    r = convert_relu_network({a.model, a.images, a.calibrate, a.steps, a.spiking_images, a.common.threads});
    return print(a, r);
  }
  workloads::VitModel model;
  workloads::MadeNetwork made;
  if (from_file) {
    workloads::ConvertedFile file = workloads::read_network(a.model);
    model = std::move(file.model);
    if (options.units.empty()) options.units = file.options["units"];
    if (file.program.method != "spikezip") refuse_for(a.model + " has its steps in it", {{"--steps", a.steps > 0}});
    made.network = workloads::network_of(file.program, options);
    made.integer = std::move(file.program);
    r.has_integer = !made.integer.rate();
    r.has_float = false;
  } else {
    model = workloads::load_model(a.model);
    made = workloads::make_network(model, options);
  }
  r.method = made.network->method();
  if (!a.schedule.empty() && r.method != "spikezip")
    throw UsageError("--schedule", fmt::format("is an option of spikezip; {} has one order of its own", r.method));
  if (!a.out.empty() && !made.program)
    throw UsageError("--out", fmt::format("networks of {} with these options have no file form", r.method));
  r.class_names = model.class_names;
  r.weights_note = made.integer.weights_note;
  r.bits = options.convert.bits.value_or(model.config.activation_bits);
  if (r.method == "spikezip") r.schedule = a.schedule.empty() ? "staged-graded" : a.schedule;
  for (const workloads::Stage& stage : made.integer.stages) r.macs.push_back(workloads::dense_multiply_adds(stage));

  const auto images = a.images.empty() ? workloads::test_images(model) : workloads::load_images(a.images);
  if (!from_file) {
    workloads::RecordedLogits recorded;
    if (a.images.empty() && workloads::has_recorded_logits(model)) recorded = workloads::recorded_logits(model);
    r.report = workloads::report_conversion(model, made.integer, images, a.max_images, a.common.threads,
                                            recorded.count > 0 ? &recorded : nullptr);
  }
  r.loss = workloads::measure_spiking_loss(model, r.has_float, r.has_integer ? &made.integer : nullptr, *made.network,
                                           images, a.spiking_images, a.common.threads);
  if (!a.out.empty()) {
    std::map<std::string, std::string> kept;
    if (!a.units.empty()) kept["units"] = a.units;
    workloads::write_network(a.out, {for_file(model), std::move(*made.program), kept, made_from(a, model)});
    r.file = a.out;
  }
  return print(a, r);
}

std::string methods_help() {
  std::string text = "conversion method:";
  for (const workloads::MethodName& method : workloads::method_names())
    text += fmt::format(" {} ({})", method.name, method.what);
  return text + "; spikezip when left out";
}

}  // namespace

void add_convert_verb(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("convert", "a trained network to a spiking one, with what every stage loses and costs");
  auto a = std::make_shared<ConvertArguments>();
  verb->add_option("model", a->model,
                   "workload by name, an .onnx file, a folder with model.safetensors and config.json or with "
                   "weights.npz, or an .rvn file converted before")
      ->required();
  verb->add_option("--method", a->method, methods_help());
  verb->add_option("--bits", a->bits, "activation bits; as trained when left out")->check(whole_number(3, 8));
  verb->add_option("--steps", a->steps, "time steps; the method's usual, or until at rest, when left out")
      ->check(whole_number(1, 1'000'000));
  verb->add_option("--units", a->units,
                   "LayerNorm, softmax and GELU: table, or of neurons: ugo (sta), spiking (ei-if)");
  verb->add_option("--burst", a->burst, "sta: half-size corrections a step")->check(whole_number(0, 4));
  verb->add_option("--thresholds", a->thresholds, "ecmt: thresholds of a neuron")->check(whole_number(1, 15));
  verb->add_option("--start", a->start,
                   "sta, ecmt, rate: potentials start at half a unit, or at zero as in the papers");
  verb->add_option("--scale", a->scale, "ei-if: static or dynamic scale of a tensor");
  verb->add_option("--calibrate", a->calibrate, "search steps and thresholds on these images (as --images)");
  verb->add_option("--schedule", a->schedule, "spikezip: order of the run; staged-graded when left out")
      ->check(schedule_names());
  verb->add_option("--images", a->images,
                   "test images (safetensors, .bin, .npz, idx3-ubyte[.gz]); the workload's own when left out");
  verb->add_option("--max-images", a->max_images, "images for the float and integer accuracies, 0 for all")
      ->capture_default_str()
      ->check(whole_number(0, 1'000'000));
  verb->add_option("--spiking-images", a->spiking_images, "images run step by step")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  verb->add_option("-o,--out", a->out, "write the converted network to this .rvn file");
  add_common(*verb, a->common);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = convert(*a);
  });
}

}  // namespace ranvier::cli
