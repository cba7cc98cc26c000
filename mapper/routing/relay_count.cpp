// SPDX-License-Identifier: Apache-2.0
#include "mapper/routing/relay_count.h"

#include <algorithm>
#include <utility>

#include "mapper/waves.h"

namespace ranvier::mapper::routing {

RelayCount::RelayCount(const MappingProblem& problem, const std::vector<std::size_t>& flows,
                       const std::vector<Route>& routes)
    : problem_(problem) {
  std::vector<std::pair<CoreId, Relayed>> all;
  for (const std::size_t f : flows)
    for (std::size_t i = 0; i + 1 < routes[f].chain.size(); ++i)
      if (routes[f].passes_on(i)) all.push_back({routes[f].chain[i], {f, i}});
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [core, one] : all) {
    if (cores_.empty() || cores_.back() != core) {
      cores_.push_back(core);
      relayed_.emplace_back();
    }
    relayed_.back().push_back(one);
  }
  room_.assign(cores_.size(), problem.board.chip.core.relay_buffer_events.value);
}

std::int64_t RelayCount::total(std::size_t i) const {
  std::int64_t sum = 0;
  for (const Relayed& one : relayed_[i]) {
    const Flow& flow = problem_.flows[one.flow];
    sum += std::int64_t{flow.tokens.size()} * flow.channels.size();
  }
  return sum;
}

void RelayCount::add_totals(std::vector<std::int64_t>& by_core) const {
  for (std::size_t i = 0; i < cores_.size(); ++i) by_core[cores_[i].value()] += total(i);
}

void RelayCount::share_room(const std::vector<std::int64_t>& totals_by_core) {
  for (std::size_t i = 0; i < cores_.size(); ++i)
    if (const std::int64_t all = totals_by_core[cores_[i].value()]; all > room_[i])
      room_[i] = room_[i] * total(i) / all;
}

std::int32_t RelayCount::fewest_waves() const {
  std::int64_t most = 1;
  for (std::size_t i = 0; i < cores_.size(); ++i)
    most = std::max(most, (total(i) + room_[i] - 1) / std::max<std::int64_t>(1, room_[i]));
  return static_cast<std::int32_t>(std::min<std::int64_t>(most, INT32_MAX));
}

template <class Visit>
void RelayCount::for_each_wave(std::size_t flow, Visit&& visit) const {
  const std::vector<std::int64_t>& sent = sent_.at(flow);
  for (std::size_t w = 0; w < sent.size(); ++w) visit(static_cast<std::int32_t>(w), sent[w]);
}

void RelayCount::count(std::int32_t waves) {
  waves_ = waves;
  sent_.clear();
  events_.assign(cores_.size() * static_cast<std::size_t>(waves), 0);
  for (std::size_t i = 0; i < cores_.size(); ++i)
    for (const Relayed& one : relayed_[i]) {
      std::vector<std::int64_t>& sent = sent_[one.flow];
      if (sent.empty()) {
        const Flow& flow = problem_.flows[one.flow];
        const WaveRule wave_of(problem_.tiles[flow.source.value()], waves);
        sent.resize(static_cast<std::size_t>(waves));
        for (std::int32_t t = flow.tokens.begin; t < flow.tokens.end; ++t) {
          auto wave = static_cast<std::size_t>(wave_of(t, flow.channels.begin));
          for (std::int32_t c = flow.channels.begin; c < flow.channels.end; ++c) {
            ++sent[wave];
            if (++wave == sent.size()) wave = 0;
          }
        }
      }
      for_each_wave(one.flow, [&](std::int32_t wave, std::int64_t n) { events(i, wave) += n; });
    }
}

bool RelayCount::fits() const {
  for (std::size_t i = 0; i < cores_.size(); ++i)
    if (excess(i) > 0) return false;
  return true;
}

std::int64_t RelayCount::excess(std::size_t i) const {
  std::int64_t sum = 0;
  for (std::int32_t w = 0; w < waves_; ++w) sum += std::max<std::int64_t>(0, events(i, w) - room_[i]);
  return sum;
}

std::int64_t RelayCount::relief(std::size_t i, const Relayed& one) const {
  std::int64_t sum = 0;
  for_each_wave(one.flow, [&](std::int32_t wave, std::int64_t n) {
    sum += std::clamp<std::int64_t>(events(i, wave) - room_[i], 0, n);
  });
  return sum;
}

void RelayCount::remove(std::size_t i, std::size_t flow) {
  for_each_wave(flow, [&](std::int32_t wave, std::int64_t n) { events(i, wave) -= n; });
  auto& here = relayed_[i];
  here.erase(std::find_if(here.begin(), here.end(), [&](const Relayed& one) { return one.flow == flow; }));
}

}  // namespace ranvier::mapper::routing
