// SPDX-License-Identifier: Apache-2.0
// Synthetic traffic and traces: sources, warm-up, measurement, drain.
#include "sim/traffic.h"

#include <ctime>

#include <algorithm>
#include <numeric>

#include "sim/cycle_network.h"
#include "sim/network_errors.h"
#include "sim/traffic_source.h"
#include "sim/traffic_tally.h"

namespace ranvier::sim {

namespace {

constexpr std::int64_t kSliceCycles = 32;  // sources run this far ahead of the network
constexpr std::int64_t kDrainFactor = 10;  // drain at most this many times the measured cycles
constexpr std::int64_t kMostCycles = 1'000'000'000;
constexpr std::int32_t kMostFlits = 1'000'000;
constexpr std::uint32_t kTreesPerCore = 16;  // different multicast trees of a core

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Span {
  std::int64_t begin = 0;  // measured cycles: [begin, end)
  std::int64_t end = 0;
};

Span measured_span(const TrafficOptions& options, bool trace) {
  if (trace) return {options.warm_up.value_or(0), options.trace.back().cycle + 1};
  const std::int64_t begin = options.warm_up.value_or(options.cycles / 3);
  return {begin, begin + options.cycles};
}

class Experiment {
 public:
  explicit Experiment(const TrafficOptions& options)
      : options_(options),
        trace_(traffic_pattern(options.traffic) == TrafficPattern::kTrace),
        mesh_(mesh_of(options)),
        flits_(packet_flits(options)),
        span_(measured_span(options, trace_)),
        destinations_(traffic_pattern(options.traffic), mesh_, options.hotspots, options.seed),
        network_(make_cycle_network(mesh_)),
        tally_(mesh_, span_.begin, span_.end, options.preset == kHalfRate) {
    network_->log_entries(&entries_);
    if (options.preset == kHalfRate) network_->log_heads(&heads_);
    if (trace_) return;
    const double packets = options.rate / flits_;
    for (std::uint32_t core = 0; core < static_cast<std::uint32_t>(mesh_.cores()); ++core) {
      sources_.emplace_back(packets, options.seed, CoreId(core));
    }
    if (options.multicast > 1) plant_trees();
  }

  TrafficResult run() {
    const double start = cpu_seconds();
    std::int64_t now = 0;
    const std::int64_t limit = span_.end + (options_.drain ? most_drain() : 0);
    while (now < span_.end || (tally_.inside() > 0 && now < limit)) {
      // Slices end where the measurement begins and ends, so that counts of links fall on the right side.
      std::int64_t next = now + kSliceCycles;
      if (trace_) next = std::max(next, next_of_trace(now));
      for (const std::int64_t edge : {span_.begin, span_.end}) {
        if (now < edge) next = std::min(next, edge);
      }
      if (now == span_.begin) clear_links();
      trace_ ? generate_from_trace(next) : generate(next);
      network_->advance(next - 1, deliveries_);
      collect();
      now = next;
      if (now == span_.end && !trace_) note_links(options_.cycles);
    }
    return result(now, cpu_seconds() - start);
  }

 private:
  void plant_trees() {
    for (std::uint32_t core = 0; core < static_cast<std::uint32_t>(mesh_.cores()); ++core) {
      for (std::uint32_t tree = 0; tree < kTreesPerCore; ++tree) {
        trees_.push_back(network_->add_tree(
            CoreId(core), draw_tree(mesh_.cores(), options_.multicast, options_.seed, CoreId(core), tree)));
      }
    }
  }

  /// A trace ends: each of its packets alone would take no longer than this one after the other.
  std::int64_t most_drain() const {
    if (!trace_) return kDrainFactor * options_.cycles;
    std::int64_t cycles = 0;
    for (const TracePacket& p : options_.trace) {
      cycles += zero_load_cycles(mesh_, p.source, p.destination, p.flits) + p.flits * mesh_.timing.hop();
    }
    return kDrainFactor * cycles;
  }

  void generate(std::int64_t until) {
    for (std::uint32_t core = 0; core < sources_.size(); ++core) {
      BernoulliSource& source = sources_[core];
      for (; source.next() < until; source.advance()) {
        const CoreId from(core);
        if (trees_.empty()) {
          const CoreId to = destinations_.draw(from, source.packet());
          network_->inject({tally_.made(source.next(), from, 1, flits_), from, to, flits_}, source.next());
        } else {
          const std::size_t tree = core * kTreesPerCore + source.packet() % kTreesPerCore;
          network_->inject_tree({tally_.made(source.next(), from, options_.multicast, flits_), from, from, flits_},
                                trees_[tree], source.next());
        }
      }
    }
  }

  /// Traces may be silent for long.
  std::int64_t next_of_trace(std::int64_t now) const {
    if (at_ == options_.trace.size() || network_->next_event() != Network::kNever) return now + kSliceCycles;
    return options_.trace[at_].cycle + 1;
  }

  void generate_from_trace(std::int64_t until) {
    for (; at_ < options_.trace.size() && options_.trace[at_].cycle < until; ++at_) {
      const TracePacket& p = options_.trace[at_];
      const std::uint32_t id = tally_.made(p.cycle, p.source, 1, p.flits);
      if (options_.keep_packets) tally_.name(id, at_);
      network_->inject({id, p.source, p.destination, p.flits}, p.cycle);
    }
  }

  void collect() {
    for (const Entry& entry : entries_) tally_.entered(entry);
    entries_.clear();
    for (const Entry& head : heads_) tally_.head_arrived(head);
    heads_.clear();
    for (const Delivery& delivery : deliveries_) tally_.delivered(delivery);
    deliveries_.clear();
  }

  std::int64_t flits_on_links() const {
    const std::vector<std::int64_t>& flits = network_->link_flits();
    return std::accumulate(flits.begin(), flits.end(), std::int64_t{0});
  }

  void clear_links() {
    link_flits_before_ = flits_on_links();
    network_->clear_counters();
  }

  void note_links(std::int64_t cycles) {
    const std::vector<std::int64_t>& flits = network_->link_flits();
    fullest_link_ = static_cast<double>(*std::max_element(flits.begin(), flits.end())) / static_cast<double>(cycles);
  }

  TrafficResult result(std::int64_t cycles_run, double cpu_s) {
    TrafficResult r = tally_.result(options_.drain);
    if (trace_) {
      // A trace is over when its last packet is out.
      const std::int64_t cycles = std::max<std::int64_t>(1, tally_.last_delivery() + 1 - span_.begin);
      note_links(cycles);
      r.accepted = static_cast<double>(tally_.flits_delivered()) / (static_cast<double>(cycles) * mesh_.cores());
    }
    r.link_load_max = fullest_link_;
    r.cycles_run = cycles_run;
    r.cycles_per_s = static_cast<double>(cycles_run) / cpu_s;
    r.flit_hops_per_s = static_cast<double>(tally_.flits_entered() + link_flits_before_ + flits_on_links()) / cpu_s;
    return r;
  }

  const TrafficOptions& options_;
  bool trace_;
  MeshSpec mesh_;
  std::int32_t flits_;
  Span span_;
  Destinations destinations_;
  std::unique_ptr<CycleNetwork> network_;
  TrafficTally tally_;
  std::vector<BernoulliSource> sources_;
  std::vector<TreeId> trees_;  // kTreesPerCore a core; empty without multicast
  std::size_t at_ = 0;         // in the trace
  std::vector<Entry> entries_;
  std::vector<Entry> heads_;
  std::vector<Delivery> deliveries_;
  std::int64_t link_flits_before_ = 0;  // before the measurement
  double fullest_link_ = 0;
};

void limit(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) throw NetworkParameterError(name, value, least, most);
}

}  // namespace

TrafficResult run_traffic(const TrafficOptions& options) {
  const bool trace = traffic_pattern(options.traffic) == TrafficPattern::kTrace;
  limit("flits of a packet", packet_flits(options), 1, kMostFlits);
  if (!(options.rate >= 0 && options.rate <= packet_flits(options)))
    throw RateError(options.rate, packet_flits(options));
  limit("cycles", options.cycles, 1, kMostCycles);
  limit("warm-up cycles", options.warm_up.value_or(0), 0, kMostCycles);
  if (trace) {
    if (options.trace.empty()) throw TrafficError("trace", "no packets; name the file with --trace");
    if (options.warm_up.value_or(0) > options.trace.back().cycle) {
      throw TrafficError("trace", "every packet comes within the warm-up; shorten it");
    }
  }
  const MeshSpec mesh = mesh_of(options);
  limit("destinations of a packet", options.multicast, 1, mesh.cores());
  if (options.multicast > 1 && options.preset == kHalfRate) {
    throw TrafficError(options.traffic, "half-rate routers fork no packets; take p3");
  }
  if (options.multicast > 1 && (trace || traffic_pattern(options.traffic) != TrafficPattern::kUniform)) {
    throw TrafficError(options.traffic, "multicast draws its destinations itself; leave --traffic at uniform");
  }
  return Experiment(options).run();
}

}  // namespace ranvier::sim
