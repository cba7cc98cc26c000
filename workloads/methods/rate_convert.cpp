// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/rate_convert.h"

#include <fmt/format.h>

#include "workloads/dataset.h"
#include "workloads/methods/neuron_kinds.h"
#include "workloads/methods/neuron_rows.h"
#include "workloads/methods/rate_calibrate.h"
#include "workloads/methods/rate_errors.h"
#include "workloads/program_builder.h"

namespace ranvier::workloads {
namespace {

void check_range(const RateOptions& options, const std::string& option, int given, int least, int most) {
  if (given < least || given > most)
    throw BadRateOption(options.method, option, std::to_string(given), fmt::format("in {}..{}", least, most));
}

NeuronKind neuron_of(const RateOptions& options) {
  if (options.method == "sta") return NeuronKind::kSignedIf;
  if (options.method == "ecmt") return NeuronKind::kMultiThreshold;
  if (options.method == "rate") return NeuronKind::kIf;
  throw BadRateOption(options.method, "method", options.method, "sta, ecmt or rate");
}

RateScales scales_of(const VitModel& model, const RateOptions& options,
                     std::span<const std::vector<std::int32_t>> inputs) {
  if (options.method == "sta") {
    StaCalibration sta;
    sta.steps = options.steps;
    sta.channel_wise = options.channel_wise;
    sta.momentum = options.momentum;
    return calibrate_sta(model, sta, inputs, options.threads);
  }
  PercentileCalibration percentile;
  percentile.percentile = options.percentile;
  if (percentile.percentile == 0) percentile.percentile = options.method == "ecmt" ? kEcmtPercentile : kRatePercentile;
  if (options.method == "ecmt") {
    percentile.divisor = 1 << (options.thresholds - 1);
    percentile.fixed = options.fixed_scales;
  }
  return calibrate_percentile(model, percentile, inputs, options.threads);
}

}  // namespace

Program rate_program(const VitModel& model, const RateOptions& options,
                     std::span<const std::vector<std::int32_t>> calibration_inputs) {
  constexpr int kMostSteps = 1 << 14;
  RateForm form;
  form.method = options.method;
  form.neuron = neuron_of(options);
  form.steps = options.steps;
  check_range(options, "steps", options.steps, 1, kMostSteps);
  check_range(options, "burst", options.burst, 0, kMaxBurst);
  check_range(options, "thresholds", options.thresholds, 1, kMaxThresholds);
  if (!(options.percentile >= 0 && options.percentile <= 1))
    throw BadRateOption(options.method, "percentile", std::to_string(options.percentile), "in 0..1");
  if (form.neuron == NeuronKind::kSignedIf) form.levels = options.burst;
  if (form.neuron == NeuronKind::kMultiThreshold) form.levels = options.thresholds;

  if (options.half_start && form.neuron == NeuronKind::kSignedIf) form.initial = options.burst > 0 ? 1 : 2;
  if (options.half_start && form.neuron == NeuronKind::kIf) form.initial = 1;

  std::map<std::string, CodeBounds> bounds;
  for (const std::string& kind : site_kinds()) {
    const NeuronBounds own = neuron_bounds(form.neuron, form.levels, is_signed_site(model.config, kind));
    bounds[kind] = {own.lo, own.hi};
  }
  RateScales scales = scales_of(model, options, calibration_inputs);
  form.channel_shares = std::move(scales.channel_shares);
  return build_program(model, std::move(scales.scale), std::move(bounds), &form);
}

Program rate_program(const VitModel& model, const RateOptions& options) {
  const ImageSet images = options.calibration.empty() ? calibration_images(model) : load_images(options.calibration);
  return rate_program(model, options, input_code_batch(model, images, options.calibration_images));
}

std::unique_ptr<RateNetwork> convert_rate(const VitModel& model, const RateOptions& options) {
  return std::make_unique<RateNetwork>(rate_program(model, options), options.units);
}

std::unique_ptr<RateNetwork> convert_rate(const VitModel& model, const RateOptions& options,
                                          std::span<const std::vector<std::int32_t>> calibration_inputs) {
  return std::make_unique<RateNetwork>(rate_program(model, options, calibration_inputs), options.units);
}

}  // namespace ranvier::workloads
