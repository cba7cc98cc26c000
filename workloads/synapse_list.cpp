// SPDX-License-Identifier: Apache-2.0
// Sorted by source and target, a row is found from the offset of its source.
#include "workloads/synapse_list.h"

#include <algorithm>
#include <cstddef>

namespace ranvier::workloads {

SynapsesOfList synapses_of_list(std::vector<ListedSynapse> list, std::int32_t sources, std::int32_t targets,
                                std::int32_t most, int threads) {
  std::sort(list.begin(), list.end(), [](const ListedSynapse& a, const ListedSynapse& b) {
    return a.source != b.source ? a.source < b.source : a.target < b.target;
  });
  SynapsesOfList result;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size();) {
    ListedSynapse sum = list[i];
    std::int64_t weight = 0;
    for (; i < list.size() && list[i].source == sum.source && list[i].target == sum.target; ++i)
      weight += list[i].weight;
    if (weight == 0) continue;
    const std::int64_t cut = std::clamp<std::int64_t>(weight, -most, most);
    result.clipped += cut != weight ? 1 : 0;
    sum.weight = static_cast<std::int32_t>(cut);
    list[kept++] = sum;
  }
  list.resize(kept);
  std::vector<std::size_t> begin(static_cast<std::size_t>(sources) + 1, 0);
  for (const ListedSynapse& s : list) ++begin[static_cast<std::size_t>(s.source) + 1];
  for (std::size_t s = 1; s < begin.size(); ++s) begin[s] += begin[s - 1];
  const auto row = [&](std::int32_t source, IndexRange range, std::uint16_t* target, std::int8_t* weight) {
    const auto s = static_cast<std::size_t>(source);
    const ListedSynapse* row_begin = list.data() + begin[s];
    const ListedSynapse* end = list.data() + begin[s + 1];
    const ListedSynapse* at = std::lower_bound(
        row_begin, end, range.first, [](const ListedSynapse& a, std::int32_t first) { return a.target < first; });
    std::uint32_t n = 0;
    for (; at != end && at->target < range.end; ++at, ++n) {
      target[n] = static_cast<std::uint16_t>(at->target - range.first);
      weight[n] = static_cast<std::int8_t>(at->weight);
    }
    return n;
  };
  result.synapses = std::make_shared<SparseSynapses>(sources, targets, row, threads);
  return result;
}

std::vector<ListedSynapse> list_synapses(const SparseSynapses& synapses) {
  std::vector<ListedSynapse> list;
  list.reserve(static_cast<std::size_t>(synapses.synapses()));
  for (std::int32_t source = 0; source < synapses.sources(); ++source) {
    synapses.for_each(source, {0, synapses.targets()}, [&](std::int32_t target, std::int32_t weight) {
      list.push_back({source, target, weight});
    });
  }
  return list;
}

}  // namespace ranvier::workloads
