// SPDX-License-Identifier: Apache-2.0
#include "cli/temporal_workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/common.h"
#include "cli/graph_workload.h"
#include "cli/layered_workload.h"
#include "workloads/methods/network_file.h"
#include "workloads/model.h"

namespace ranvier::cli {

bool is_temporal_workload(const std::string& name_or_path) {
  const std::filesystem::path path(name_or_path);
  std::error_code ignored;
  if (path.extension() == ".yaml" || path.extension() == ".nir") return std::filesystem::is_regular_file(path, ignored);
  return std::filesystem::is_directory(path, ignored) && workloads::is_slayer_folder(path);
}

void check_schedule_of_images(const std::string& schedule) {
  if (schedule == "timesteps") throw UsageError("--schedule", "timesteps is for networks over time; leave it out");
}

namespace {

bool is_on_images(const std::string& workload) {
  try {
    if (!workloads::is_network_file(workload)) workloads::load_model(workload);
  } catch (const Error&) {
    return false;
  }
  return true;
}

}  // namespace

void check_workload_over_time(const mapper::MappingFile& file, const std::string& workload) {
  if (is_temporal_workload(workload) || is_graph_workload(workload) || is_layered_workload(workload)) return;
  if (workload == file.program_name && is_on_images(workload)) mapper::check_schedule(file, false);
  throw UsageError("--workload", fmt::format("{} maps {}, a network over time, and {} is no folder of one; give its "
                                             "folder, --workload FOLDER",
                                             file.file, file.program_name, workload));
}

std::string TemporalWorkload::description() const {
  const workloads::Program& program = model.program;
  std::int64_t neurons = 0;
  for (std::size_t s = 1; s < program.stages.size(); ++s)
    neurons += std::int64_t{program.stages[s].tokens} * program.stages[s].channels;
  const workloads::Stage& input = program.stages.front();
  std::string text =
      fmt::format("Spiking network over {} steps: {} inputs, {} compartments in {} layers", program.timesteps,
                  std::int64_t{input.tokens} * input.channels, neurons, program.stages.size() - 1);
  if (!program.weights_note.empty()) text += fmt::format("; {}", program.weights_note);
  return text;
}

std::vector<std::vector<std::int32_t>> TemporalWorkload::spikes(std::size_t count) const {
  std::vector<std::vector<std::int32_t>> all;
  for (std::size_t i = 0; i < std::min(count, samples.count()); ++i)
    all.push_back(workloads::load_sample(model, samples.files[i]));
  return all;
}

TemporalWorkload load_temporal_workload(const std::string& path, const std::string& samples) {
  TemporalWorkload workload;
  workload.model = workloads::load_temporal(path);
  workload.samples = workloads::find_samples(workload.model, samples);
  return workload;
}

}  // namespace ranvier::cli
