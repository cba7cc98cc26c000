// SPDX-License-Identifier: Apache-2.0
// One part after another, filled to its limits: what the fills share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapper/hypergraph/hypergraph.h"

namespace ranvier::mapper::hypergraph {

/// The part that is being filled. A vertex stands for all that stay together with it. Pinned vertices are assigned from
/// the start and use their parts' resources. The problem must outlive it.
class OpenPart {
 public:
  explicit OpenPart(const PartitionProblem& problem);

  bool assigned(Vertex v) const { return parts_[v] != kNoPart; }
  /// Vertices that move with v, itself included.
  std::span<const Vertex> group(Vertex v) const { return groups_[group_of_[v]]; }

  /// Whether the group of v may join the part that is open.
  bool fits(Vertex v);
  void add(Vertex v);
  /// Opens the next part, after fits(v) said no. Throws NoPartition where v does not fit an empty part either.
  void next(Vertex v);

  Part number() const { return open_; }
  Parts parts() && { return std::move(parts_); }

 private:
  void open(Part part);
  void use(Vertex v);
  bool within(const std::string& resource, std::int64_t needed, std::int64_t limit);

  const PartitionProblem& problem_;
  std::vector<std::uint32_t> group_of_;  // by vertex
  Lists groups_;
  Lists apart_;   // by vertex
  Lists pinned_;  // by part
  Parts parts_;
  Part open_ = 0;
  bool empty_ = true;
  std::vector<std::int64_t> summed_used_;
  std::vector<std::int64_t> shared_used_;
  std::vector<std::vector<std::uint32_t>> item_in_;     // by shared resource and item: last part that has it, plus 1
  std::vector<std::vector<std::uint32_t>> item_asked_;  // last question that counted it
  std::uint32_t question_ = 0;
  // What the last question failed on.
  std::string short_of_;
  std::int64_t short_demand_ = 0;
  std::int64_t short_limit_ = 0;
};

}  // namespace ranvier::mapper::hypergraph
