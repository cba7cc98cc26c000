// SPDX-License-Identifier: Apache-2.0
// Names of a network's stages, and the usual code range of each kind.
#include <algorithm>

#include "workloads/vit_config.h"

namespace ranvier::workloads {
namespace {

std::vector<std::string> block_stages(const VitConfig& config) {
  const bool pre = config.placement == NormPlacement::kPre;
  std::vector<std::string> kinds;
  if (pre) kinds.push_back("ln1");
  kinds.insert(kinds.end(), {"q", "k", "v", "attn", "av", "proj", pre ? "add1" : "ln1"});
  if (pre) kinds.push_back("ln2");
  kinds.push_back("fc1");
  if (config.activation != Activation::kRelu) kinds.push_back("gelu");
  kinds.insert(kinds.end(), {"fc2", pre ? "add2" : "ln2"});
  return kinds;
}

}  // namespace

std::vector<std::string> stage_names(const VitConfig& config) {
  std::vector<std::string> names = {"input", "embed"};
  if (config.pre_norm) names.push_back("pre_norm");
  const std::vector<std::string> kinds = block_stages(config);
  for (std::int32_t b = 0; b < config.blocks; ++b)
    for (const std::string& kind : kinds) names.push_back("block" + std::to_string(b) + "." + kind);
  if (config.final_norm) names.push_back("norm");
  if (config.pooling == Pooling::kMean) names.insert(names.end(), {"pool_row", "pool"});
  names.push_back("head");
  return names;
}

std::string site_kind(const std::string& stage_name) {
  const std::size_t dot = stage_name.find('.');
  return dot == std::string::npos ? stage_name : stage_name.substr(dot + 1);
}

bool has_quantiser(const std::string& stage_name) {
  const auto& kinds = site_kinds();
  return std::find(kinds.begin(), kinds.end(), site_kind(stage_name)) != kinds.end();
}

const std::vector<std::string>& site_kinds() {
  static const std::vector<std::string> kinds = {"embed", "pre_norm", "ln1", "q",    "k",   "v",    "attn", "av",
                                                 "proj",  "ln2",      "fc1", "gelu", "fc2", "norm", "pool"};
  return kinds;
}

CodeBounds default_bounds(const std::string& kind, int bits) {
  const std::int32_t codes = 1 << bits;
  if (kind == "attn") return {0, codes - 1};
  if (kind == "gelu") return {-codes / 8, codes - 1 - codes / 8};
  return {-codes / 2, codes / 2 - 1};
}

CodeBounds default_bounds(const VitConfig& config, const std::string& kind, int bits) {
  if (kind == "fc1" && config.activation == Activation::kRelu) return {0, (1 << bits) - 1};
  return default_bounds(kind, bits);
}

}  // namespace ranvier::workloads
