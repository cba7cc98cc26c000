// SPDX-License-Identifier: Apache-2.0
// Recordings of a network over time: where they are, their labels, and how they become input spikes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/file.h"
#include "workloads/number_text.h"
#include "workloads/slayer.h"
#include "workloads/temporal_errors.h"

namespace ranvier::workloads {
namespace {

namespace fs = std::filesystem;

std::string extension_of(const TemporalModel& model) {
  return model.input.coding == EventCoding::kBs2 ? ".bs2" : ".txt";
}

/// 2 before 10; names that are no numbers after those that are, by name.
bool in_order(const fs::path& a, const fs::path& b) {
  const auto key = [](const fs::path& path) {
    const std::string name = path.stem().string();
    const bool number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    return std::tuple(!number, number ? name.size() : 0, name);
  };
  return key(a) < key(b);
}

/// Lines `name class`; names with their leading zeros.
std::map<std::string, std::int32_t> read_labels(const fs::path& path) {
  std::map<std::string, std::int32_t> labels;
  const std::string text = read_file(path);
  for (const auto& row : text_rows(text)) {
    demand_columns(row, 2, path.string(), "sample and class");
    labels[std::string(row[0].text)] =
        static_cast<std::int32_t>(whole_number(row[1], path.string(), 0, std::numeric_limits<std::int32_t>::max()));
  }
  return labels;
}

std::map<std::string, std::int32_t> labels_for(const TemporalModel& model, const fs::path& folder) {
  std::error_code ignored;
  const fs::path beside = folder.parent_path() / (folder.filename().string() + "_labels.txt");
  for (const fs::path& file : {folder / "labels.txt", beside}) {
    if (fs::exists(file, ignored)) return read_labels(file);
  }
  return model.input.labels;
}

fs::path own_samples(const TemporalModel& model) {
  std::error_code ignored;
  for (const std::string& relative : model.input.sample_paths) {
    const fs::path path = (fs::path(model.folder) / relative).lexically_normal();
    if (fs::exists(path, ignored)) return path;
  }
  throw NoSamples(model.folder, extension_of(model));
}

std::vector<Spike> read_time_neuron(const TemporalModel& model, const fs::path& path) {
  const EventInput& in = model.input;
  const Stage& stage = model.program.stages.front();
  const std::string text = read_file(path);
  std::vector<Spike> spikes;
  for (const auto& row : text_rows(text)) {
    demand_columns(row, 2, path.string(), "time and neuron");
    const double step = std::round(real_number(row[0], path.string()) / in.step_time) + in.first_step;
    if (step < 0) {
      throw BadTextNumber({path.string(), row[0].line, row[0].column}, std::string(row[0].text),
                          "a time from step 0 on");
    }
    const std::int64_t last = std::int64_t{stage.tokens} * stage.channels - 1 + in.first_neuron;
    const std::int64_t neuron = whole_number(row[1], path.string(), in.first_neuron, last);
    if (step >= model.program.timesteps) continue;
    spikes.push_back({static_cast<std::int32_t>(step), static_cast<std::int32_t>(neuron - in.first_neuron)});
  }
  std::sort(spikes.begin(), spikes.end());
  spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
  return spikes;
}

}  // namespace

SampleSet find_samples(const TemporalModel& model, const fs::path& path) {
  const fs::path where = path.empty() ? own_samples(model) : path.lexically_normal();
  std::error_code ignored;
  if (!fs::exists(where, ignored)) throw FileMissing(where.string());
  SampleSet set;
  fs::path folder = where;
  if (fs::is_directory(where, ignored)) {
    if (!folder.has_filename()) folder = folder.parent_path();
    for (auto it = fs::directory_iterator(folder, ignored); it != fs::directory_iterator(); it.increment(ignored)) {
      if (it->path().extension() == extension_of(model)) set.files.push_back(it->path());
    }
    std::sort(set.files.begin(), set.files.end(), in_order);
  } else {
    folder = where.parent_path();
    set.files.push_back(where);
  }
  if (set.files.empty()) throw NoSamples(where.string(), extension_of(model));
  const auto labels = labels_for(model, folder);
  for (const fs::path& file : set.files) {
    set.names.push_back(file.stem().string());
    const auto label = labels.find(set.names.back());
    set.labels.push_back(label == labels.end() ? -1 : label->second);
  }
  return set;
}

std::vector<std::int32_t> load_sample(const TemporalModel& model, const fs::path& file) {
  if (model.input.coding == EventCoding::kTimeNeuronText) return pack_spikes(read_time_neuron(model, file));
  return pack_spikes(bin_events(read_bs2(file), model.input.geometry, model.input.step_microseconds,
                                model.program.timesteps, file.string()));
}

}  // namespace ranvier::workloads
