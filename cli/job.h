// SPDX-License-Identifier: Apache-2.0
// One job from files to a simulated result: what the verbs run, map, sim and remap have in common.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/engine_options.h"
#include "cli/graph_workload.h"
#include "cli/layered_workload.h"
#include "cli/temporal_workload.h"
#include "mapper/mapper.h"
#include "mapper/mapping_io.h"
#include "report/run_record.h"
#include "sim/simulate.h"
#include "workloads/dataset.h"
#include "workloads/model.h"

namespace ranvier::cli {

/// What the user asked for; job.json of a run folder holds it, so that remap can go on from there.
struct JobOptions {
  Common common;
  std::string workload;
  std::string target;
  std::string schedule = "staged-graded";
  std::string fidelity = "cycle";
  std::string preset = "latency";
  std::string constraints_file;         // map_options.h
  std::vector<std::string> dead_cores;  // "x,y" or "x,y,core of the router"
  double time_budget_s = 0;             // of the mapper; 0: none
  std::int32_t reroute_rounds = 24;     // of the mapper, on the chosen placement
  std::string token_mode = "auto";
  std::string set;                 // numbers of layered-lif or an irregular network
  std::string timing = "network";  // simple: the rule of sim/simple_timing.h instead of a fidelity
  EngineOptions where;
  std::vector<std::string> rtl;
  std::string images_file;  // empty: the bundled test images
  std::size_t images = 10;
  bool images_given = false;    // else fewer will do
  bool schedule_given = false;  // else the workload's own
  std::size_t accuracy_images = 500;
  bool allow_loss = false;
  bool bounded_memory = false;
  std::int64_t max_steps = 0;  // of an image; 0: until it is done
  std::string ranks;           // rank_options.h
  std::size_t trace_limit_mib = 64;
};

void add_settings_option(CLI::App& verb, std::string& set);
void add_job_options(CLI::App& verb, JobOptions& options);
void add_simulation_options(CLI::App& verb, JobOptions& options);
std::string job_to_json(const JobOptions& options);
/// Throws RunFolderUnreadable where `file` is not what job_to_json() writes.
JobOptions job_from_json(const std::string& text, const std::string& file);

/// `options` with target, schedule and, where none are given, workload and settings of a mapping file. Throws
/// UsageError where that needs a network over time and the workload is none.
JobOptions options_for(const mapper::MappingFile& file, JobOptions options);

/// How the options ask stages to be cut.
mapper::TilingOptions tiling_of(const JobOptions& options);

/// Loaded, converted, mapped and verified. Not movable: the problem points into it.
class Job {
 public:
  explicit Job(const JobOptions& options);
  /// With a mapping made before instead of a new one. Throws MappingMismatch, MappingIllegal.
  Job(const JobOptions& options, mapper::MappingFile file);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  const JobOptions& options() const { return options_; }
  const workloads::Program& program() const { return program_; }
  const mapper::MappingProblem& problem() const { return problem_; }
  const mapper::Mapping& mapping() const { return mapping_; }
  /// What the pure choices of engines would cost, and the one taken; empty where all stages spike by default.
  const std::vector<mapper::Alternative>& alternatives() const { return alternatives_; }
  void set_alternatives(std::vector<mapper::Alternative> all) { alternatives_ = std::move(all); }
  /// What the mapper found on the way; no candidates where the mapping was given, or engines were chosen.
  const mapper::MapResult& search() const { return search_; }
  void set_mapping(mapper::Mapping mapping) { mapping_ = std::move(mapping); }
  void use_profile(const mapper::Profile& profile);

  /// Images to simulate, as codes; spikes of a network over time. Throws UsageError when there are fewer than asked
  /// for.
  const std::vector<std::vector<std::int32_t>>& image_codes();
  sim::SimOptions simulation_options() const;
  /// `more`: changes the options last.
  sim::RunResult simulate(const std::vector<sim::Probe*>& probes = {},
                          const std::function<void(sim::SimOptions&)>& more = nullptr);

  /// Everything of the run record but the result, the remap history and the times of the whole.
  report::RunRecord record(const Context& context);

 private:
  void load();
  void load_temporal();
  void load_layered();
  void load_graph();
  void map_stages();
  void map_graph();
  void record_graph(report::RunRecord& record);
  void map_layered();
  void check_layered();
  sim::RunResult simulate_simple();
  void record_layered(report::RunRecord& record);
  void record_temporal(report::RunRecord& record);
  void record_images(report::RunRecord& record);
  void check_mapping(const std::string& file = "");
  void check_max_steps() const;
  void measure_accuracy(report::RunRecord& record);
  void tell_rtl(const sim::RunResult& result) const;

  JobOptions options_;
  std::optional<TemporalWorkload> temporal_;  // instead of the next, of images_ and of recorded_
  std::optional<LayeredWorkload> layered_;    // likewise
  std::optional<GraphWorkload> graph_;        // likewise
  workloads::VitModel model_;
  bool has_float_ = true;  // model_ has its weights
  workloads::Program program_;
  mapper::MappingProblem problem_;
  mapper::Mapping mapping_;
  std::vector<mapper::Alternative> alternatives_;
  mapper::MapResult search_;  // without its mapping
  workloads::ImageSet images_;
  workloads::RecordedLogits recorded_;  // empty where the model folder has none
  std::vector<std::vector<std::int32_t>> codes_;
  std::vector<report::WallTime> wall_times_;
  std::vector<std::string> findings_;  // of a mapping that was given
  double simulate_s_ = 0, simulate_cpu_s_ = 0;
  std::int64_t engine_bytes_ = 0;  // of the functional engine, where it ran alone
};

/// A mapping that the verifier refuses: a fault of the mapper, or a file changed by hand.
struct MappingIllegal : Error {
  MappingIllegal(const std::string& what, std::size_t findings, const std::string& first);
  std::size_t findings;
};

/// A run folder without the file that remap needs, or with one that cannot be read.
struct RunFolderUnreadable : Error {
  RunFolderUnreadable(const std::string& file, const std::string& problem);
  std::string file;
};

}  // namespace ranvier::cli
