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

std::vector<std::string> extensions_of(const TemporalModel& model) {
  if (!model.input.format) return {".txt"};
  const auto extensions = extensions_of(*model.input.format);
  return {extensions.begin(), extensions.end()};
}

/// A sample's name; where a file holds several, "FILE#SAMPLE" and not the name of a file.
struct SamplePath {
  fs::path file;
  std::string sample;
};

SamplePath split_sample(const TemporalModel& model, const fs::path& path) {
  std::error_code ignored;
  const std::string text = path.string();
  const std::size_t mark = text.rfind('#');
  if (model.input.format != EventFormat::kHdf5 || mark == std::string::npos || fs::exists(path, ignored))
    return {path, ""};
  return {text.substr(0, mark), text.substr(mark + 1)};
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
  throw NoSamples(model.folder, extensions_of(model).front());
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

/// Puts the recordings of a file, or the one asked for, behind those of the set.
void add_recordings(const TemporalModel& model, const SamplePath& path,
                    const std::map<std::string, std::int32_t>& labels, SampleSet& set) {
  std::vector<RecordingEntry> entries(1);
  if (model.input.format) entries = list_recordings(path.file, *model.input.format);
  if (!path.sample.empty()) {
    const auto listed = std::find_if(entries.begin(), entries.end(),
                                     [&](const RecordingEntry& entry) { return entry.sample == path.sample; });
    entries = {listed == entries.end() ? RecordingEntry{path.sample} : *listed};
  }
  for (const RecordingEntry& entry : entries) {
    const std::string name = path.file.stem().string() + (entry.sample.empty() ? "" : "#" + entry.sample);
    const auto label = labels.find(name);
    set.files.emplace_back(path.file.string() + (entry.sample.empty() ? "" : "#" + entry.sample));
    set.names.push_back(name);
    set.labels.push_back(entry.label < 0 && label != labels.end() ? label->second : entry.label);
  }
}

}  // namespace

SampleSet find_samples(const TemporalModel& model, const fs::path& path) {
  const SamplePath named = split_sample(model, path.empty() ? own_samples(model) : path);
  const fs::path where = named.file.lexically_normal();
  std::error_code ignored;
  if (!fs::exists(where, ignored)) throw FileMissing(where.string());
  std::vector<fs::path> files;
  fs::path folder = where;
  const auto extensions = extensions_of(model);
  if (fs::is_directory(where, ignored)) {
    if (!folder.has_filename()) folder = folder.parent_path();
    for (auto it = fs::directory_iterator(folder, ignored); it != fs::directory_iterator(); it.increment(ignored)) {
      const std::string extension = it->path().extension().string();
      if (std::find(extensions.begin(), extensions.end(), extension) != extensions.end()) files.push_back(it->path());
    }
    std::sort(files.begin(), files.end(), in_order);
  } else {
    folder = where.parent_path();
    files.push_back(where);
  }
  const auto labels = labels_for(model, folder);
  SampleSet set;
  for (const fs::path& file : files) add_recordings(model, {file, named.sample}, labels, set);
  if (set.files.empty()) throw NoSamples(where.string(), extensions.front());
  return set;
}

std::vector<std::int32_t> load_sample(const TemporalModel& model, const fs::path& file) {
  const EventInput& input = model.input;
  if (!input.format) return pack_spikes(read_time_neuron(model, file));
  const SamplePath path = split_sample(model, file);
  RecordingOptions reading = input.reading;
  reading.sample = path.sample;
  EventBinning binning = input.binning;
  binning.steps = model.program.timesteps;
  return pack_spikes(bin_recording(read_recording(path.file, *input.format, reading), binning));
}

}  // namespace ranvier::workloads
