// SPDX-License-Identifier: Apache-2.0
// Spiking networks over time from files: those of SLAYER for Loihi, NIR files, and any that a spiking.yaml describes
// (docs/reference/model-files.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workloads/events/binning.h"
#include "workloads/program.h"
#include "workloads/spike_train.h"

namespace ranvier::workloads {

/// How samples become input spikes.
struct EventInput {
  std::optional<EventFormat> format;  // of recordings; none: text of times and neurons
  RecordingOptions reading;           // recordings only, as `binning`
  EventBinning binning;
  double step_time = 0;  // text of times and neurons: step = round(time / this) + first_step
  std::int32_t first_step = 0;
  std::int32_t first_neuron = 0;               // number of the first input in the text
  std::vector<std::string> sample_paths;       // recordings or folders of them, relative to the network's folder
  std::map<std::string, std::int32_t> labels;  // by recording's name
};

struct TemporalModel {
  std::string name;
  std::string folder;       // of the weights
  std::string description;  // file with the layer list
  Program program;
  EventInput input;
  std::string nir;  // file with the network; empty: weights are in text files
};

/// The folder holds a spiking.yaml, or the files that a shipped description names.
bool is_slayer_folder(const std::filesystem::path& path);
/// `path`: a folder as above, a description file that names its weights relative to itself, or a .nir file with such a
/// description: beside it under its own name (net.nir, net.yaml) or as spiking.yaml, else a shipped one.
/// Throws FileMissing, UnknownTemporalModel, UndescribedNir, NirError's kinds, TemporalModelError's kinds,
/// BadTextNumber, WrongWeightCount.
TemporalModel load_temporal(const std::filesystem::path& path);

/// Recordings with what is known about them.
struct SampleSet {
  std::vector<std::filesystem::path> files;  // "FILE#SAMPLE" where a file holds several
  std::vector<std::string> names;            // file name without extension
  std::vector<std::int32_t> labels;          // -1: not known
  std::size_t count() const { return files.size(); }
};

/// `path`: one recording, or a folder of them (numbers in names in numeric order) with labels in `labels.txt` or in
/// `<folder>_labels.txt` beside it, where the recording itself names none; empty: the first of the network's own sample
/// folders that is there. Throws FileMissing, NoSamples, BadTextNumber, BadEventDataset.
SampleSet find_samples(const TemporalModel& model, const std::filesystem::path& path = {});
/// What comes after the program's last step is left out. One sample as "input codes" of the program (pack_spikes()).
/// Throws FileMissing, BadTextNumber, what read_recording() and bin_recording() throw.
std::vector<std::int32_t> load_sample(const TemporalModel& model, const std::filesystem::path& file);

}  // namespace ranvier::workloads
