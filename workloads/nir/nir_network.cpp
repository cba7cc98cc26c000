// SPDX-License-Identifier: Apache-2.0
// Dissolves subgraphs and finds the order of evaluation.
#include "workloads/nir/nir_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "workloads/nir/nir_errors.h"

namespace ranvier::workloads {
namespace {

/// Where edges to and from a node really end: at itself, or at the Input and Output of the subgraph that it is.
struct Ends {
  std::size_t enter = 0;
  std::size_t leave = 0;
};

class Flattener {
 public:
  explicit Flattener(NirNetwork& network) : network_(network) {}

  /// `prefix` is empty or ends in a slash.
  std::map<std::string, Ends> add(const NirGraph& graph, const std::string& prefix) {
    std::map<std::string, Ends> ends;
    for (const NirNode& node : graph.nodes) {
      const std::string path = prefix + node.name;
      if (node.nested.empty()) {
        ends[node.name] = {network_.units.size(), network_.units.size()};
        network_.units.push_back({&node, path, {}, {}, {}});
      } else {
        const auto inner = add(node.nested.front(), path + "/");
        ends[node.name] = {only(node.nested.front(), "Input", inner, path),
                           only(node.nested.front(), "Output", inner, path)};
      }
    }
    for (const NirEdge& edge : graph.edges) {
      auto& from = network_.units[ends.at(edge.to).enter].from;
      const NirSource source{ends.at(edge.from).leave, false};
      if (std::find(from.begin(), from.end(), source) == from.end()) from.push_back(source);
    }
    return ends;
  }

 private:
  std::size_t only(const NirGraph& graph, const char* type, const std::map<std::string, Ends>& inner,
                   const std::string& path) const {
    std::vector<std::string> names;
    for (const NirNode& node : graph.nodes) {
      if (node.type == type) names.push_back(node.name);
    }
    if (names.size() == 1) return inner.at(names.front()).enter;
    throw NirShapeMismatch(
        network_.file, path,
        fmt::format("a subgraph with {} {} nodes cannot be told where its edges go; give it one", names.size(), type));
  }

  NirNetwork& network_;
};

/// Depth first without recursion: a chain may be as long as a file allows.
class Order {
 public:
  explicit Order(NirNetwork& network)
      : network_(network), successors_(network.units.size()), state_(network.units.size()) {
    for (std::size_t to = 0; to < network.units.size(); ++to) {
      for (std::size_t i = 0; i < network.units[to].from.size(); ++i)
        successors_[network.units[to].from[i].unit].push_back({to, i});
    }
  }

  std::vector<std::size_t> find() {
    for (const std::size_t start : network_.inputs) visit(start);
    for (std::size_t start = 0; start < network_.units.size(); ++start) visit(start);
    std::reverse(finished_.begin(), finished_.end());
    return std::move(finished_);
  }

 private:
  enum class State : std::uint8_t { kNew, kOpen, kDone };
  struct Link {
    std::size_t to;
    std::size_t at;  // in its `from`
  };

  void visit(std::size_t start) {
    if (state_[start] != State::kNew) return;
    std::vector<std::pair<std::size_t, std::size_t>> path{{start, 0}};  // unit, successors seen
    state_[start] = State::kOpen;
    while (!path.empty()) {
      auto& [unit, seen] = path.back();
      if (seen == successors_[unit].size()) {
        state_[unit] = State::kDone;
        finished_.push_back(unit);
        path.pop_back();
        continue;
      }
      const Link link = successors_[unit][seen++];
      if (state_[link.to] == State::kOpen) network_.units[link.to].from[link.at].closes_cycle = true;
      if (state_[link.to] != State::kNew) continue;
      state_[link.to] = State::kOpen;
      path.emplace_back(link.to, 0);
    }
  }

  NirNetwork& network_;
  std::vector<std::vector<Link>> successors_;
  std::vector<State> state_;
  std::vector<std::size_t> finished_;
};

}  // namespace

NirNetwork make_nir_network(const NirFile& file) {
  NirNetwork network;
  network.file = file.path;
  const auto ends = Flattener(network).add(file.graph(), "");
  for (const NirNode& node : file.graph().nodes) {
    if (node.type == "Input") network.inputs.push_back(ends.at(node.name).enter);
    if (node.type == "Output") network.outputs.push_back(ends.at(node.name).enter);
  }
  const std::vector<std::size_t> order = Order(network).find();
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<NirUnit> sorted;
  for (const std::size_t unit : order) sorted.push_back(std::move(network.units[unit]));
  for (NirUnit& unit : sorted) {
    for (NirSource& source : unit.from) source.unit = place[source.unit];
  }
  for (auto* ids : {&network.inputs, &network.outputs}) {
    for (std::size_t& id : *ids) id = place[id];
  }
  network.units = std::move(sorted);
  infer_nir_shapes(network);
  return network;
}

}  // namespace ranvier::workloads
