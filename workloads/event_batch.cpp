// SPDX-License-Identifier: Apache-2.0
// Lists of events by token.
#include "workloads/event_batch.h"

#include <algorithm>

namespace ranvier::workloads {
namespace {

std::span<const std::int32_t> cut(std::span<const std::int32_t> channels, std::int32_t first, std::int32_t end) {
  const auto from = std::lower_bound(channels.begin(), channels.end(), first);
  return {from, std::lower_bound(from, channels.end(), end)};
}

std::span<const WideEvent> cut(std::span<const WideEvent> events, std::int32_t first, std::int32_t end) {
  const auto before = [](const WideEvent& event, std::int32_t channel) { return event.channel < channel; };
  const auto from = std::lower_bound(events.begin(), events.end(), first, before);
  return {from, std::lower_bound(from, events.end(), end, before)};
}

}  // namespace

RowEvents RowEvents::between(std::int32_t first, std::int32_t end) const {
  return {cut(plus, first, end), cut(minus, first, end), cut(wide, first, end)};
}

void EventBatch::clear() {
  tokens_.clear();
  units_.clear();
  wide_.clear();
}

void EventBatch::append(std::int32_t token, const RowEvents& events) {
  if (events.size() == 0) return;
  Token at{token, units_.size(), 0, 0, wide_.size(), 0};
  units_.insert(units_.end(), events.plus.begin(), events.plus.end());
  at.minus = units_.size();
  units_.insert(units_.end(), events.minus.begin(), events.minus.end());
  at.units_end = units_.size();
  wide_.insert(wide_.end(), events.wide.begin(), events.wide.end());
  at.wide_end = wide_.size();
  tokens_.push_back(at);
}

RowEvents EventBatch::events(std::size_t i) const {
  const Token& t = tokens_[i];
  return {std::span(units_).subspan(t.plus, t.minus - t.plus),
          std::span(units_).subspan(t.minus, t.units_end - t.minus),
          std::span(wide_).subspan(t.wide, t.wide_end - t.wide)};
}

}  // namespace ranvier::workloads
