// SPDX-License-Identifier: Apache-2.0
#include "cli/convert_relu.h"

#include <algorithm>
#include <filesystem>
#include <span>

#include <fmt/format.h>

#include "cli/common.h"
#include "workloads/dataset.h"
#include "workloads/errors.h"
#include "workloads/graph/onnx_sidecar.h"
#include "workloads/methods/relu_convert.h"
#include "workloads/methods/relu_loss.h"
#include "workloads/methods/relu_network.h"
#include "workloads/onnx/onnx_import.h"

namespace ranvier::cli {
namespace {

constexpr std::size_t kCalibrationImages = 128;

/// The network's input for one image: (low + (high - low) pixel / 255 - mean) / deviation, by colour.
workloads::GraphTensor input_of(const workloads::OnnxSidecar& sidecar, const workloads::Graph& graph,
                                const workloads::ImageSet& images, std::size_t image) {
  constexpr double kWhite = 255;
  workloads::GraphTensor x{graph.node(graph.inputs.front()).shape, {}};
  const std::size_t plane = images.size_of_one() / static_cast<std::size_t>(images.colours);
  const auto of_colour = [](const std::vector<double>& values, std::size_t colour, double usual) {
    return values.empty() ? usual : values[std::min(colour, values.size() - 1)];
  };
  for (std::size_t i = 0; i < images.size_of_one(); ++i) {
    const double value = sidecar.range_low + (sidecar.range_high - sidecar.range_low) * images.image(image)[i] / kWhite;
    const std::size_t colour = i / plane;
    x.values.push_back(
        static_cast<float>((value - of_colour(sidecar.mean, colour, 0)) / of_colour(sidecar.deviation, colour, 1)));
  }
  return x;
}

std::vector<workloads::GraphTensor> inputs_of(const workloads::OnnxSidecar& sidecar, const workloads::Graph& graph,
                                              const workloads::ImageSet& images, std::size_t most) {
  const std::int64_t wanted = workloads::element_count(graph.node(graph.inputs.front()).shape);
  if (static_cast<std::int64_t>(images.size_of_one()) != wanted)
    throw UsageError("--images", fmt::format("{} holds images of {} values, {} takes {}", images.file,
                                             images.size_of_one(), graph.name, wanted));
  std::vector<workloads::GraphTensor> inputs;
  for (std::size_t i = 0; i < std::min(most, images.count()); ++i)
    inputs.push_back(input_of(sidecar, graph, images, i));
  return inputs;
}

workloads::ImageSet images_named(const std::string& given, const std::filesystem::path& in_sidecar,
                                 const std::string& model, const char* option) {
  if (!given.empty()) return workloads::load_images(given);
  if (in_sidecar.empty()) throw workloads::NoImages(model, option);
  return workloads::load_images(in_sidecar.string());
}

}  // namespace

bool is_relu_network(const std::string& model) {
  std::error_code ignored;
  if (std::filesystem::path(model).extension() != ".onnx" || !std::filesystem::exists(model, ignored)) return false;
  return workloads::looks_like_relu_network(workloads::import_onnx(model));
}

ConvertResult convert_relu_network(const ReluArguments& a) {
  const workloads::Graph graph = workloads::import_onnx(a.model);
  const workloads::OnnxSidecar sidecar = workloads::read_onnx_sidecar(a.model);
  const workloads::ImageSet images = images_named(a.images, sidecar.data.test, a.model, "--images");
  const workloads::ImageSet calibration = images_named(a.calibrate, sidecar.data.calibration, a.model, "--calibrate");
  workloads::ReluOptions options;
  if (a.steps > 0) options.steps = a.steps;
  const workloads::ReluNetwork network(
      workloads::convert_relu(graph, options, inputs_of(sidecar, graph, calibration, kCalibrationImages)));

  ConvertResult r;
  r.model_name = a.model;
  r.method = network.method();
  r.class_names = sidecar.class_names;
  r.has_integer = false;
  r.macs = workloads::dense_multiply_adds(network.program());
  const std::vector<workloads::GraphTensor> inputs = inputs_of(sidecar, graph, images, a.spiking_images);
  const auto labels = std::span(images.labels).first(std::min(inputs.size(), images.labels.size()));
  r.loss = workloads::measure_relu_loss(graph, network, inputs, labels, a.threads);
  return r;
}

}  // namespace ranvier::cli
