// SPDX-License-Identifier: Apache-2.0
// ranvier workloads list
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/common.h"
#include "workloads/bundled.h"
#include "workloads/layered_lif.h"
#include "workloads/model.h"
#include "workloads/seeded_model.h"

namespace ranvier::cli {
namespace {

/// Networks over time have neither tokens nor an accuracy of their own.
void list_layered(const Common& common, nlohmann::ordered_json& rows) {
  constexpr const char* kSet = "neurons=N,density=P,rate=R,mapping=compact|spread,steps=T";
  if (common.json) {
    rows.push_back({{"name", workloads::kLayeredLif}, {"layers", workloads::kLayeredLifLayers}, {"set", kSet},
                    {"weights", "hash"}});
  } else {
    fmt::print("{:<20} spiking, {} layers over time, weights are a hash; --set {}\n", workloads::kLayeredLif,
               workloads::kLayeredLifLayers, kSet);
  }
}

void list(const Common& common) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  if (!common.json)
    fmt::print("{:<20} {:>6} {:>6} {:>6} {:>6} {:>5} {:>9} {:>12}\n", "workload", "tokens", "width", "heads", "blocks",
               "bits", "float %", "quantised %");
  std::vector<workloads::VitConfig> configs;
  for (const auto& bundled : workloads::bundled_workloads())
    configs.push_back(workloads::load_model(bundled.name).config);
  for (const std::string& name : workloads::seeded_models()) configs.push_back(workloads::seeded_config(name));
  for (const workloads::VitConfig& c : configs) {
    const bool seeded = workloads::is_seeded_model(c.name);
    if (common.json) {
      rows.push_back({{"name", c.name},
                      {"dataset", c.dataset},
                      {"tokens", c.tokens()},
                      {"width", c.width},
                      {"heads", c.heads},
                      {"blocks", c.blocks},
                      {"activation_bits", c.activation_bits},
                      {"weights", seeded ? "seeded" : "trained"}});
      if (!seeded) {
        rows.back()["accuracy_float_10k_percent"] = c.accuracy_float_10k;
        rows.back()["accuracy_quantised_10k_percent"] = c.accuracy_quantised_10k;
      }
    } else if (seeded) {
      fmt::print("{:<20} {:>6} {:>6} {:>6} {:>6} {:>5}   {}\n", c.name, c.tokens(), c.width, c.heads, c.blocks,
                 c.activation_bits, workloads::kSeededWeightsNote);
    } else {
      fmt::print("{:<20} {:>6} {:>6} {:>6} {:>6} {:>5} {:>9.2f} {:>12.2f}\n", c.name, c.tokens(), c.width, c.heads,
                 c.blocks, c.activation_bits, c.accuracy_float_10k, c.accuracy_quantised_10k);
    }
  }
  list_layered(common, rows);
  if (common.json) fmt::print("{}\n", nlohmann::ordered_json{{"workloads", rows}}.dump(2));
}

}  // namespace

void add_workloads_verb(CLI::App& app, Context&) {
  auto* verb = app.add_subcommand("workloads", "the networks that come with Ranvier");
  verb->require_subcommand(1);
  auto common = std::make_shared<Common>();
  auto* listing = verb->add_subcommand("list", "a line each: shape, bits, accuracy on 10 000 test images");
  add_common(*listing, *common);
  listing->callback([common] {
    apply_common(*common);
    list(*common);
  });
}

}  // namespace ranvier::cli
