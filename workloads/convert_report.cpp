// SPDX-License-Identifier: Apache-2.0
// Runs three networks side by side on the same images: float, float with quantisers, integers.
#include "workloads/convert_report.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "workloads/float_network.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

struct SquaredError {
  double gap = 0;
  double real = 0;
  double relative() const { return real > 0 ? std::sqrt(gap / real) : 0; }
};

struct ImageResult {
  std::vector<SquaredError> to_float, to_quantised;  // by stage
  double recorded_gap = 0;
  std::size_t float_class = 0, quantised_class = 0, integer_class = 0;
};

SquaredError compare(const std::vector<std::int32_t>& codes, double scale, const std::vector<float>& real) {
  SquaredError error;
  for (std::size_t i = 0; i < real.size(); ++i) {
    const double expected = static_cast<double>(real[i]);
    const double gap = codes[i] * scale - expected;
    error.gap += gap * gap;
    error.real += expected * expected;
  }
  return error;
}

ImageResult compare_image(const FloatNetwork& network, const Program& program, const Quantisers& quantisers,
                          const std::vector<std::int32_t>& codes, const std::vector<float>& input,
                          std::span<const float> recorded) {
  const FloatActivations real = network.run_input(input);
  const FloatActivations quantised = network.run(codes, &quantisers);
  const Activations integer = run_reference(program, codes);
  ImageResult result;
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    const double scale = program.stages[s].code_scale;
    result.to_float.push_back(compare(integer.codes[s], scale, real.after[s]));
    result.to_quantised.push_back(compare(integer.codes[s], scale, quantised.after[s]));
  }
  for (std::size_t i = 0; i < recorded.size(); ++i)
    result.recorded_gap = std::max(result.recorded_gap, std::abs(static_cast<double>(real.logits[i] - recorded[i])));
  result.float_class = argmax(real.logits.data(), real.logits.size());
  result.quantised_class = argmax(quantised.logits.data(), quantised.logits.size());
  result.integer_class = argmax(integer.logits.data(), integer.logits.size());
  return result;
}

}  // namespace

ConversionReport report_conversion(const VitModel& model, const Program& program, const ImageSet& images,
                                   std::size_t max_images, int threads, const RecordedLogits* recorded) {
  const std::vector<std::vector<std::int32_t>> inputs = input_code_batch(model, images, max_images);
  const FloatNetwork network(model);
  const Quantisers quantisers = program_quantisers(program);
  std::vector<ImageResult> results(inputs.size());
  const auto classes = static_cast<std::size_t>(model.config.classes);
  const bool compare_recorded = recorded != nullptr && recorded->count >= inputs.size();
  const auto recorded_row = [&](std::size_t i) -> std::span<const float> {
    if (!compare_recorded) return {};
    return {recorded->without_quantisers.data() + i * classes, classes};
  };
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, inputs.size(), [&](std::size_t i) {
      results[i] =
          compare_image(network, program, quantisers, inputs[i], network_input(model, images, i), recorded_row(i));
    });
  });

  // Summed in the order of the images, whoever computed them: the same digits on any number of threads.
  ConversionReport report;
  report.images = inputs.size();
  report.labelled = images.labelled();
  if (report.labelled) report.by_class.resize(classes);
  std::vector<SquaredError> to_float(program.stages.size()), to_quantised(program.stages.size());
  const double percent = inputs.empty() ? 0 : 100.0 / static_cast<double>(inputs.size());
  std::size_t float_hits = 0, quantised_hits = 0, integer_hits = 0, same_as_float = 0, same_as_quantised = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const ImageResult& r = results[i];
    for (std::size_t s = 0; s < program.stages.size(); ++s) {
      to_float[s].gap += r.to_float[s].gap, to_float[s].real += r.to_float[s].real;
      to_quantised[s].gap += r.to_quantised[s].gap, to_quantised[s].real += r.to_quantised[s].real;
    }
    if (compare_recorded) report.recorded_gap = std::max(report.recorded_gap.value_or(0), r.recorded_gap);
    if (report.labelled) {
      ClassHits& hits = report.by_class[images.labels[i]];
      hits.images += 1;
      hits.floating += r.float_class == images.labels[i];
      hits.integer += r.integer_class == images.labels[i];
      float_hits += r.float_class == images.labels[i];
      quantised_hits += r.quantised_class == images.labels[i];
      integer_hits += r.integer_class == images.labels[i];
    }
    same_as_float += r.integer_class == r.float_class;
    same_as_quantised += r.integer_class == r.quantised_class;
  }
  report.accuracy_float = percent * static_cast<double>(float_hits);
  report.accuracy_quantised = percent * static_cast<double>(quantised_hits);
  report.accuracy_integer = percent * static_cast<double>(integer_hits);
  report.agreement_float = percent * static_cast<double>(same_as_float);
  report.agreement_quantised = percent * static_cast<double>(same_as_quantised);
  for (std::size_t s = 0; s < program.stages.size(); ++s) {
    const Stage& stage = program.stages[s];
    report.stages.push_back({stage.name, stage.kind, stage.code_scale, to_float[s].relative(),
                             to_quantised[s].relative(), dense_multiply_adds(stage)});
  }
  return report;
}

}  // namespace ranvier::workloads
