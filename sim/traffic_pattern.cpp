// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic patterns.
#include "sim/traffic_pattern.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/random.h"
#include "sim/network_errors.h"

namespace ranvier::sim {

namespace {

// Draw numbers of the counter-based generator; a source's Bernoulli trials are draw 0.
constexpr std::uint32_t kDestinationDraw = 1;
constexpr std::uint32_t kTreeDraw = 2;

}  // namespace

TrafficPattern traffic_pattern(const std::string& name) {
  if (name == "uniform") return TrafficPattern::kUniform;
  if (name == "transpose") return TrafficPattern::kTranspose;
  if (name == "bitcomp" || name == "bit-complement") return TrafficPattern::kBitComplement;
  if (name == "neighbour" || name == "neighbor") return TrafficPattern::kNeighbour;
  if (name == "hotspot" || name == "hotspot5") return TrafficPattern::kHotspot;
  if (name == "trace") return TrafficPattern::kTrace;
  throw TrafficError(name, "no such pattern; there are uniform, transpose, bitcomp, neighbour, hotspot, trace");
}

Destinations::Destinations(TrafficPattern pattern, const MeshSpec& mesh, const Hotspots& hotspots, std::uint64_t seed)
    : pattern_(pattern), mesh_(mesh), seed_(seed), cores_(static_cast<std::uint32_t>(mesh.cores())) {
  if (pattern == TrafficPattern::kTranspose && mesh.width != mesh.height) {
    throw TrafficError("transpose", "the mesh is not square; use uniform or bitcomp");
  }
  if (pattern == TrafficPattern::kHotspot) find_hotspots(hotspots);
}

void Destinations::find_hotspots(const Hotspots& hotspots) {
  constexpr std::int32_t kMostWeight = 1000;
  if (hotspots.weight < 1 || hotspots.weight > kMostWeight) {
    throw NetworkParameterError("hotspot weight", hotspots.weight, 1, kMostWeight);
  }
  extra_weight_ = static_cast<std::uint32_t>(hotspots.weight - 1);
  hot_ = hotspots.cores;
  std::sort(hot_.begin(), hot_.end());
  for (std::size_t i = 0; i < hot_.size(); ++i) {
    if (hot_[i] >= cores_) throw NetworkParameterError("hotspot core", hot_[i], 0, cores_ - 1);
    if (i > 0 && hot_[i] == hot_[i - 1]) {
      throw TrafficError("hotspot",
                         fmt::format("core {} is named twice; name each once and raise the weight", hot_[i]));
    }
  }
  if (!hot_.empty()) return;
  const auto middle = [](std::int32_t at, std::int32_t size) { return at >= size / 2 - 1 && at <= size / 2; };
  for (std::uint32_t core = 0; core < cores_; ++core) {
    const CoreId id(core);
    if (middle(mesh_.x(id), mesh_.width) && middle(mesh_.y(id), mesh_.height)) hot_.push_back(core);
  }
}

CoreId Destinations::draw(CoreId s, std::uint64_t k) const {
  const std::int32_t x = mesh_.x(s);
  const std::int32_t y = mesh_.y(s);
  const auto at = [&](std::int32_t to_x, std::int32_t to_y) {
    const auto locals = static_cast<std::uint32_t>(mesh_.cores_per_router);
    return CoreId(static_cast<std::uint32_t>(to_y * mesh_.width + to_x) * locals + s.value() % locals);
  };
  switch (pattern_) {
    case TrafficPattern::kUniform:
      return CoreId(random_below(cores_, seed_, s.value(), k, kDestinationDraw));
    case TrafficPattern::kTranspose:
      return at(y, x);
    case TrafficPattern::kBitComplement:
      return CoreId(cores_ - 1 - s.value());
    case TrafficPattern::kNeighbour:
      return at((x + 1) % mesh_.width, (y + 1) % mesh_.height);
    case TrafficPattern::kHotspot: {
      const auto extra = static_cast<std::uint32_t>(hot_.size()) * extra_weight_;
      const std::uint32_t i = random_below(cores_ + extra, seed_, s.value(), k, kDestinationDraw);
      return CoreId(i < cores_ ? i : hot_[(i - cores_) / extra_weight_]);
    }
    case TrafficPattern::kTrace:
      break;
  }
  throw std::logic_error("a trace names its destinations itself");
}

std::vector<CoreId> draw_tree(std::int32_t cores, std::int32_t count, std::uint64_t seed, CoreId source,
                              std::uint32_t tree) {
  // Floyd's sampling (Bentley and Floyd, CACM 30(9), 1987): each set of `count` is as likely as any other.
  std::vector<CoreId> chosen;
  for (std::int32_t j = cores - count; j < cores; ++j) {
    const auto last = static_cast<std::uint32_t>(j);
    const std::uint64_t draw = std::uint64_t{tree} << 32 | last;
    const CoreId pick(random_below(last + 1, seed, source.value(), draw, kTreeDraw));
    const bool taken = std::find(chosen.begin(), chosen.end(), pick) != chosen.end();
    chosen.push_back(taken ? CoreId(last) : pick);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace ranvier::sim
