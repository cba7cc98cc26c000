// SPDX-License-Identifier: Apache-2.0
// Dissolves subgraphs and finds the order of evaluation.
#include "workloads/nir/nir_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>
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

/// Of an edge: which of the target's `from` it is.
using UnitGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, std::size_t>;

struct OrderFinder : boost::default_dfs_visitor {
  OrderFinder(NirNetwork& of, std::vector<std::size_t>& in) : network(of), finished(in) {}
  void back_edge(const UnitGraph::edge_descriptor& edge, const UnitGraph& graph) {
    network.units[boost::target(edge, graph)].from[graph[edge]].closes_cycle = true;
  }
  void finish_vertex(std::size_t unit, const UnitGraph&) { finished.push_back(unit); }

  NirNetwork& network;
  std::vector<std::size_t>& finished;
};

/// Depth first from the inputs, then from what they do not reach; marks edges that close cycles.
std::vector<std::size_t> order_of(NirNetwork& network) {
  UnitGraph graph(network.units.size());
  for (std::size_t to = 0; to < network.units.size(); ++to)
    for (std::size_t i = 0; i < network.units[to].from.size(); ++i)
      boost::add_edge(network.units[to].from[i].unit, to, i, graph);
  std::vector<std::size_t> finished;
  const OrderFinder finder(network, finished);
  std::vector<boost::default_color_type> color(network.units.size());  // white
  const auto colors = boost::make_iterator_property_map(color.begin(), boost::get(boost::vertex_index, graph));
  const auto visit = [&](std::size_t start) {
    if (color[start] == boost::white_color) boost::depth_first_visit(graph, start, finder, colors);
  };
  for (const std::size_t start : network.inputs) visit(start);
  for (std::size_t start = 0; start < network.units.size(); ++start) visit(start);
  std::reverse(finished.begin(), finished.end());
  return finished;
}

}  // namespace

NirNetwork make_nir_network(const NirFile& file) {
  NirNetwork network;
  network.file = file.path;
  const auto ends = Flattener(network).add(file.graph(), "");
  for (const NirNode& node : file.graph().nodes) {
    if (node.type == "Input") network.inputs.push_back(ends.at(node.name).enter);
    if (node.type == "Output") network.outputs.push_back(ends.at(node.name).enter);
  }
  const std::vector<std::size_t> order = order_of(network);
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
