// SPDX-License-Identifier: Apache-2.0
// Trace events, written one by one: a JSON tree of them would take ten times the memory.
#include "report/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace ranvier::report {
namespace {

constexpr int kStepsProcess = 0;  // chips are processes 1, 2, ...

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Events {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    text_ += first_ ? "\n" : ",\n";
    first_ = false;
    fmt::format_to(std::back_inserter(text_), text, std::forward<Args>(args)...);
  }
  void name(const char* what, int process, std::int64_t thread, const std::string& value) {
    add(R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{"name":{}}}}})", what, process, thread,
        json_string(value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool first_ = true;
};

int process_of(const chips::Board& board, CoreId core) { return static_cast<int>(board.chip_of(core).value()) + 1; }

/// Each core has two tracks, because its units work side by side and slices of one track must not overlap.
std::int64_t track_of(CoreId core, sim::CoreUnit unit) {
  return static_cast<std::int64_t>(core.value()) * 2 + (unit == sim::CoreUnit::kFire ? 1 : 0);
}

void name_tracks(const RunRecord& record, Events& events) {
  const chips::Board& board = record.problem->board;
  events.name("process_name", kStepsProcess, 0, "steps");
  events.name("thread_name", kStepsProcess, 1, "duration");
  std::set<ChipId> named;
  for (const sim::CoreResult& core : record.result.cores) {
    const ChipId chip = board.chip_of(core.core);
    const int process = process_of(board, core.core);
    if (named.insert(chip).second) {
      events.name("process_name", process, 0,
                  fmt::format("chip {} ({}, {})", chip.value(), chip.value() % static_cast<unsigned>(board.columns),
                              chip.value() / static_cast<unsigned>(board.columns)));
    }
    for (const sim::CoreUnit unit : {sim::CoreUnit::kIntegrate, sim::CoreUnit::kFire}) {
      events.name("thread_name", process, track_of(core.core, unit),
                  fmt::format("core {} ({}, {}) {}: {}", core.core.value(), board.x(core.core), board.y(core.core),
                              unit == sim::CoreUnit::kFire ? "fires" : "integrates", core.stages));
    }
  }
}

std::size_t add_slices(const RunRecord& record, std::size_t limit, Events& events) {
  std::vector<const sim::Activity*> slices;
  for (const sim::Activity& activity : record.result.activities) slices.push_back(&activity);
  std::stable_sort(slices.begin(), slices.end(), [](const auto* a, const auto* b) { return a->start < b->start; });
  const std::size_t kept = std::min(limit, slices.size());
  for (std::size_t i = 0; i < kept; ++i) {
    const sim::Activity& a = *slices[i];
    const bool known = a.stage.valid() && a.stage.value() < record.result.layers.size();
    events.add(
        R"({{"name":{},"cat":"stage","ph":"X","pid":{},"tid":{},"ts":{:.6f},"dur":{:.6f},"args":{{"image":{},"step":{}}}}})",
        json_string(known ? record.result.layers[a.stage.value()].name : "relay"),
        process_of(record.problem->board, a.core), track_of(a.core, a.unit), microseconds(a.start),
        microseconds(a.duration), a.image, a.step);
  }
  return slices.size() - kept;
}

std::size_t add_steps(const sim::RunResult& result, std::size_t limit, Events& events) {
  const std::size_t kept = std::min(limit, result.steps.size());
  for (std::size_t i = 0; i < kept; ++i) {
    const sim::StepResult& s = result.steps[i];
    const double at = microseconds(s.start);
    events.add(
        R"({{"name":"image {} step {}","cat":"step","ph":"X","pid":{},"tid":1,"ts":{:.6f},"dur":{:.6f},"args":{{"overrun_phases":{}}}}})",
        s.image, s.step, kStepsProcess, at, microseconds(s.duration), s.overrun_phases);
    events.add(R"({{"name":"packets in step","ph":"C","pid":{},"ts":{:.6f},"args":{{"packets":{}}}}})", kStepsProcess,
               at, s.packets);
    events.add(R"({{"name":"cycles of step","ph":"C","pid":{},"ts":{:.6f},"args":{{"slowest core":{},"network":{}}}}})",
               kStepsProcess, at, s.compute.count(), s.network.count());
  }
  return result.steps.size() - kept;
}

}  // namespace

std::string trace_json(const RunRecord& record, const TraceLimits& limits) {
  Events events;
  name_tracks(record, events);
  const std::size_t slices_left_out = add_slices(record, limits.slices, events);
  const std::size_t steps_left_out = add_steps(record.result, limits.steps, events);
  return fmt::format(
      "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"workload\":{},\"target\":{},\"slices_left_out\":{},"
      "\"steps_left_out\":{}}},\"traceEvents\":[{}\n]}}\n",
      json_string(record.workload), json_string(record.target), slices_left_out, steps_left_out, events.text());
}

}  // namespace ranvier::report
