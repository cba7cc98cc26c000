// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic: sources, warm-up, measurement, drain.
#include "sim/traffic.h"

#include <ctime>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "base/random.h"
#include "sim/cycle_network.h"
#include "sim/network_errors.h"

namespace ranvier::sim {

namespace {

constexpr std::int64_t kSliceCycles = 32;  // sources run this far ahead of the network
constexpr std::int64_t kDrainFactor = 10;  // drain at most this many times the measured cycles
constexpr double kSaturationFactor = 3;    // mean latency over that of an empty network
constexpr double kStuckShare = 0.02;       // of measured packets, without a drain
constexpr std::uint32_t kHotspotWeight = 5;

/// Where core `s` sends its packet number `k`. Patterns and weights: BookSim's, as in the reference curves.
class Destinations {
 public:
  Destinations(TrafficPattern pattern, const MeshSpec& mesh, std::uint64_t seed)
      : pattern_(pattern), mesh_(mesh), seed_(seed), cores_(static_cast<std::uint32_t>(mesh.cores())) {
    if (pattern == TrafficPattern::kTranspose && mesh.width != mesh.height) {
      throw TrafficError("transpose", "the mesh is not square; use uniform or bitcomp");
    }
    for (std::int32_t y = std::max(0, mesh.height / 2 - 1); y <= mesh.height / 2 && y < mesh.height; ++y) {
      for (std::int32_t x = std::max(0, mesh.width / 2 - 1); x <= mesh.width / 2 && x < mesh.width; ++x)
        hot_.push_back(at(x, y));
    }
  }

  std::uint32_t draw(std::uint32_t s, std::uint64_t k) const {
    const std::int32_t x = mesh_.x(CoreId(s));
    const std::int32_t y = mesh_.y(CoreId(s));
    switch (pattern_) {
      case TrafficPattern::kUniform:
        return random_below(cores_, seed_, s, k, 1);
      case TrafficPattern::kTranspose:
        return at(y, x);
      case TrafficPattern::kBitComplement:
        return cores_ - 1 - s;
      case TrafficPattern::kNeighbour:
        return at((x + 1) % mesh_.width, (y + 1) % mesh_.height);
      case TrafficPattern::kHotspot: {
        const auto extra = static_cast<std::uint32_t>(hot_.size()) * (kHotspotWeight - 1);
        const std::uint32_t i = random_below(cores_ + extra, seed_, s, k, 1);
        return i < cores_ ? i : hot_[(i - cores_) / (kHotspotWeight - 1)];
      }
    }
    return s;
  }

 private:
  std::uint32_t at(std::int32_t x, std::int32_t y) const { return static_cast<std::uint32_t>(y * mesh_.width + x); }
  TrafficPattern pattern_;
  MeshSpec mesh_;
  std::uint64_t seed_;
  std::uint32_t cores_;
  std::vector<std::uint32_t> hot_;
};

/// Bernoulli trials, one a cycle, drawn as gaps between successes: the same distribution, work only where packets are.
class Source {
 public:
  Source(double rate, std::uint64_t seed, std::uint32_t core) : rate_(rate), seed_(seed), core_(core) { advance(); }
  std::int64_t next() const { return next_; }
  std::uint64_t packet() const { return packet_ - 1; }
  void advance() {
    if (rate_ <= 0) {
      next_ = std::numeric_limits<std::int64_t>::max();
      return;
    }
    double gap = 0;
    if (rate_ < 1) gap = std::floor(std::log1p(-random_unit(seed_, core_, packet_, 0)) / std::log1p(-rate_));
    next_ += 1 + static_cast<std::int64_t>(std::min(gap, 1e15));
    ++packet_;
  }

 private:
  double rate_;
  std::uint64_t seed_;
  std::uint32_t core_;
  std::int64_t next_ = -1;
  std::uint64_t packet_ = 0;
};

struct InFlight {
  std::int64_t made = 0;
  std::int64_t entered = 0;
  std::int64_t empty_network = 0;  // latency of a lone packet
  std::int32_t routers = 0;
};

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

class Experiment {
 public:
  explicit Experiment(const TrafficOptions& options)
      : options_(options),
        mesh_(
            preset_mesh(options.preset, options.width, options.height, options.virtual_channels, options.buffer_flits)),
        destinations_(traffic_pattern(options.traffic), mesh_, options.seed),
        begin_(options.cycles / 3),
        end_(begin_ + options.cycles),
        network_(make_cycle_network(mesh_)) {
    network_->log_entries(&entries_);
    for (std::uint32_t core = 0; core < static_cast<std::uint32_t>(mesh_.cores()); ++core) {
      sources_.emplace_back(options.rate, options.seed, core);
    }
  }

  TrafficResult run() {
    const double start = cpu_seconds();
    std::int64_t now = 0;
    const std::int64_t limit = end_ + (options_.drain ? kDrainFactor * options_.cycles : 0);
    while (now < end_ || (measured_inside_ > 0 && now < limit)) {
      // Slices end where the measurement begins and ends, so that counts fall on the right side.
      std::int64_t next = now + kSliceCycles;
      if (now < end_) next = std::min(next, end_);
      generate(next);
      network_->advance(next - 1, deliveries_);
      collect();
      now = next;
    }
    return result(now, cpu_seconds() - start);
  }

 private:
  bool measured(std::int64_t cycle) const { return cycle >= begin_ && cycle < end_; }

  void generate(std::int64_t until) {
    for (std::uint32_t core = 0; core < sources_.size(); ++core) {
      Source& source = sources_[core];
      for (; source.next() < until; source.advance()) {
        const CoreId from(core);
        const CoreId to(destinations_.draw(core, source.packet()));
        if (free_.empty()) {
          free_.push_back(static_cast<std::uint32_t>(in_flight_.size()));
          in_flight_.emplace_back();
        }
        const std::uint32_t id = free_.back();
        free_.pop_back();
        const std::int32_t routers = std::abs(mesh_.x(from) - mesh_.x(to)) + std::abs(mesh_.y(from) - mesh_.y(to)) + 1;
        in_flight_[id] = {source.next(), 0, zero_load_cycles(mesh_, from, to), routers};
        if (measured(source.next())) ++generated_, ++measured_inside_;
        network_->inject({id, from, to, 1}, source.next());
      }
    }
  }

  void collect() {
    for (const Entry& entry : entries_) in_flight_[entry.id].entered = entry.at;
    entries_.clear();
    for (const Delivery& delivery : deliveries_) {
      const InFlight& packet = in_flight_[delivery.id];
      free_.push_back(delivery.id);
      flit_hops_ += packet.routers;
      if (measured(delivery.at)) ++accepted_;
      if (!measured(packet.made)) continue;
      --measured_inside_;
      ++delivered_;
      latency_ += delivery.at - packet.made;
      network_latency_ += delivery.at - packet.entered;
      empty_latency_ += packet.empty_network;
      routers_ += packet.routers;
    }
    deliveries_.clear();
  }

  TrafficResult result(std::int64_t cycles_run, double cpu_s) const {
    const auto mean = [this](std::int64_t sum) {
      return delivered_ == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(delivered_);
    };
    const double node_cycles = static_cast<double>(options_.cycles) * mesh_.cores();
    TrafficResult r;
    r.latency_mean_cycles = mean(latency_);
    r.network_latency_mean_cycles = mean(network_latency_);
    r.hops_mean = mean(routers_);
    r.accepted = static_cast<double>(accepted_) / node_cycles;
    r.offered = static_cast<double>(generated_) / node_cycles;
    const double inside = static_cast<double>(measured_inside_);
    const double left_of_itself =
        mean(empty_latency_) * static_cast<double>(generated_) / static_cast<double>(options_.cycles);
    const bool stuck = options_.drain ? measured_inside_ > 0
                                      : inside > kStuckShare * static_cast<double>(generated_) &&
                                            inside > kSaturationFactor * left_of_itself;
    r.saturated = stuck || r.latency_mean_cycles > kSaturationFactor * mean(empty_latency_);
    r.packets = delivered_;
    r.cycles_run = cycles_run;
    r.cycles_per_s = static_cast<double>(cycles_run) / cpu_s;
    r.flit_hops_per_s = static_cast<double>(flit_hops_) / cpu_s;
    return r;
  }

  TrafficOptions options_;
  MeshSpec mesh_;
  Destinations destinations_;
  std::int64_t begin_;  // measured cycles: [begin_, end_)
  std::int64_t end_;
  std::unique_ptr<CycleNetwork> network_;
  std::vector<Source> sources_;
  std::vector<InFlight> in_flight_;  // by packet id; ids are used again
  std::vector<std::uint32_t> free_;
  std::vector<Entry> entries_;
  std::vector<Delivery> deliveries_;
  std::int64_t generated_ = 0, delivered_ = 0, measured_inside_ = 0, accepted_ = 0, flit_hops_ = 0;
  std::int64_t latency_ = 0, network_latency_ = 0, empty_latency_ = 0, routers_ = 0;
};

}  // namespace

TrafficPattern traffic_pattern(const std::string& name) {
  if (name == "uniform") return TrafficPattern::kUniform;
  if (name == "transpose") return TrafficPattern::kTranspose;
  if (name == "bitcomp") return TrafficPattern::kBitComplement;
  if (name == "neighbour" || name == "neighbor") return TrafficPattern::kNeighbour;
  if (name == "hotspot" || name == "hotspot5") return TrafficPattern::kHotspot;
  throw TrafficError(name, "no such pattern; there are uniform, transpose, bitcomp, neighbour, hotspot");
}

TrafficResult run_traffic(const TrafficOptions& options) {
  if (!(options.rate >= 0 && options.rate <= 1)) throw RateError(options.rate);
  if (options.cycles < 1 || options.cycles > 1'000'000'000) {
    throw NetworkParameterError("cycles", options.cycles, 1, 1'000'000'000);
  }
  return Experiment(options).run();
}

}  // namespace ranvier::sim
