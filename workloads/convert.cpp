// SPDX-License-Identifier: Apache-2.0
// Chooses the step of every quantiser, trained or searched; program_builder.h does the rest.
#include "workloads/convert.h"

#include <map>

#include "workloads/calibrate.h"
#include "workloads/program_builder.h"

namespace ranvier::workloads {

Program convert(const VitModel& model, const ConvertOptions& options) {
  const int bits = options.bits.value_or(model.config.activation_bits);
  if (bits < kMinActivationBits || bits > kMaxActivationBits) throw BadActivationBits(bits);

  // Steps that were trained at another number of bits fit neither these bounds nor this resolution.
  const bool search_all = options.recalibrate || bits != model.config.activation_bits;
  std::map<std::string, CodeBounds> bounds = model.config.bounds;
  if (bits != model.config.activation_bits)
    for (auto& [kind, range] : bounds) range = default_bounds(model.config, kind, bits);

  std::map<std::string, double> scales;
  std::vector<std::string> missing;
  for (const std::string& stage : stage_names(model.config)) {
    if (!has_quantiser(stage)) continue;
    const auto trained = model.site_scale.find(stage);
    if (!search_all && trained != model.site_scale.end())
      scales[stage] = trained->second;
    else
      missing.push_back(stage);
  }
  if (!missing.empty()) {
    const ImageSet images = options.calibration.empty() ? calibration_images(model) : load_images(options.calibration);
    scales.merge(calibrate(model, missing, bounds, input_code_batch(model, images, options.calibration_images),
                           options.threads));
  }
  return build_program(model, std::move(scales), std::move(bounds));
}

}  // namespace ranvier::workloads
