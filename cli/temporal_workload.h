// SPDX-License-Identifier: Apache-2.0
// Networks over time as workloads of the command line: a folder in SLAYER's formats or with a spiking.yaml, or a NIR
// file, and event recordings as its samples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/mapping_io.h"
#include "workloads/slayer.h"

namespace ranvier::cli {

/// A folder that load_temporal() reads, a description file (.yaml) or a network (.nir).
bool is_temporal_workload(const std::string& name_or_path);

/// Throws UsageError where a network on images would run over time.
void check_schedule_of_images(const std::string& schedule);

/// For a mapping file of a network over time. Throws UsageError where `workload` is no network at all, and
/// MappingFileError where it is one on images.
void check_workload_over_time(const mapper::MappingFile& file, const std::string& workload);

struct TemporalWorkload {
  workloads::TemporalModel model;
  workloads::SampleSet samples;

  std::string description() const;  // one sentence
  /// The first `count` samples as spikes, fewer where there are no more.
  std::vector<std::vector<std::int32_t>> spikes(std::size_t count) const;
};

/// `samples`: a recording or a folder of them; empty: the network's own. Throws what load_temporal() and find_samples()
/// do.
TemporalWorkload load_temporal_workload(const std::string& path, const std::string& samples);

}  // namespace ranvier::cli
