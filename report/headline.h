// SPDX-License-Identifier: Apache-2.0
// The few numbers that a reader looks for first.
#pragma once

#include "report/run_record.h"

namespace ranvier::report {

struct Headline {
  std::int64_t images = 0;
  std::int64_t exact_images = 0;
  bool exact = false;      // all images, and at least one
  std::int64_t cores = 0;  // with a tile
  std::int64_t chips = 0;  // with such a core
  std::int64_t board_cores = 0;
  std::int64_t board_chips = 0;
  double steps_per_image = 0;
  double step_time_ns_mean = 0;
  Energy energy;            // whole run
  Energy energy_per_image;  // rounded to a whole attojoule
  Duration latency;         // mean per image
  Duration total_time;
  Duration initiation_interval;  // between the starts of two images
  double throughput_per_s = 0;   // its inverse
  double synops_per_image = 0;
  double events_per_image = 0;
  double pj_per_synop = 0;  // all energy over all synops
  double mean_power_w = 0;
  /// Operation counts times 45 nm arithmetic, as the spiking literature quotes energy: nothing but adders and
  /// multipliers.
  double arithmetic_only_nj_per_image = 0;
};

Headline headline(const RunRecord& record);

}  // namespace ranvier::report
