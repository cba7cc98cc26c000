// SPDX-License-Identifier: Apache-2.0
// Spiking networks over time from files: those of SLAYER for Loihi, and any that a spiking.yaml describes
// (docs/reference/model-files.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "workloads/program.h"
#include "workloads/spike_train.h"

namespace ranvier::workloads {

/// How samples become input spikes.
enum class EventCoding : std::uint8_t { kBs2, kTimeNeuronText };

struct EventInput {
  EventCoding coding = EventCoding::kBs2;
  CameraGeometry geometry;             // kBs2; height * width tokens, polarities channels
  std::int32_t step_microseconds = 0;  // kBs2
  double step_time = 0;                // kTimeNeuronText: step = round(time / this) + first_step
  std::int32_t first_step = 0;
  std::int32_t first_neuron = 0;               // kTimeNeuronText: number of the first input in the file
  std::vector<std::string> sample_paths;       // recordings or folders of them, relative to the network's folder
  std::map<std::string, std::int32_t> labels;  // by recording's name
};

struct TemporalModel {
  std::string name;
  std::string folder;       // of the weights
  std::string description;  // file with the layer list
  Program program;
  EventInput input;
};

/// The folder holds a spiking.yaml, or the files that a shipped description names.
bool is_slayer_folder(const std::filesystem::path& path);
/// `path`: a folder as above, or a description file that names its weights relative to itself.
/// Throws FileMissing, UnknownTemporalModel, TemporalModelError's kinds, BadTextNumber, WrongWeightCount.
TemporalModel load_temporal(const std::filesystem::path& path);

/// Recordings with what is known about them.
struct SampleSet {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> names;    // file name without extension
  std::vector<std::int32_t> labels;  // -1: not known
  std::size_t count() const { return files.size(); }
};

/// `path`: one recording, or a folder of them (numbers in names in numeric order) with labels in `labels.txt` or in
/// `<folder>_labels.txt` beside it; empty: the first of the network's own sample folders that is there.
/// Throws FileMissing, NoSamples, BadTextNumber.
SampleSet find_samples(const TemporalModel& model, const std::filesystem::path& path = {});
/// What comes after the program's last step is left out. One sample as "input codes" of the program (pack_spikes()).
/// Throws FileMissing, BadEventFile, EventOutOfRange, BadTextNumber.
std::vector<std::int32_t> load_sample(const TemporalModel& model, const std::filesystem::path& file);

}  // namespace ranvier::workloads
