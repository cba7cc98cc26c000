// SPDX-License-Identifier: Apache-2.0
#include "workloads/methods/spiking_loss.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "workloads/float_network.h"
#include "workloads/reference.h"

namespace ranvier::workloads {
namespace {

struct Sums {
  double gap = 0;
  double real = 0;
  Sums& operator+=(const Sums& o) {
    gap += o.gap, real += o.real;
    return *this;
  }
  double relative() const { return real > 0 ? std::sqrt(gap / real) : 0; }
};

template <class Expected>
Sums compare(const std::vector<double>& values, const Expected& expected) {
  Sums sums;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double gap = values[i] - expected(i);
    sums.gap += gap * gap;
    sums.real += expected(i) * expected(i);
  }
  return sums;
}

struct ImageLoss {
  std::vector<Sums> to_float, to_integer;  // by stage
  std::vector<StageWork> work;
  std::vector<std::size_t> class_by_step;
  std::optional<std::size_t> float_class;
  std::optional<std::size_t> integer_class;
  bool exact = true;
  bool at_rest = false;
};

ImageLoss run_image(const VitModel& model, const std::optional<FloatNetwork>& floating, const Program* integer,
                    const ConvertedNetwork& network, const ImageSet& images, std::size_t image) {
  const std::vector<std::int32_t> codes = input_codes(model, images, image);
  MethodRunOptions options;
  options.keep_values = true;
  const MethodRun run = network.run(codes, options);
  ImageLoss loss;
  if (integer != nullptr) {
    const Activations rest = run_reference(*integer, codes);
    for (std::size_t s = 0; s < run.values.size(); ++s) {
      const double scale = integer->stages[s].code_scale;
      const auto expected = [&](std::size_t i) { return rest.codes[s][i] * scale; };
      loss.to_integer.push_back(compare(run.values[s], expected));
      loss.exact = loss.exact && loss.to_integer.back().gap == 0;
    }
    loss.integer_class = argmax(rest.logits.data(), rest.logits.size());
  }
  if (floating) {
    const FloatActivations real = floating->run_input(network_input(model, images, image));
    for (std::size_t s = 0; s < run.values.size(); ++s)
      loss.to_float.push_back(
          compare(run.values[s], [&](std::size_t i) { return static_cast<double>(real.after[s][i]); }));
    loss.float_class = argmax(real.logits.data(), real.logits.size());
  }
  loss.work = run.work;
  loss.at_rest = run.at_rest;
  for (const auto& logits : run.logits_by_step) loss.class_by_step.push_back(argmax(logits.data(), logits.size()));
  return loss;
}

}  // namespace

SpikingLoss measure_spiking_loss(const VitModel& model, bool has_float, const Program* integer,
                                 const ConvertedNetwork& network, const ImageSet& images, std::size_t max_images,
                                 int threads) {
  check_images(model, images);
  const std::size_t count = max_images == 0 ? images.count() : std::min(max_images, images.count());
  std::optional<FloatNetwork> floating;
  if (has_float) floating.emplace(model);
  std::vector<ImageLoss> of_image(count);
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, count,
                      [&](std::size_t i) { of_image[i] = run_image(model, floating, integer, network, images, i); });
  });

  // Summed in the order of the images, whoever ran them.
  SpikingLoss loss;
  loss.images = count;
  loss.labelled = images.labelled();
  for (const std::string& name : network.stages()) loss.stages.push_back({name, 0, 0, {}});
  for (const ImageLoss& one : of_image)
    loss.steps = std::max(loss.steps, static_cast<std::int64_t>(one.class_by_step.size()));
  loss.correct_by_step.resize(static_cast<std::size_t>(loss.steps));
  loss.integer_by_step.resize(static_cast<std::size_t>(loss.steps));
  std::vector<Sums> to_float(loss.stages.size()), to_integer(loss.stages.size());
  for (std::size_t i = 0; i < count; ++i) {
    const ImageLoss& one = of_image[i];
    for (std::size_t s = 0; s < one.work.size(); ++s) {
      loss.stages[s].work += one.work[s];
      loss.stages[s].work.neurons = one.work[s].neurons;
      if (integer != nullptr) to_integer[s] += one.to_integer[s];
      if (has_float) to_float[s] += one.to_float[s];
    }
    const std::size_t last = one.class_by_step.back();
    loss.correct += loss.labelled && last == images.labels[i];
    loss.float_correct += loss.labelled && one.float_class == std::size_t{images.labels[i]};
    loss.same_as_float += one.float_class == last;
    loss.same_as_integer += one.integer_class == last;
    loss.exact += integer != nullptr && one.exact;
    loss.at_rest += one.at_rest;
    for (std::size_t step = 0; step < loss.correct_by_step.size(); ++step) {
      const std::size_t chosen = one.class_by_step[std::min(step, one.class_by_step.size() - 1)];
      loss.correct_by_step[step] += loss.labelled && chosen == images.labels[i];
      loss.integer_by_step[step] += one.integer_class == chosen;
    }
  }
  for (std::size_t s = 0; s < loss.stages.size(); ++s) {
    loss.stages[s].float_error = to_float[s].relative();
    loss.stages[s].integer_error = to_integer[s].relative();
  }
  return loss;
}

ArithmeticEnergy arithmetic_energy(const SpikingLoss& loss, std::int64_t dense_macs) {
  constexpr double kPicojoulesPerNanojoule = 1000;
  StageWork total;
  for (const SpikingStageLoss& stage : loss.stages) total += stage.work;
  const double images = static_cast<double>(std::max<std::size_t>(loss.images, 1));
  const double picojoules = kAddPicojoule * static_cast<double>(total.adds) +
                            kMultiplyAddPicojoule * static_cast<double>(total.multiply_adds);
  return {kMultiplyAddPicojoule * static_cast<double>(dense_macs) / kPicojoulesPerNanojoule,
          picojoules / images / kPicojoulesPerNanojoule};
}

}  // namespace ranvier::workloads
