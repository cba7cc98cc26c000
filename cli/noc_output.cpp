// SPDX-License-Identifier: Apache-2.0
// Text, JSON and CSV of `ranvier noc`.
#include "cli/noc_output.h"

#include <iterator>

#include <fmt/format.h>

#include "sim/network_topology.h"

namespace ranvier::cli {
namespace {

constexpr const char* kDefinition =
    "saturated: mean latency above three times that of an empty network over the same hops, or measured packets left "
    "inside";

const char* state(const sim::TrafficResult& r) { return r.saturated ? "saturated" : "stable"; }

std::string title(const sim::TrafficOptions& o) {
  const sim::MeshSpec mesh = sim::mesh_of(o);
  std::string text = fmt::format("{} {} on {}x{} {}", o.preset, o.traffic, o.width, o.height, sim::topology_text(mesh));
  if (mesh.cores_per_router > 1) text += fmt::format(", {} cores a router", mesh.cores_per_router);
  if (sim::packet_flits(o) > 1) text += fmt::format(", {} flits a packet", sim::packet_flits(o));
  if (o.multicast > 1) text += fmt::format(", {} destinations a packet", o.multicast);
  return text;
}

/// What a run was, without its rate.
nlohmann::ordered_json setting_json(const sim::TrafficOptions& o) {
  const sim::MeshSpec mesh = sim::mesh_of(o);
  return {{"mesh", fmt::format("{}x{}", o.width, o.height)},
          {"topology", sim::topology_text(mesh)},
          {"cores", mesh.cores()},
          {"preset", o.preset},
          {"virtual_channels", mesh.virtual_channels},
          {"buffer_flits", mesh.buffer_flits},
          {"allocator", o.allocator},
          {"traffic", o.traffic},
          {"packet_flits", sim::packet_flits(o)},
          {"destinations", o.multicast}};
}

nlohmann::ordered_json result_json(const sim::TrafficResult& r) {
  return {{"latency_mean_cycles", r.latency_mean_cycles},
          {"latency_p99_cycles", r.latency_p99_cycles},
          {"latency_max_cycles", r.latency_max_cycles},
          {"network_latency_mean_cycles", r.network_latency_mean_cycles},
          {"empty_latency_mean_cycles", r.empty_latency_mean_cycles},
          {"hops_mean", r.hops_mean},
          {"offered", r.offered},
          {"accepted", r.accepted},
          {"link_load_max", r.link_load_max},
          {"saturated", r.saturated},
          {"state", state(r)},
          {"packets", r.packets},
          {"cycles_run", r.cycles_run},
          {"cycles_per_s", r.cycles_per_s},
          {"flit_hops_per_s", r.flit_hops_per_s}};
}

}  // namespace

void print_noc(const sim::TrafficOptions& o, const sim::TrafficResult& r) {
  fmt::print(
      "{}: latency {:.2f} cycles ({:.2f} in the network, {:.2f} in an empty one), {:.2f} routers visited, offered "
      "{:.4f} and accepted {:.4f} flits/core/cycle, fullest link {:.3f} flits/cycle\n",
      title(o), r.latency_mean_cycles, r.network_latency_mean_cycles, r.empty_latency_mean_cycles, r.hops_mean,
      r.offered, r.accepted, r.link_load_max);
  if (r.saturated) fmt::print("SATURATED: the latency is that of growing queues and depends on how long they grew\n");
}

nlohmann::ordered_json noc_json(const sim::TrafficOptions& o, const sim::TrafficResult& r) {
  nlohmann::ordered_json json = setting_json(o);
  if (o.traffic != "trace") json["rate"] = o.rate;
  json.update(result_json(r));
  return json;
}

void print_noc_sweep(const sim::TrafficOptions& o, const sim::Sweep& sweep) {
  fmt::print("{}\n{:>8} {:>10} {:>10} {:>10} {:>8} {:>10} {:>10}  {}\n", title(o), "rate", "latency", "network", "p99",
             "hops", "accepted", "link max", "state");
  for (std::size_t i = 0; i < sweep.rates.size(); ++i) {
    const sim::TrafficResult& r = sweep.results[i];
    fmt::print("{:>8.4f} {:>10.2f} {:>10.2f} {:>10} {:>8.3f} {:>10.4f} {:>10.4f}  {}\n", sweep.rates[i],
               r.latency_mean_cycles, r.network_latency_mean_cycles, r.latency_p99_cycles, r.hops_mean, r.accepted,
               r.link_load_max, r.saturated ? "SATURATED" : "stable");
  }
  fmt::print("rates in flits/core/cycle, latencies in cycles; most accepted {:.4f}; {}\n", sweep.accepted_max,
             sweep.saturation_rate ? fmt::format("saturation rate {:.4f}", *sweep.saturation_rate)
                                   : "no saturation rate between two of these rates");
  fmt::print("{}\n", kDefinition);
}

nlohmann::ordered_json noc_sweep_json(const sim::TrafficOptions& o, const sim::Sweep& sweep) {
  nlohmann::ordered_json json = setting_json(o);
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < sweep.rates.size(); ++i) {
    nlohmann::ordered_json point{{"rate", sweep.rates[i]}};
    point.update(result_json(sweep.results[i]));
    points.push_back(point);
  }
  json["points"] = points;
  json["accepted_max"] = sweep.accepted_max;
  json["saturation_rate"] = sweep.saturation_rate ? nlohmann::ordered_json(*sweep.saturation_rate) : nullptr;
  json["saturation_definition"] = kDefinition;
  return json;
}

std::string packets_csv(const sim::TrafficOptions& o, const sim::TrafficResult& r) {
  std::string csv = "cycle,source,destination,flits,entered_cycle,delivered_cycle\n";
  for (std::size_t i = 0; i < o.trace.size(); ++i) {
    const sim::TracePacket& p = o.trace[i];
    const sim::PacketTimes times = i < r.times.size() ? r.times[i] : sim::PacketTimes{};
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{}\n", p.cycle, p.source.value(), p.destination.value(),
                   p.flits, times.entered, times.delivered);
  }
  return csv;
}

}  // namespace ranvier::cli
