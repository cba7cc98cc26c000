// SPDX-License-Identifier: Apache-2.0
// Jobs on networks over time: what differs from those on images.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "cli/job.h"
#include "cli/stop_watch.h"
#include "workloads/reference.h"

namespace ranvier::cli {

/// One schedule fits; samples are few, so that the usual number of images may be more.
void Job::load_temporal() {
  const StopWatch watch;
  if (options_.schedule_given && options_.schedule != "timesteps")
    throw UsageError("--schedule", fmt::format("{} is for networks on images, and {} is one over time; leave it out",
                                               options_.schedule, options_.workload));
  temporal_ = load_temporal_workload(options_.workload, options_.images_file);
  program_ = temporal_->model.program;
  options_.schedule = "timesteps";
  const std::size_t count = temporal_->samples.count();
  if (options_.images_given && options_.images > count)
    throw UsageError("--images", fmt::format("{} asked for, {} holds {}", options_.images,
                                             temporal_->samples.files.front().parent_path().string(), count));
  options_.images = std::min(options_.images, count);
  codes_ = temporal_->spikes(options_.images);
  wall_times_.push_back({"load", watch.seconds()});
}

void Job::record_temporal(report::RunRecord& r) {
  const auto add_input = [&](const char* role, const std::string& path) {
    r.inputs.push_back({role, path, sha256_of_file(path)});
  };
  add_input("network", temporal_->model.description);
  if (!temporal_->model.nir.empty()) add_input("weights", temporal_->model.nir);
  for (std::size_t i = 0; i < options_.images; ++i) add_input("sample", temporal_->samples.files[i].string());
  r.workload_description = temporal_->description();
  const StopWatch watch;
  const auto counts = workloads::run_reference_logits(program_, codes_, thread_count(options_.common));
  for (std::size_t i = 0; i < options_.images; ++i) {
    const std::int32_t label = temporal_->samples.labels[i];
    r.images.push_back({static_cast<std::int64_t>(i), label});
    if (label < 0) continue;
    ++r.integer.images;
    r.integer.correct += std::max_element(counts[i].begin(), counts[i].end()) - counts[i].begin() == label ? 1 : 0;
  }
  wall_times_.push_back({"reference accuracy", watch.seconds()});
}

}  // namespace ranvier::cli
