// SPDX-License-Identifier: Apache-2.0
// The verifier's search for links that wait for each other.
#include <algorithm>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>

#include "mapper/verifier_parts.h"

namespace ranvier::mapper::verify_parts {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

struct CycleFound {
  std::vector<std::size_t> links;
};

/// The way from the root to where the search is; an edge back into it closes a cycle.
class Way : public boost::default_dfs_visitor {
 public:
  explicit Way(std::vector<std::size_t>& way) : way_(&way) {}
  void discover_vertex(std::size_t link, const Graph&) { way_->push_back(link); }
  void finish_vertex(std::size_t, const Graph&) { way_->pop_back(); }
  void back_edge(const Graph::edge_descriptor& edge, const Graph& graph) {
    throw CycleFound{{std::find(way_->begin(), way_->end(), boost::target(edge, graph)), way_->end()}};
  }

 private:
  std::vector<std::size_t>* way_;  // visitors are copied
};

}  // namespace

std::vector<std::size_t> find_cycle(const std::vector<std::set<std::size_t>>& next) {
  Graph graph(next.size());
  for (std::size_t link = 0; link < next.size(); ++link)
    for (const std::size_t to : next[link]) boost::add_edge(link, to, graph);
  std::vector<std::size_t> way;
  try {
    boost::depth_first_search(graph, boost::visitor(Way(way)));
  } catch (const CycleFound& cycle) {
    return cycle.links;
  }
  return {};
}

}  // namespace ranvier::mapper::verify_parts
