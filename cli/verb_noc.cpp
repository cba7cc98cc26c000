// SPDX-License-Identifier: Apache-2.0
// ranvier noc: synthetic traffic, or a trace, on the flit-level network.
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/common.h"
#include "cli/noc_output.h"

namespace ranvier::cli {
namespace {

struct NocArguments {
  Common common;
  std::string mesh = "8x8";
  std::string sweep;
  std::string trace_file;
  std::string packets_file;
  bool no_drain = false;
  sim::TrafficOptions traffic;
};

void parse_mesh(const std::string& text, sim::TrafficOptions& o) {
  const char* end = text.data() + text.size();
  const auto [x, first] = std::from_chars(text.data(), end, o.width);
  if (first == std::errc{} && x != end && *x == 'x') {
    const auto [y, second] = std::from_chars(x + 1, end, o.height);
    if (second == std::errc{} && y == end && o.width > 0 && o.height > 0) return;
  }
  throw UsageError("--mesh", fmt::format("'{}' is no mesh; write columns x rows, e.g. 8x8", text));
}

sim::RateRange parse_sweep(const std::string& text) {
  sim::RateRange range;
  const char* at = text.data();
  const char* end = at + text.size();
  for (double* part : {&range.from, &range.to, &range.step}) {
    const auto [next, error] = std::from_chars(at, end, *part);
    const bool last = part == &range.step;
    if (error != std::errc{} || (last ? next != end : next == end || *next != ':')) {
      throw UsageError("--sweep", fmt::format("'{}' is no range of rates; write from:to:step, e.g. 0.05:0.5:0.05", text));
    }
    at = last ? next : next + 1;
  }
  return range;
}

/// Options that would do nothing are refused; rings need two virtual channels where the user leaves them open.
void check_given(const CLI::App& verb, NocArguments& a) {
  const auto given = [&](const char* option) { return verb.count(option) > 0; };
  if (a.traffic.traffic == "trace") {
    for (const char* option : {"--rate", "--warmup"})
      if (given(option)) throw UsageError(option, "a trace has its own cycles and is measured whole; leave it out");
  }
  if (a.traffic.traffic.rfind("hotspot", 0) != 0 && (given("--hotspots") || given("--hotspot-weight")))
    throw UsageError(given("--hotspots") ? "--hotspots" : "--hotspot-weight", "goes with --traffic hotspot");
  const bool rings = a.traffic.topology == "torus" || a.traffic.topology == "triangular-torus";
  if (rings && !given("--vcs")) a.traffic.virtual_channels = 2;
}

/// The trace belongs to the mesh: its cores must exist there.
void load_trace(NocArguments& a) {
  if (a.trace_file.empty()) return;
  if (a.traffic.traffic != "trace") throw UsageError("--trace", "goes with --traffic trace");
  a.traffic.trace = sim::read_trace(a.trace_file, sim::mesh_of(a.traffic).cores(), sim::packet_flits(a.traffic));
}

ExitCode noc(NocArguments& a) {
  parse_mesh(a.mesh, a.traffic);
  a.traffic.seed = a.common.seed;
  a.traffic.drain = !a.no_drain;
  load_trace(a);
  if (!a.packets_file.empty() && a.trace_file.empty()) throw UsageError("--packets", "goes with --trace");
  if (!a.sweep.empty()) {
    if (!a.trace_file.empty()) throw UsageError("--sweep", "a trace has no rate; leave one of the two out");
    const sim::Sweep sweep = sim::run_sweep(a.traffic, parse_sweep(a.sweep));
    if (a.common.json) fmt::print("{}\n", noc_sweep_json(a.traffic, sweep).dump(2));
    else print_noc_sweep(a.traffic, sweep);
    return ExitCode::kOk;
  }
  a.traffic.keep_packets = !a.packets_file.empty();
  const sim::TrafficResult result = sim::run_traffic(a.traffic);
  if (!a.packets_file.empty()) write_file_atomically(a.packets_file, packets_csv(a.traffic, result));
  if (a.common.json) fmt::print("{}\n", noc_json(a.traffic, result).dump(2));
  else print_noc(a.traffic, result);
  return ExitCode::kOk;
}

void add_network_options(CLI::App& verb, NocArguments& a) {
  sim::TrafficOptions& t = a.traffic;
  sim::DelayChanges& d = t.delays;
  const std::string group = "Network";
  verb.add_option("--mesh", a.mesh, "routers, columns x rows")->capture_default_str()->group(group);
  verb.add_option("--topology", t.topology, "mesh, torus, cmesh or triangular-torus")->capture_default_str()->group(group);
  verb.add_option("--concentration", t.concentration, "cores a router (4 of a cmesh, else 1)")->check(whole_number(1, 64))->group(group);
  verb.add_option("--preset", t.preset, "router: d5, s3, p3 or half-rate")->capture_default_str()->group(group);
  verb.add_option("--vcs", t.virtual_channels, "virtual channels (2 of a torus)")->capture_default_str()->group(group);
  verb.add_option("--depth", t.buffer_flits, "flits a virtual channel buffers")->capture_default_str()->group(group);
  verb.add_option("--allocator", t.allocator, "islip or input-first")->capture_default_str()->group(group);
  const std::string delays = "Delays in cycles, instead of the preset's";
  verb.add_option("--route-delay", d.route, "head in front of its buffer to asking")->group(delays);
  verb.add_option("--vc-delay", d.vc_allocation, "virtual channel asked for to asking for the switch")->group(delays);
  verb.add_option("--switch-delay", d.switch_allocation, "switch asked for to won")->group(delays);
  auto* crossbar = verb.add_option("--crossbar-delay", d.crossbar, "switch won to on the link")->group(delays);
  verb.add_option("--router-delay", d.router, "switch asked for to on the link")->excludes(crossbar)->group(delays);
  verb.add_option("--link-delay", d.link, "on the link to eligible in the next router")->group(delays);
  verb.add_option("--credit-delay", d.credit, "switch asked for and won to the slot's use upstream")->group(delays);
  verb.add_option("--inject-delay", d.inject, "out of the source queue to eligible in the router")->group(delays);
  verb.add_option("--link-cycles-per-flit", d.link_cycles_per_flit, "that a flit keeps a link busy")->group(delays);
}

void add_traffic_options(CLI::App& verb, NocArguments& a) {
  sim::TrafficOptions& t = a.traffic;
  const std::string group = "Traffic";
  verb.add_option("--traffic", t.traffic, "uniform, transpose, bitcomp, neighbour, hotspot or trace")->capture_default_str()->group(group);
  verb.add_option("--rate", t.rate, "flits per core and cycle")->capture_default_str()->group(group);
  verb.add_option("--sweep", a.sweep, "rates from:to:step, as a table with the saturation rate")->group(group);
  verb.add_option("--flits", t.flits, "length of a packet (2 with half-rate, else 1)")->check(whole_number(1, 1'000'000))->group(group);
  verb.add_option("--multicast", t.multicast, "random destinations of a packet, reached by a tree")->capture_default_str()->group(group);
  verb.add_option("--hotspots", t.hotspots.cores, "cores of traffic hotspot, e.g. 27,28 (the four in the middle)")->delimiter(',')->group(group);
  verb.add_option("--hotspot-weight", t.hotspots.weight, "of each hotspot; other cores have 1")->capture_default_str()->group(group);
  verb.add_option("--trace", a.trace_file, "CSV of packets for traffic trace: cycle,source,destination[,flits]")->group(group);
  verb.add_option("--packets", a.packets_file, "with --trace: write each packet's times to this CSV")->group(group);
  verb.add_option("--warmup", t.warm_up, "cycles before the measurement (a third of --cycles)")->group(group);
  verb.add_option("--cycles", t.cycles, "measured cycles")->capture_default_str()->group(group);
  verb.add_flag("--no-drain", a.no_drain, "stop after the measured cycles, whatever is still inside")->group(group);
}

}  // namespace

void add_noc_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("noc", "synthetic traffic on the flit-level network");
  auto a = std::make_shared<NocArguments>();
  add_network_options(*verb, *a);
  add_traffic_options(*verb, *a);
  add_common(*verb, a->common);
  verb->callback([a, verb, &context] {
    apply_common(a->common);
    check_given(*verb, *a);
    context.exit_code = noc(*a);
  });
}

}  // namespace ranvier::cli
