// SPDX-License-Identifier: Apache-2.0
// What the payloads of a rate network stand for: a scale a site, and by channel where what follows can take it up.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "workloads/model.h"

namespace ranvier::workloads {

struct RateScales {
  std::map<std::string, double> scale;                        // real value of payload 1, by stage
  std::map<std::string, std::vector<double>> channel_shares;  // of it, by channel; RateForm::channel_shares
};

struct StaCalibration {
  int steps = 32;            // T that the thresholds are for
  bool channel_wise = true;  // where a stage's consumers are all linear
  double momentum = 0.9;     // of the thresholds from batch to batch
  std::size_t batch = 50;    // images
};
/// theta / 2 at each site, in batches of the images in their order.
RateScales calibrate_sta(const VitModel& model, const StaCalibration& options,
                         std::span<const std::vector<std::int32_t>> inputs, int threads);

struct PercentileCalibration {
  double percentile = 0.999;            // of |activation|, 1: the maximum
  double divisor = 1;                   // scale = that activation / divisor
  std::map<std::string, double> fixed;  // by kind of site ("attn", "gelu"): scales that are not searched
};
/// One scale a site.
RateScales calibrate_percentile(const VitModel& model, const PercentileCalibration& options,
                                std::span<const std::vector<std::int32_t>> inputs, int threads);

/// Whether the values of a site can be negative: all but attention, and what goes through a ReLU.
bool is_signed_site(const VitConfig& config, const std::string& stage_name);
/// Whether a stage's channels may have scales of their own: a unit or a mix with linear stages alone behind it.
bool takes_channel_shares(const VitConfig& config, const std::string& stage_name);

}  // namespace ranvier::workloads
