// SPDX-License-Identifier: Apache-2.0
// The parameter file: JSON with the keys of the published network_params.py.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "workloads/microcircuit.h"

namespace ranvier::workloads {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostPopulations = 64;

class Reader {
 public:
  Reader(const Json& root, const std::string& file) : root_(root), file_(file) {}

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw BadMicrocircuitFile(file_, key, what);
  }

  double number(const char* group, const char* key, double least, double most) const {
    return checked(find(group, key), key, least, most);
  }
  std::vector<double> row(const Json& json, const std::string& key, std::size_t size, double least, double most) const {
    if (!json.is_array() || json.size() != size) fail(key, fmt::format("is no list of {} numbers", size));
    std::vector<double> values;
    for (const Json& v : json) values.push_back(checked(v, key, least, most));
    return values;
  }
  const Json& find(const char* group, const char* key) const {
    const Json* at = &root_;
    for (const char* name : {"network", group, key}) {
      if (*name == '\0') continue;
      if (!at->is_object() || !at->contains(name)) fail(name, "is missing");
      at = &(*at)[name];
    }
    return *at;
  }

 private:
  double checked(const Json& json, const std::string& key, double least, double most) const {
    if (!json.is_number()) fail(key, "is no number");
    const double value = json.get<double>();
    if (!(value >= least && value <= most)) fail(key, fmt::format("{} is not in {} to {}", value, least, most));
    return value;
  }

  const Json& root_;
  const std::string& file_;
};

}  // namespace

BadMicrocircuitFile::BadMicrocircuitFile(const std::string& file_, const std::string& key_,
                                         const std::string& what_is_wrong)
    : Error(ExitCode::kBadInput, key_.empty()
                                     ? fmt::format("{}: {}; give a network_params.json", file_, what_is_wrong)
                                     : fmt::format("{}: network key {} {}; correct it", file_, key_, what_is_wrong)),
      file(file_),
      key(key_) {}

MicrocircuitParameters parse_microcircuit(const std::string& text, const std::string& file) {
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) throw BadMicrocircuitFile(file, "", "no JSON");
  const Reader in(root, file);
  MicrocircuitParameters p;
  const Json& names = in.find("", "populations");
  if (!names.is_array() || names.empty() || names.size() > kMostPopulations)
    in.fail("populations", fmt::format("is no list of 1 to {} names", kMostPopulations));
  for (const Json& name : names) {
    const std::string text_of = name.is_string() ? name.get<std::string>() : std::string();
    if (text_of.empty() || (text_of.back() != 'E' && text_of.back() != 'I'))
      in.fail("populations", "has a name that ends neither in E nor in I");
    p.populations.push_back(text_of);
  }
  const std::size_t n = p.populations.size();
  p.neurons = in.row(in.find("", "full_num_neurons"), "full_num_neurons", n, 1, 1e7);
  p.mean_rates_hz = in.row(in.find("", "full_mean_rates"), "full_mean_rates", n, 0, 1e4);
  p.external_in_degree = in.row(in.find("", "K_ext"), "K_ext", n, 0, 1e6);
  const Json& probability = in.find("", "conn_probs");
  if (!probability.is_array() || probability.size() != n)
    in.fail("conn_probs", fmt::format("is no list of {} rows", n));
  for (const Json& row : probability) p.connection_probability.push_back(in.row(row, "conn_probs", n, 0, 0.999));
  p.psp_mv = in.number("", "PSP_exc_mean", 1e-6, 100);
  p.weight_relative_sd = in.number("", "weight_rel_std", 0, 1);
  p.inhibition = in.number("", "g", -1000, 0);
  p.delay_excitatory_ms = in.number("", "delay_exc_mean", 0, 1000);
  p.delay_inhibitory_ms = in.number("", "delay_inh_mean", 0, 1000);
  p.background_rate_hz = in.number("", "bg_rate", 0, 1e6);
  const char* neuron = "neuron_params";
  const Json& mean = in.find(neuron, "V0_mean");
  const Json& sd = in.find(neuron, "V0_std");
  if (!mean.is_object() || !mean.contains("optimized")) in.fail("V0_mean.optimized", "is missing");
  if (!sd.is_object() || !sd.contains("optimized")) in.fail("V0_std.optimized", "is missing");
  p.start_mean_mv = in.row(mean["optimized"], "V0_mean.optimized", n, -1000, 1000);
  p.start_sd_mv = in.row(sd["optimized"], "V0_std.optimized", n, 0, 1000);
  p.rest_mv = in.number(neuron, "E_L", -1000, 1000);
  p.threshold_mv = in.number(neuron, "V_th", -1000, 1000);
  p.reset_mv = in.number(neuron, "V_reset", -1000, 1000);
  if (p.reset_mv != p.rest_mv) in.fail("V_reset", "is not E_L; the compartments reset to their rest");
  if (p.threshold_mv <= p.rest_mv) in.fail("V_th", "is not above E_L");
  p.capacitance_pf = in.number(neuron, "C_m", 1e-3, 1e6);
  p.tau_membrane_ms = in.number(neuron, "tau_m", 1e-3, 1e6);
  p.tau_synapse_ms = in.number(neuron, "tau_syn", 1e-3, 1e6);
  if (p.tau_membrane_ms == p.tau_synapse_ms) in.fail("tau_syn", "is tau_m; the current of a PSP has no form then");
  p.refractory_ms = in.number(neuron, "t_ref", 0, 1000);
  return p;
}

MicrocircuitParameters read_microcircuit(const std::filesystem::path& path) {
  return parse_microcircuit(read_file(path), path.string());
}

}  // namespace ranvier::workloads
