// SPDX-License-Identifier: Apache-2.0
// Gains of swaps, on 256-bit vectors where the processor has them.
#include "mapper/clusters/swap_state.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <fmt/format.h>

#include "mapper/clusters/errors.h"

namespace ranvier::mapper::clusters {

namespace {

constexpr std::int32_t kMaxSide = 32767;
constexpr double kMaxSum = 1 << 30;

struct Row {
  const std::int32_t* index = nullptr;
  const std::int32_t* weight = nullptr;
  std::size_t size = 0;
};

struct Change {
  std::int32_t hops = 0;  // weighted
  std::int32_t tail = 0;  // squares of excess
};

// The row's owner goes from `from` to `to`; its edge to `partner`, who goes the other way, stays as long as it is.
template <bool kTail>
Change change_narrow(Row row, const std::int32_t* position, std::int32_t from, std::int32_t to, std::int32_t self,
                     std::int32_t partner, std::int32_t limit) {
  const std::int32_t x0 = from & 0xffff;
  const std::int32_t y0 = from >> 16;
  const std::int32_t x1 = to & 0xffff;
  const std::int32_t y1 = to >> 16;
  std::int32_t hops = 0;
  std::int32_t tail = 0;
  for (std::size_t i = 0; i < row.size; ++i) {
    const std::int32_t other = row.index[i];
    const std::int32_t at = position[other];
    const std::int32_t x = at & 0xffff;
    const std::int32_t y = at >> 16;
    const std::int32_t before = std::abs(x0 - x) + std::abs(y0 - y);
    const std::int32_t after = std::abs(x1 - x) + std::abs(y1 - y);
    const std::int32_t kept = (other == partner) | (other == self);
    hops += (kept != 0 ? 0 : row.weight[i]) * (after - before);
    if constexpr (kTail) {
      const std::int32_t over0 = std::max(before - limit, 0);
      const std::int32_t over1 = std::max(after - limit, 0);
      tail += kept != 0 ? 0 : over1 * over1 - over0 * over0;
    }
  }
  return {hops, tail};
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) std::int32_t lane_sum(__m256i lanes) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
  return _mm_cvtsi128_si32(sum);
}

template <bool kTail>
__attribute__((target("avx2"))) Change change_wide(Row row, const std::int32_t* position, std::int32_t from,
                                                   std::int32_t to, std::int32_t self, std::int32_t partner,
                                                   std::int32_t limit) {
  const __m256i x0 = _mm256_set1_epi32(from & 0xffff);
  const __m256i y0 = _mm256_set1_epi32(from >> 16);
  const __m256i x1 = _mm256_set1_epi32(to & 0xffff);
  const __m256i y1 = _mm256_set1_epi32(to >> 16);
  const __m256i me = _mm256_set1_epi32(self);
  const __m256i mate = _mm256_set1_epi32(partner);
  const __m256i low = _mm256_set1_epi32(0xffff);
  const __m256i most = _mm256_set1_epi32(limit);
  const __m256i none = _mm256_setzero_si256();
  __m256i hops = none;
  __m256i tail = none;
  for (std::size_t i = 0; i < row.size; i += SwapState::kLanes) {
    const __m256i other = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.index + i));
    const __m256i weight = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.weight + i));
    const __m256i at = _mm256_i32gather_epi32(position, other, 4);
    const __m256i x = _mm256_and_si256(at, low);
    const __m256i y = _mm256_srli_epi32(at, 16);
    const __m256i before =
        _mm256_add_epi32(_mm256_abs_epi32(_mm256_sub_epi32(x0, x)), _mm256_abs_epi32(_mm256_sub_epi32(y0, y)));
    const __m256i after =
        _mm256_add_epi32(_mm256_abs_epi32(_mm256_sub_epi32(x1, x)), _mm256_abs_epi32(_mm256_sub_epi32(y1, y)));
    const __m256i kept = _mm256_or_si256(_mm256_cmpeq_epi32(other, mate), _mm256_cmpeq_epi32(other, me));
    const __m256i change = _mm256_mullo_epi32(weight, _mm256_sub_epi32(after, before));
    hops = _mm256_add_epi32(hops, _mm256_andnot_si256(kept, change));
    if constexpr (kTail) {
      const __m256i over0 = _mm256_max_epi32(_mm256_sub_epi32(before, most), none);
      const __m256i over1 = _mm256_max_epi32(_mm256_sub_epi32(after, most), none);
      const __m256i excess = _mm256_sub_epi32(_mm256_mullo_epi32(over1, over1), _mm256_mullo_epi32(over0, over0));
      tail = _mm256_add_epi32(tail, _mm256_andnot_si256(kept, excess));
    }
  }
  return {lane_sum(hops), kTail ? lane_sum(tail) : 0};
}
bool has_wide() { return __builtin_cpu_supports("avx2") != 0; }
#else
template <bool kTail>
Change change_wide(Row row, const std::int32_t* position, std::int32_t from, std::int32_t to, std::int32_t self,
                   std::int32_t partner, std::int32_t limit) {
  return change_narrow<kTail>(row, position, from, to, self, partner, limit);
}
bool has_wide() { return false; }
#endif

}  // namespace

SwapState::SwapState(const ClusterGraph& graph, Mesh mesh, const Placement& start, const Objective& objective)
    : mesh_(mesh),
      cells_(start),
      holder_(mesh.cells(), kNoCell),
      position_(graph.size()),
      first_(graph.size() + 1, 0),
      degree_(graph.size()),
      limit_(static_cast<std::int32_t>(std::min<std::uint32_t>(objective.distance_limit, 2 * kMaxSide))),
      wide_(has_wide()) {
  const std::size_t clusters = graph.size();
  if (clusters > mesh.cells()) throw MoreClustersThanCells(clusters, mesh.width, mesh.height);
  if (mesh.width > kMaxSide || mesh.height > kMaxSide)
    throw std::invalid_argument(
        fmt::format("a mesh of {}x{} has more than {} cells a side", mesh.width, mesh.height, kMaxSide));
  if (start.size() != clusters) throw std::invalid_argument("a placement of other clusters");
  double strongest = 0;
  for (Cluster c = 0; c < clusters; ++c) {
    const Cell cell = start[c];
    if (cell >= mesh.cells() || holder_[cell] != kNoCell)
      throw std::invalid_argument(fmt::format("cluster {} has no cell of its own", c));
    holder_[cell] = c;
    position_[c] = static_cast<std::int32_t>(mesh.y(cell) << 16 | mesh.x(cell));
    double strength = 0;
    for (const auto& n : graph.neighbours(c)) strength += static_cast<double>(n.weight);
    strongest = std::max(strongest, strength);
    degree_[c] = static_cast<std::uint32_t>(graph.neighbours(c).size());
    first_[c + 1] = first_[c] + (degree_[c] + kLanes - 1) / kLanes * kLanes;
  }
  const double scale = strongest > 0 ? kMaxSum / (strongest * (mesh.width + mesh.height)) : 1;
  unit_ = 1 / scale;
  index_.resize(first_[clusters]);
  weight_.resize(first_[clusters], 0);
  for (Cluster c = 0; c < clusters; ++c) {
    std::size_t at = first_[c];
    for (const auto& n : graph.neighbours(c)) {
      index_[at] = static_cast<std::int32_t>(n.cluster);
      // Never lost: the lightest edge still pulls.
      if (n.weight > 0)
        weight_[at] = std::max(1, static_cast<std::int32_t>(std::lround(static_cast<double>(n.weight) * scale)));
      ++at;
    }
    for (; at < first_[c + 1]; ++at) index_[at] = static_cast<std::int32_t>(c);
  }
  set_tail(objective.tail);
  if (objective.move_price <= 0 || objective.home.empty()) return;
  if (objective.home.size() != clusters) throw std::invalid_argument("homes of other clusters");
  home_.assign(objective.home.begin(), objective.home.end());
  // Above the greatest sum of hops nothing moves anyway.
  move_price_ = std::max<std::int64_t>(1, std::llround(std::min(objective.move_price / unit_, 4 * kMaxSum)));
}

std::int64_t SwapState::migration(Cluster c, Cell from, Cell to) const {
  return move_price_ * (static_cast<std::int64_t>(to != home_[c]) - static_cast<std::int64_t>(from != home_[c]));
}

void SwapState::set_tail(double tail) {
  constexpr double kMaxTail = 1e12;
  tail_ = limit_ > 0 && tail > 0 ? std::max<std::int64_t>(1, std::llround(std::min(tail / unit_, kMaxTail))) : 0;
}

std::int64_t SwapState::gain(Cluster c, Cell to) const {
  const Cluster other = holder_[to];
  const auto self = static_cast<std::int32_t>(c);
  const auto partner = static_cast<std::int32_t>(other);
  const std::int32_t here = position_[c];
  const auto there = static_cast<std::int32_t>(mesh_.y(to) << 16 | mesh_.x(to));
  const auto change = [&](Cluster who, std::int32_t from, std::int32_t onto, std::int32_t me, std::int32_t mate) {
    const std::size_t begin = first_[who];
    const Row row{index_.data() + begin, weight_.data() + begin, first_[who + 1] - begin};
    if (tail_ > 0)
      return wide_ ? change_wide<true>(row, position_.data(), from, onto, me, mate, limit_)
                   : change_narrow<true>(row, position_.data(), from, onto, me, mate, limit_);
    return wide_ ? change_wide<false>(row, position_.data(), from, onto, me, mate, limit_)
                 : change_narrow<false>(row, position_.data(), from, onto, me, mate, limit_);
  };
  const Change mine = change(c, here, there, self, partner);
  std::int64_t sum = mine.hops + tail_ * mine.tail;
  if (move_price_ > 0) {
    sum += migration(c, cells_[c], to);
    if (other != kNoCell) sum += migration(other, to, cells_[c]);
  }
  if (other != kNoCell) {
    const Change theirs = change(other, there, here, partner, self);
    sum += theirs.hops + tail_ * theirs.tail;
  }
  return sum;
}

void SwapState::swap(Cluster c, Cell to) {
  const Cluster other = holder_[to];
  const Cell from = cells_[c];
  holder_[to] = c;
  holder_[from] = other;
  cells_[c] = to;
  if (other != kNoCell) {
    cells_[other] = from;
    position_[other] = position_[c];
  }
  position_[c] = static_cast<std::int32_t>(mesh_.y(to) << 16 | mesh_.x(to));
}

double objective_value(const ClusterGraph& graph, Mesh mesh, const Placement& cells, const Objective& objective) {
  double hops = 0;
  double tail = 0;
  for (Cluster c = 0; c < graph.size(); ++c) {
    for (const auto& n : graph.neighbours(c)) {
      if (n.cluster < c) continue;
      const std::uint32_t d = mesh.distance(cells[c], cells[n.cluster]);
      hops += static_cast<double>(n.weight) * d;
      if (objective.distance_limit > 0 && d > objective.distance_limit) {
        const double over = d - objective.distance_limit;
        tail += over * over;
      }
    }
  }
  double movers = 0;
  for (Cluster c = 0; c < objective.home.size(); ++c) movers += cells[c] != objective.home[c] ? 1 : 0;
  return hops + objective.tail * tail + objective.move_price * movers;
}

}  // namespace ranvier::mapper::clusters
