// SPDX-License-Identifier: Apache-2.0
// ranvier noc: synthetic traffic on the flit-level network.
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/common.h"
#include "sim/traffic.h"

namespace ranvier::cli {
namespace {

struct NocArguments {
  Common common;
  std::string mesh = "8x8";
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

ExitCode noc(NocArguments& a) {
  parse_mesh(a.mesh, a.traffic);
  a.traffic.seed = a.common.seed;
  const auto r = sim::run_traffic(a.traffic);
  if (a.common.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"mesh", a.mesh},
                                              {"preset", a.traffic.preset},
                                              {"traffic", a.traffic.traffic},
                                              {"rate", a.traffic.rate},
                                              {"latency_mean_cycles", r.latency_mean_cycles},
                                              {"network_latency_mean_cycles", r.network_latency_mean_cycles},
                                              {"hops_mean", r.hops_mean},
                                              {"accepted", r.accepted},
                                              {"saturated", r.saturated},
                                              {"packets", r.packets},
                                              {"cycles_per_s", r.cycles_per_s},
                                              {"flit_hops_per_s", r.flit_hops_per_s}}
                           .dump(2));
  } else {
    fmt::print(
        "{} {} on {}: latency {:.2f} cycles ({:.2f} in the network), {:.2f} routers visited, accepted {:.4f} flits/core/cycle{}\n",
        a.traffic.preset, a.traffic.traffic, a.mesh, r.latency_mean_cycles, r.network_latency_mean_cycles, r.hops_mean,
        r.accepted, r.saturated ? ", SATURATED: latency is that of a growing queue" : "");
  }
  return ExitCode::kOk;
}

}  // namespace

void add_noc_verb(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("noc", "synthetic traffic on the flit-level network");
  auto a = std::make_shared<NocArguments>();
  verb->add_option("--mesh", a->mesh, "columns x rows")->capture_default_str();
  verb->add_option("--preset", a->traffic.preset, "router pipeline: d5, s3 or p3")->capture_default_str();
  verb->add_option("--vcs", a->traffic.virtual_channels, "virtual channels")->capture_default_str();
  verb->add_option("--depth", a->traffic.buffer_flits, "flits a virtual channel buffers")->capture_default_str();
  verb->add_option("--traffic", a->traffic.traffic, "uniform, transpose, bitcomp, neighbour or hotspot")
      ->capture_default_str();
  verb->add_option("--rate", a->traffic.rate, "flits per core and cycle")->capture_default_str();
  verb->add_option("--cycles", a->traffic.cycles, "measured cycles, after a third of them to warm up")
      ->capture_default_str();
  add_common(*verb, a->common);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = noc(*a);
  });
}

}  // namespace ranvier::cli
