// SPDX-License-Identifier: Apache-2.0
// Everything that a run folder holds: what was run, with what, on what, and what came out. Filled by the command line,
// read by each writer of this folder; plain data, nothing in here computes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mapper/hybrid.h"
#include "mapper/mapping.h"
#include "sim/remap_loop.h"
#include "sim/run_result.h"

namespace ranvier::report {

/// The program that wrote the folder. build_facts() (report/build_facts.h) fills it.
struct BuildFacts {
  std::string version;
  std::string commit;  // "unknown" outside a git work tree
  std::string compiler;
  std::string build_type;
  std::vector<std::string> libraries;  // "SQLite 3.40.1"
};

/// The machine it ran on. host_facts() (report/build_facts.h) fills it.
struct HostFacts {
  std::string name;
  std::string system;  // "Linux 6.1.0 x86_64"
  std::string processor;
  std::int64_t logical_cores = 0;
  double memory_mib = 0;
};

struct InputDigest {
  std::string role;  // "weights", "chip", "images"
  std::string path;  // as the user gave it
  std::string sha256;
};

/// Wall time that one part of the tool took: "load", "map", "simulate", ...
struct WallTime {
  std::string stage;
  double seconds = 0;
};

/// How many of how many images were classified as labelled; images = 0 when it was not measured.
struct Accuracy {
  std::int64_t correct = 0;
  std::int64_t images = 0;
};

/// Which image the i-th of RunResult::images is.
struct ImageRecord {
  std::int64_t index = 0;   // in the image file
  std::int32_t label = -1;  // -1: no label
};

/// One proposal of remap, iteration 0 is the start. Energy and hops are of the whole run, all its images.
struct RemapIteration {
  std::int32_t iteration = 0;
  double step_time_ns_mean = 0;
  double energy_nj = 0;
  double max_link_load = 0;
  std::int64_t hops = 0;
  std::int64_t moved_tiles = 0;
  bool accepted = false;
};

/// The checkpoint from which a process went on with the run.
struct ResumedAt {
  std::int32_t image = 0;
  std::int32_t step = 0;
};

struct RunRecord {
  std::vector<std::string> argv;
  BuildFacts build;
  HostFacts host;
  std::vector<ResumedAt> resumed_at;  // once for each time
  std::string started_utc;  // "2026-01-31T12:00:00Z"; empty leaves it out, so that two manifests can be compared
  std::uint64_t seed = 0;
  std::int32_t threads = 1;
  double wall_s = 0;
  double peak_rss_mib = 0;
  std::vector<InputDigest> inputs;
  std::vector<WallTime> wall_times;

  std::string workload;              // as given on the command line
  std::string workload_description;  // one sentence
  std::string target;                // as given on the command line
  std::string settings;              // likewise: --set
  std::string mapping_preset;
  std::vector<std::string> class_names;             // by class number; may be empty
  const mapper::MappingProblem* problem = nullptr;  // never null when written; the board is in it
  const mapper::Mapping* mapping = nullptr;         // never null when written
  std::vector<mapper::Alternative> alternatives;    // pure choices of engines and the one taken, last; may be empty
  std::vector<std::string> findings;                // what a mapping that was given asks beyond the chip
  double simulate_s = 0;                            // wall time of the simulation alone
  double simulate_cpu_s = 0;                        // its processor time; 0: not measured
  std::int64_t engine_bytes = 0;                    // of the functional engine; 0: it did not run alone
  sim::RunResult result;

  Accuracy chip;                    // images simulated on the chip
  Accuracy integer;                 // integer reference executor
  Accuracy floating;                // float network
  std::vector<ImageRecord> images;  // by RunResult::images; may be shorter when nothing is known of an image
  std::vector<RemapIteration> remap;
  std::optional<sim::RemapVerdict> remap_verdict;  // of all proposals together; empty: none were made
  std::string job_json;  // text of job.json: what remap needs to run the job again; empty: no such file
  std::string log;       // text of log.txt
  std::size_t trace_limit_bytes = std::size_t{64} << 20;
  std::filesystem::path probes_folder;  // complete, beside the run folder, which takes it as "probes"; empty: none
};

}  // namespace ranvier::report
