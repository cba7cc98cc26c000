// SPDX-License-Identifier: Apache-2.0
#include "cli/graph_workload.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "base/nearest_name.h"
#include "cli/common.h"
#include "workloads/connectome.h"
#include "workloads/microcircuit.h"

namespace ranvier::cli {
namespace {

/// Numbers and words by key, each to its place.
class Settings {
 public:
  void add(const std::string& key, double& place) {
    assign_[key] = [key, &place](const std::string& value) { place = parsed<double>(key, value); };
  }
  void add(const std::string& key, std::int32_t& place) {
    assign_[key] = [key, &place](const std::string& value) { place = parsed<std::int32_t>(key, value); };
  }
  void add(const std::string& key, std::uint64_t& place) {
    assign_[key] = [key, &place](const std::string& value) { place = parsed<std::uint64_t>(key, value); };
  }
  void add(const std::string& key, const std::vector<std::string>& words, std::string& place) {
    assign_[key] = [key, words, &place](const std::string& value) {
      if (std::find(words.begin(), words.end(), value) == words.end())
        throw UsageError("--set", fmt::format("{}={} is none of {}", key, value, fmt::join(words, ", ")));
      place = value;
    };
  }

  void read(const std::string& set) const {
    std::set<std::string> given;
    for (std::size_t at = 0; at < set.size();) {
      const std::size_t end = std::min(set.find(',', at), set.size());
      const std::string part = set.substr(at, end - at);
      at = end + 1;
      const std::size_t equals = part.find('=');
      const std::string key = part.substr(0, equals);
      const auto found = assign_.find(key);
      if (found == assign_.end()) {
        std::vector<std::string> keys;
        for (const auto& [name, unused] : assign_) keys.push_back(name);
        throw UsageError("--set", fmt::format("unknown key '{}'; did you mean {}? There are {}", key,
                                              nearest_name(key, keys), fmt::join(keys, ", ")));
      }
      if (!given.insert(key).second) throw UsageError("--set", fmt::format("{} is given twice", key));
      found->second(equals == std::string::npos ? "" : part.substr(equals + 1));
    }
  }

 private:
  template <class T>
  static T parsed(const std::string& key, const std::string& text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty())
      throw UsageError("--set", fmt::format("'{}' is no number for {}; write {}=NUMBER", text, key, key));
    return value;
  }

  std::map<std::string, std::function<void(const std::string&)>> assign_;
};

bool is_microcircuit(const std::string& path) { return std::filesystem::path(path).extension() == ".json"; }

void load_microcircuit(const Settings& common, const std::string& set, int threads, GraphWorkload& w) {
  workloads::MicrocircuitOptions how;
  Settings settings = common;
  settings.add("n_scaling", how.n_scaling);
  settings.add("k_scaling", how.k_scaling);
  settings.add("step_ms", how.step_ms);
  settings.add("steps", how.steps);
  std::string background = "spikes";
  settings.add("background", {"spikes", "current"}, background);
  settings.add("weight_unit", how.weight_unit);
  settings.add("weight_most", how.weight_most);
  settings.add("seed", how.seed);
  settings.read(set);
  how.background = background == "current" ? workloads::Background::kCurrent : workloads::Background::kSpikes;
  auto m = workloads::make_microcircuit(workloads::read_microcircuit(w.file), how, threads);
  w.description = fmt::format(
      "Cortical microcircuit, N_scaling {}, K_scaling {}: {} neurons in {} populations, {} synapses drawn, {} pairs, "
      "{} "
      "of them cut to {}; {} steps of {} ms",
      how.n_scaling, how.k_scaling, m.neurons, m.program.stages.size() - 1, m.drawn, m.synapses, m.clipped,
      how.weight_most, how.steps, how.step_ms);
  w.program = std::move(m.program);
  w.stimulus = std::move(m.stimulus);
}

void load_wiring(const Settings& common, const std::string& set, int threads, GraphWorkload& w) {
  workloads::ConnectomeOptions how;
  Settings settings = common;
  settings.add("steps", how.steps);
  settings.add("threshold", how.threshold);
  settings.add("leak", how.leak_steps);
  settings.add("refractory", how.refractory_steps);
  settings.add("delay", how.delay_steps);
  settings.add("inhibitory", how.inhibitory);
  settings.add("weight_most", how.weight_most);
  settings.add("stimulated", how.stimulated);
  settings.add("stimulus_rate", how.stimulus_rate);
  settings.add("stimulus_weight", how.stimulus_weight);
  settings.add("seed", how.seed);
  settings.read(set);
  auto c = workloads::make_connectome(workloads::read_edge_list(w.file), std::filesystem::path(w.file).filename(), how,
                                      threads);
  w.description = fmt::format(
      "Wiring of {} neurons, {} edges, {} synapses, {} edges cut to {}; {} neurons inhibit, {} get a stimulus; {} "
      "steps. {}",
      c.ids.size(), c.edges, c.synapses_in_file, c.clipped, how.weight_most, c.inhibitory_neurons, c.stimulated.size(),
      how.steps, c.program.weights_note);
  w.program = std::move(c.program);
  w.stimulus = std::move(c.stimulus);
  w.ids = std::move(c.ids);
}

}  // namespace

bool is_graph_workload(const std::string& path) {
  const auto extension = std::filesystem::path(path).extension();
  std::error_code ignored;
  if ((extension != ".csv" && extension != ".json") || !std::filesystem::is_regular_file(path, ignored)) return false;
  if (extension == ".csv") return true;
  std::string head(256, '\0');
  std::ifstream(path).read(head.data(), static_cast<std::streamsize>(head.size()));
  return head.find("ranvier-mapping") == std::string::npos;
}

GraphWorkload load_graph_workload(const std::string& path, const std::string& set, int threads) {
  GraphWorkload w;
  w.file = path;
  std::string cut = "graph";
  Settings settings;
  settings.add("partition", {"graph", "order"}, cut);
  settings.add("core_neurons", w.core_neurons);
  is_microcircuit(path) ? load_microcircuit(settings, set, threads, w) : load_wiring(settings, set, threads, w);
  if (w.core_neurons < 0)
    throw UsageError("--set", fmt::format("core_neurons={} is below 0; 0 is as many as fit", w.core_neurons));
  w.cut = cut == "order" ? NeuronCut::kOrder : NeuronCut::kGraph;
  return w;
}

}  // namespace ranvier::cli
