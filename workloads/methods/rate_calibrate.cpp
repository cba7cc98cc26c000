// SPDX-License-Identifier: Apache-2.0
// Calibration on the float network's activations, in front of where the neurons will stand. Batches and sites are
// handled in order and every search is sequential, so the number of threads changes nothing.
#include "workloads/methods/rate_calibrate.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "workloads/float_network.h"
#include "workloads/methods/sta_thresholds.h"

namespace ranvier::workloads {
namespace {

constexpr std::size_t kMostSamples = 1 << 15;  // of a search; more values are taken at equal distances
constexpr double kLeastShare = 1.0 / 64;       // of a channel that hardly ever has a value

struct Site {
  std::string name;
  std::size_t stage;  // in the order of stage_names()
  bool is_signed;
};

std::vector<Site> sites_of(const VitConfig& config) {
  std::vector<Site> sites;
  const std::vector<std::string> names = stage_names(config);
  for (std::size_t s = 0; s < names.size(); ++s)
    if (has_quantiser(names[s])) sites.push_back({names[s], s, is_signed_site(config, names[s])});
  return sites;
}

/// Values of one site over a batch, all or those of one channel; magnitudes where it is signed.
std::vector<float> samples(const std::vector<FloatActivations>& batch, const Site& site, std::size_t first,
                           std::size_t stride) {
  const std::size_t one = batch.front().before[site.stage].size() / stride;
  const std::size_t skip = (one * batch.size() + kMostSamples - 1) / kMostSamples;
  std::vector<float> values;
  for (std::size_t at = 0; at < one * batch.size(); at += skip) {
    const float value = batch[at / one].before[site.stage][first + at % one * stride];
    values.push_back(site.is_signed ? std::abs(value) : value);
  }
  return values;
}

/// Calls visit(batch activations) batch by batch, then for each of them site(i) in parallel over sites.
void for_each_batch(const VitModel& model, std::span<const std::vector<std::int32_t>> inputs, std::size_t batch_size,
                    std::size_t sites, int threads,
                    const std::function<void(const std::vector<FloatActivations>&, std::size_t)>& site) {
  const FloatNetwork network(model);
  tbb::task_arena arena(threads > 0 ? threads : tbb::task_arena::automatic);
  for (std::size_t first = 0; first < inputs.size(); first += batch_size) {
    std::vector<FloatActivations> batch(std::min(batch_size, inputs.size() - first));
    arena.execute([&] {
      tbb::parallel_for(std::size_t{0}, batch.size(),
                        [&](std::size_t i) { batch[i] = network.run(inputs[first + i]); });
      tbb::parallel_for(std::size_t{0}, sites, [&](std::size_t i) { site(batch, i); });
    });
  }
}

void require_scale(const Site& site, double scale) {
  if (!(scale > 0)) throw CannotCalibrate(site.name, "it is zero or out of its range on every calibration image");
}

}  // namespace

bool is_signed_site(const VitConfig& config, const std::string& stage_name) {
  const std::string kind = site_kind(stage_name);
  return kind != "attn" && !(kind == "fc1" && config.activation == Activation::kRelu);
}

bool takes_channel_shares(const VitConfig& config, const std::string& stage_name) {
  const std::string kind = site_kind(stage_name);
  if (kind == "av" || kind == "gelu") return true;
  if (kind == "norm") return config.pooling == Pooling::kFirstToken;
  return config.placement == NormPlacement::kPre && (kind == "ln1" || kind == "ln2");
}

RateScales calibrate_sta(const VitModel& model, const StaCalibration& options,
                         std::span<const std::vector<std::int32_t>> inputs, int threads) {
  const std::vector<Site> sites = sites_of(model.config);
  if (inputs.empty()) throw CannotCalibrate(sites.front().name, "no calibration images");
  std::vector<RunningThresholds> running(sites.size(), RunningThresholds(options.momentum));
  const auto tokens = static_cast<std::size_t>(model.config.tokens());
  const auto by_channel = [&](const Site& site) {
    return options.channel_wise && takes_channel_shares(model.config, site.name);
  };
  for_each_batch(model, inputs, options.batch, sites.size(), threads,
                 [&](const std::vector<FloatActivations>& batch, std::size_t i) {
                   const std::size_t values = batch.front().before[sites[i].stage].size();
                   const std::size_t rows =
                       sites[i].name == "norm" && model.config.pooling == Pooling::kFirstToken ? 1 : tokens;
                   const std::size_t channels = by_channel(sites[i]) ? values / rows : 1;
                   std::vector<double> thresholds(channels);
                   for (std::size_t c = 0; c < channels; ++c)
                     thresholds[c] = mmse_threshold(samples(batch, sites[i], c, channels), options.steps);
                   running[i].add_batch(thresholds);
                 });
  RateScales scales;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const std::vector<double>& thresholds = running[i].value();
    const double greatest = *std::max_element(thresholds.begin(), thresholds.end());
    require_scale(sites[i], greatest);
    scales.scale[sites[i].name] = greatest / 2;
    if (!by_channel(sites[i])) continue;
    std::vector<double>& shares = scales.channel_shares[sites[i].name];
    for (const double threshold : thresholds) shares.push_back(std::max(kLeastShare, threshold / greatest));
  }
  return scales;
}

RateScales calibrate_percentile(const VitModel& model, const PercentileCalibration& options,
                                std::span<const std::vector<std::int32_t>> inputs, int threads) {
  constexpr std::size_t kBatch = 50;
  const std::vector<Site> sites = sites_of(model.config);
  if (inputs.empty()) throw CannotCalibrate(sites.front().name, "no calibration images");
  std::vector<std::vector<float>> values(sites.size());
  for_each_batch(model, inputs, kBatch, sites.size(), threads,
                 [&](const std::vector<FloatActivations>& batch, std::size_t i) {
                   const std::vector<float> more = samples(batch, sites[i], 0, 1);
                   values[i].insert(values[i].end(), more.begin(), more.end());
                 });
  RateScales scales;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const auto fixed = options.fixed.find(site_kind(sites[i].name));
    if (fixed != options.fixed.end()) {
      scales.scale[sites[i].name] = fixed->second;
      continue;
    }
    const auto rank =
        static_cast<std::ptrdiff_t>(std::ceil(options.percentile * static_cast<double>(values[i].size())) - 1);
    const auto at =
        values[i].begin() + std::clamp<std::ptrdiff_t>(rank, 0, static_cast<std::ptrdiff_t>(values[i].size()) - 1);
    std::nth_element(values[i].begin(), at, values[i].end());
    require_scale(sites[i], static_cast<double>(*at));
    scales.scale[sites[i].name] = static_cast<double>(*at) / options.divisor;
  }
  return scales;
}

}  // namespace ranvier::workloads
