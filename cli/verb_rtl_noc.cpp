// SPDX-License-Identifier: Apache-2.0
// ranvier rtl noc: random traffic on the RTL mesh and on the network of fidelity `cycle`, packet by packet.
#include "cli/verb_rtl_noc.h"

#ifdef RANVIER_HAS_RTL
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "chips/target.h"
#include "rtl/noc/traffic.h"

namespace ranvier::cli {
namespace {

using nlohmann::ordered_json;

struct NocArguments {
  Common common;
  std::int32_t side = 4;
  std::vector<double> rates{0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95};
  rtl::RandomTraffic traffic{0, 2000, 1, 0, 2};
};

struct Row {
  double rate = 0;
  std::size_t packets = 0;
  rtl::Comparison compared;
};

Row run_rate(const chips::Board& board, const NocArguments& a, double rate) {
  rtl::RandomTraffic traffic = a.traffic;
  traffic.rate = rate;
  const rtl::Script script = rtl::random_script(a.side * a.side, traffic, a.common.seed);
  const auto mesh = rtl::make_mesh_port(board, rtl::ModelBuild::kFast);
  const auto network = sim::make_cycle_network(board);
  const rtl::NetworkRun on_rtl = rtl::run_on_mesh(*mesh, script);
  return {rate, script.size(), rtl::compare(script, on_rtl, rtl::run_on_model(*network, script))};
}

ExitCode rtl_noc(const NocArguments& a) {
  if (a.side != 2 && a.side != 4) throw UsageError("--side", "2 or 4: the meshes in RTL are 2x2 and 4x4");
  chips::Board board = chips::load_target("tianjic-like");
  board.chip.noc.width = board.chip.noc.height = a.side;
  std::vector<Row> rows;
  bool same = true;
  for (const double rate : a.rates) {
    rows.push_back(run_rate(board, a, rate));
    same = same && rows.back().compared.flows_reordered == 0 && rows.back().compared.other_cycles == 0;
  }
  if (a.common.json) {
    ordered_json table = ordered_json::array();
    for (const Row& r : rows) {
      table.push_back({{"rate", r.rate},
                       {"packets", r.packets},
                       {"rtl_mean_latency_cycles", r.compared.latency},
                       {"cycle_mean_latency_cycles", r.compared.other_latency},
                       {"flows", r.compared.flows},
                       {"flows_in_other_order", r.compared.flows_reordered},
                       {"packets_in_other_cycles", r.compared.other_cycles}});
    }
    const ordered_json result{{"seed", a.common.seed}, {"side", a.side}, {"same", same}, {"rates", table}};
    fmt::print("{}\n", result.dump(2));
  } else {
    fmt::print("{:>6} {:>9} {:>12} {:>14} {:>8} {:>12} {:>13}\n", "rate", "packets", "RTL, cycles", "cycle, cycles",
               "flows", "other order", "other cycles");
    for (const Row& r : rows)
      fmt::print("{:>6.2f} {:>9} {:>12.2f} {:>14.2f} {:>8} {:>12} {:>13}\n", r.rate, r.packets, r.compared.latency,
                 r.compared.other_latency, r.compared.flows, r.compared.flows_reordered, r.compared.other_cycles);
  }
  return same ? ExitCode::kOk : ExitCode::kFunctionalMismatch;
}

}  // namespace

void add_rtl_noc_verb(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand("noc", "random traffic on the RTL mesh and on fidelity cycle, packet by packet");
  auto a = std::make_shared<NocArguments>();
  verb->add_option("--side", a->side, "routers a side: 2 or 4")->capture_default_str();
  verb->add_option("--rate", a->rates, "packets that each core makes a cycle, one or several")
      ->check([](const std::string& text) {  // CLI::Range lets "nan" through
        const double rate = std::strtod(text.c_str(), nullptr);
        return rate >= 0.0001 && rate <= 1 ? std::string() : fmt::format("{} is not in 0.0001 to 1", text);
      });
  verb->add_option("--cycles", a->traffic.cycles, "cycles in which packets are made")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  verb->add_option("--flits", a->traffic.most_flits, "longest packet")
      ->capture_default_str()
      ->check(whole_number(1, rtl::kMostPacketFlits));
  verb->add_option("--relays", a->traffic.most_copies, "longest chain of relays that a packet starts")
      ->capture_default_str()
      ->check(whole_number(0, 15));
  add_common(*verb, a->common);
  verb->callback([a, &context] {
    apply_common(a->common);
    context.exit_code = rtl_noc(*a);
  });
}

}  // namespace ranvier::cli
#endif
