// SPDX-License-Identifier: Apache-2.0
// Chooses T and scales, builds the program, and puts the form together.
#include <algorithm>
#include <map>

#include "workloads/calibrate.h"
#include "workloads/dataset.h"
#include "workloads/methods/ei_if.h"
#include "workloads/methods/ei_if_dynamic.h"
#include "workloads/methods/ei_if_errors.h"
#include "workloads/methods/ei_if_network.h"
#include "workloads/methods/ei_if_static.h"
#include "workloads/program_builder.h"

namespace ranvier::workloads {
namespace {

constexpr int kLeastBits = 2;

std::int32_t window_of(const EiIfOptions& options) {
  if (options.steps != 0) {
    if (options.steps < 1 || options.steps > kEiIfMostSteps) throw EiIfStepsOutOfRange(options.steps, kEiIfMostSteps);
    return options.steps;
  }
  if (options.bits < kLeastBits || options.bits > kMaxActivationBits) throw BadActivationBits(options.bits);
  return ei_if_steps(options.bits);
}

void check_supported(const VitModel& model) {
  if (model.config.norm == NormKind::kBatch)
    throw EiIfUnsupported(model.config.name, "unit for batch norms: SNNRMSNorm normalises each token by itself");
  if (model.config.placement == NormPlacement::kPre && !model.config.final_norm)
    throw EiIfUnsupported(model.config.name, "neuron between a residual sum and the head: a norm has to stand there");
}

/// Symmetric, as the neuron; never negative behind a softmax or a ReLU.
std::map<std::string, CodeBounds> thermometer_bounds(const VitConfig& config, std::int32_t window) {
  std::map<std::string, CodeBounds> bounds;
  for (const std::string& kind : site_kinds()) {
    const bool positive = kind == "attn" || (kind == "fc1" && config.activation == Activation::kRelu);
    bounds[kind] = {positive ? 0 : -window, window};
  }
  return bounds;
}

std::vector<std::string> sites_of(const VitConfig& config) {
  std::vector<std::string> sites;
  for (const std::string& stage : stage_names(config))
    if (has_quantiser(stage)) sites.push_back(stage);
  return sites;
}

/// Names, sizes and inputs; numbers that make_dynamic_units() replaces.
Program skeleton(const VitModel& model) {
  std::map<std::string, double> scales;
  for (const std::string& site : sites_of(model.config)) scales[site] = 1;
  Program program = build_program(model, std::move(scales), thermometer_bounds(model.config, 1));
  program.method = "ei-if";
  return program;
}

}  // namespace

Program ei_if_program(const VitModel& model, const EiIfOptions& options) {
  const std::int32_t window = window_of(options);
  check_supported(model);
  const std::map<std::string, CodeBounds> bounds = thermometer_bounds(model.config, window);
  const ImageSet images = options.calibration.empty() ? calibration_images(model) : load_images(options.calibration);
  check_images(model, images);
  std::map<std::string, double> scales =
      calibrate(model, sites_of(model.config), bounds, input_code_batch(model, images, options.calibration_images),
                options.threads);
  Program program = build_program(model, std::move(scales), bounds);
  program.method = "ei-if";
  for (Stage& stage : program.stages)
    if (stage.encoder.present) stage.encoder.neuron = NeuronKind::kThermometer;
  return program;
}

std::unique_ptr<ConvertedNetwork> ei_if_network(Program program) {
  return std::make_unique<EiIfNetwork>(std::move(program), [](const Program& p) { return static_form(p); });
}

std::unique_ptr<ConvertedNetwork> convert_ei_if(const VitModel& model, const EiIfOptions& options) {
  const std::int32_t window = window_of(options);
  check_supported(model);
  const bool spiking = options.units == EiIfUnits::kSpiking;
  Approximators approximators;
  if (spiking) approximators = load_approximators();
  if (options.scale == EiIfScale::kStatic) {
    Program program = ei_if_program(model, options);
    if (!spiking) return ei_if_network(std::move(program));
    StaticSpikingUnits units = make_spiking_units(model, approximators, program);
    return std::make_unique<EiIfNetwork>(std::move(program),
                                         [&](const Program& p) { return static_form(p, std::move(units)); });
  }
  Program program = skeleton(model);
  DynamicUnits units = make_dynamic_units(model, program, window);
  units.spiking = spiking;
  units.approximators = std::move(approximators);
  return std::make_unique<EiIfNetwork>(std::move(program),
                                       [&](const Program& p) { return dynamic_form(p, std::move(units)); });
}

}  // namespace ranvier::workloads
