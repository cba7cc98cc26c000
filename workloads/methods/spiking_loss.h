// SPDX-License-Identifier: Apache-2.0
// What a converted network loses and what it costs, measured: stage by stage against the float network and the integer
// network of the same weights, and by the step at which a user reads it out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/dataset.h"
#include "workloads/methods/converted_network.h"
#include "workloads/model.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct SpikingStageLoss {
  std::string name;
  double float_error = 0;    // rms(value - float) / rms(float) over the images; 0 without a float network
  double integer_error = 0;  // the same against the integer network; 0 without one
  StageWork work;            // summed over the images; neurons are those of one
};

struct SpikingLoss {
  std::size_t images = 0;
  bool labelled = true;             // else all `correct` are 0 and mean nothing
  std::size_t correct = 0;          // after the last step
  std::size_t float_correct = 0;    // the float network on the same images
  std::size_t same_as_float = 0;    // class
  std::size_t same_as_integer = 0;  // class
  std::size_t exact = 0;            // images of which every stage equals the integer network's bit for bit
  std::size_t at_rest = 0;
  std::int64_t steps = 0;  // of the longest run
  std::vector<SpikingStageLoss> stages;
  std::vector<std::size_t> correct_by_step;  // [steps]; an image at rest counts as it stands
  std::vector<std::size_t> integer_by_step;  // images whose class is the integer network's
};

/// Runs the first `max_images` images (0: all). `integer` is the integer network to compare with, if there is one, and
/// `has_float` says whether the model has its weights. The result depends on no thread count. Throws what check_images
/// throws.
SpikingLoss measure_spiking_loss(const VitModel& model, bool has_float, const Program* integer,
                                 const ConvertedNetwork& network, const ImageSet& images, std::size_t max_images,
                                 int threads);

/// Energy by the formula of the conversion papers (Rathi and Roy, 2021, after Horowitz, ISSCC 2014: 45 nm, 32-bit float
/// add 0.9 pJ, multiply-add 4.6 pJ): arithmetic alone. Memory, routing, state and static power are not in it.
inline constexpr double kAddPicojoule = 0.9;
inline constexpr double kMultiplyAddPicojoule = 4.6;
struct ArithmeticEnergy {
  double dense_nj = 0;    // an image: every MAC of the float network
  double spiking_nj = 0;  // an image: what the converted network did
};
ArithmeticEnergy arithmetic_energy(const SpikingLoss& loss, std::int64_t dense_macs);

}  // namespace ranvier::workloads
