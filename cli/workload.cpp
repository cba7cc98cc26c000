// SPDX-License-Identifier: Apache-2.0
#include "cli/workload.h"

#include <fmt/format.h>

#include "cli/common.h"
#include "cli/graph_workload.h"
#include "cli/layered_workload.h"
#include "cli/temporal_workload.h"
#include "workloads/dataset.h"
#include "workloads/methods/load_network.h"

namespace ranvier::cli {

std::string describe(const workloads::VitModel& model, const workloads::Program& program) {
  const workloads::VitConfig& c = model.config;
  std::string text =
      fmt::format("transformer encoder on {}: {} tokens, width {}, {} heads, {} blocks, {}-bit activations", c.dataset,
                  c.tokens(), c.width, c.heads, c.blocks, c.activation_bits);
  if (!program.weights_note.empty()) text += "; " + program.weights_note;
  return text;
}

workloads::Program load_program(const std::string& name_or_path, const std::string& set, int threads) {
  if (is_graph_workload(name_or_path)) return load_graph_workload(name_or_path, set, threads).program;
  if (is_layered_workload(name_or_path)) return workloads::layered_lif_program(parse_layered(set).net, threads);
  if (is_temporal_workload(name_or_path)) return workloads::load_temporal(name_or_path).program;
  workloads::ConvertOptions how;
  how.threads = threads;
  return workloads::load_chip_network(name_or_path, how).program;
}

Workload::Workload(const std::string& name_or_path, std::size_t inputs, int threads) {
  if (is_temporal_workload(name_or_path)) {
    TemporalWorkload temporal = load_temporal_workload(name_or_path, "");
    if (inputs > temporal.samples.count())
      throw UsageError("--images", fmt::format("{} asked for, there are {}", inputs, temporal.samples.count()));
    samples_ = temporal.spikes(inputs);
    description_ = temporal.description();
    program_ = std::move(temporal.model.program);
    return;
  }
  workloads::ConvertOptions how;
  how.threads = threads;
  workloads::LoadedNetwork network = workloads::load_chip_network(name_or_path, how);
  const workloads::VitModel& model = network.model;
  program_ = std::move(network.program);
  const workloads::ImageSet images = workloads::test_images(model);
  workloads::check_images(model, images);
  if (inputs > images.count())
    throw UsageError("--images", fmt::format("{} asked for, {} holds {}", inputs, images.file, images.count()));
  samples_ = workloads::input_code_batch(model, images, inputs);
  description_ = describe(model, program_);
}

}  // namespace ranvier::cli
