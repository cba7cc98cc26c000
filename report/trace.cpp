// SPDX-License-Identifier: Apache-2.0
// Trace events, written one by one: a JSON tree of them would take ten times the memory.
#include "report/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
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
    text_ += ",\n";
    fmt::format_to(std::back_inserter(text_), text, std::forward<Args>(args)...);
  }
  void name(const char* what, int process, std::int64_t thread, const std::string& value) {
    add(R"({{"name":"{}","ph":"M","pid":{},"tid":{},"args":{{"name":{}}}}})", what, process, thread,
        json_string(value));
  }
  const std::string& text() const { return text_; }
  void clear() { text_.clear(); }

 private:
  std::string text_;
};

int process_of(const chips::Board& board, CoreId core) { return static_cast<int>(board.chip_of(core).value()) + 1; }

/// Each core has two tracks, because its units work side by side and slices of one track must not overlap.
std::int64_t track_of(CoreId core, sim::CoreUnit unit) {
  return static_cast<std::int64_t>(core.value()) * 2 + (unit == sim::CoreUnit::kFire ? 1 : 0);
}

void name_tracks(const RunRecord& record, Events& events) {
  const chips::Board& board = record.problem->board;
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

void add_slice(const RunRecord& record, const sim::Activity& a, Events& events) {
  const bool known = a.stage.valid() && a.stage.value() < record.result.layers.size();
  events.add(
      R"({{"name":{},"cat":"stage","ph":"X","pid":{},"tid":{},"ts":{:.6f},"dur":{:.6f},"args":{{"image":{},"step":{}}}}})",
      json_string(known ? record.result.layers[a.stage.value()].name : "relay"),
      process_of(record.problem->board, a.core), track_of(a.core, a.unit), microseconds(a.start),
      microseconds(a.duration), a.image, a.step);
}

void add_step(const RunRecord& record, const sim::StepResult& s, Events& events) {
  const double at = microseconds(s.start);
  events.add(
      R"({{"name":"image {} step {}","cat":"step","ph":"X","pid":{},"tid":1,"ts":{:.6f},"dur":{:.6f},"args":{{"overrun_phases":{}}}}})",
      s.image, s.step, kStepsProcess, at, microseconds(s.duration), s.overrun_phases);
  events.add(R"({{"name":"packets in step","ph":"C","pid":{},"ts":{:.6f},"args":{{"packets":{}}}}})", kStepsProcess, at,
             s.packets);
  events.add(R"({{"name":"events in step","ph":"C","pid":{},"ts":{:.6f},"args":{{"events":{}}}}})", kStepsProcess, at,
             s.events);
  events.add(R"({{"name":"cycles of step","ph":"C","pid":{},"ts":{:.6f},"args":{{"slowest core":{},"network":{}}}}})",
             kStepsProcess, at, s.compute.count(), s.network.count());
  const Duration period = chips::clock_period(record.problem->board.chip);
  const double cycles = static_cast<double>(s.duration.count()) / static_cast<double>(period.count());
  events.add(R"({{"name":"load of the fullest link","ph":"C","pid":{},"ts":{:.6f},"args":{{"share of time":{:.6f}}}}})",
             kStepsProcess, at, cycles > 0 ? static_cast<double>(s.fullest_link_cycles) / cycles : 0);
}

/// The run in pieces of one step each, and which of them are kept.
class Pieces {
 public:
  Pieces(const RunRecord& record) : record_(record), slices_(record.result.steps.size()) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::size_t> number;
    const auto& steps = record.result.steps;
    for (std::size_t i = 0; i < steps.size(); ++i) number[{steps[i].image, steps[i].step}] = i;
    for (const sim::Activity& a : record.result.activities) {
      const auto found = number.find({a.image, a.step});
      if (found != number.end()) {
        slices_[found->second].push_back(&a);
      } else {
        ++cut_.slices;  // its step was joined with others
      }
    }
    for (auto& of_step : slices_)
      std::stable_sort(of_step.begin(), of_step.end(),
                       [](const auto* a, const auto* b) { return a->start < b->start; });
    cut_.slices += static_cast<std::size_t>(record.result.activities_left_out);
    name_tracks(record, names_);
    choose();
  }

  const TraceCut& cut() const { return cut_; }
  std::string text() const {
    Events events;
    std::string all = names_.text();
    for (std::size_t i = 0; i < slices_.size(); ++i) {
      if (!kept_[i]) continue;
      events.clear();
      put(i, events);
      all += events.text();
    }
    return all;
  }

 private:
  static constexpr std::size_t kFrame = 4096;  // what stands around the events, with room to spare

  void put(std::size_t i, Events& events) const {
    for (const sim::Activity* slice : slices_[i]) add_slice(record_, *slice, events);
    add_step(record_, record_.result.steps[i], events);
  }

  void choose() {
    const auto& steps = record_.result.steps;
    const std::size_t taken = kFrame + names_.text().size();
    const std::size_t limit = record_.trace_limit_bytes > taken ? record_.trace_limit_bytes - taken : 0;
    kept_.assign(steps.size(), false);
    std::vector<std::size_t> bytes, others;
    std::size_t first = 0, all = 0;
    Events events;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      events.clear();
      put(i, events);
      bytes.push_back(events.text().size());
      all += bytes.back();
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (all <= limit || (others.empty() && first + bytes[i] <= limit / 2)) {
        kept_[i] = true;
        first += bytes[i];
      } else {
        others.push_back(i);
      }
    }
    std::stable_sort(others.begin(), others.end(),
                     [&](std::size_t a, std::size_t b) { return steps[a].duration > steps[b].duration; });
    std::size_t room = limit - std::min(limit, first);
    for (const std::size_t i : others) {
      if (bytes[i] <= room) {
        kept_[i] = true;
        room -= bytes[i];
      } else {
        ++cut_.steps;
        cut_.slices += slices_[i].size();
      }
    }
  }

  const RunRecord& record_;
  std::vector<std::vector<const sim::Activity*>> slices_;  // by step
  Events names_;
  std::vector<bool> kept_;
  TraceCut cut_;
};

std::string remark(const RunRecord& record, const TraceCut& cut) {
  if (!cut.any()) return {};
  const std::size_t steps = record.result.steps.size();
  return fmt::format(
      "trace.json keeps {} of {} steps, the first and the slowest, and leaves out {} slices of cores; "
      "--trace-limit-mib is {}",
      steps - cut.steps, steps, cut.slices, record.trace_limit_bytes >> 20);
}

}  // namespace

std::string trace_json(const RunRecord& record) {
  const Pieces pieces(record);
  const TraceCut cut = pieces.cut();
  std::string all = fmt::format(
      "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"workload\":{},\"target\":{},\"slices_left_out\":{},"
      "\"steps_left_out\":{}}},\"traceEvents\":[\n{{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":{},\"tid\":0,"
      "\"args\":{{\"name\":\"steps\"}}}}",
      json_string(record.workload), json_string(record.target), cut.slices, cut.steps, kStepsProcess);
  if (cut.any())
    all += fmt::format(",\n{{\"name\":{},\"ph\":\"i\",\"s\":\"g\",\"pid\":{},\"tid\":1,\"ts\":0}}",
                       json_string(remark(record, cut)), kStepsProcess);
  all += pieces.text();
  all += "\n]}\n";
  return all;
}

TraceCut trace_cut(const RunRecord& record) { return Pieces(record).cut(); }
std::string trace_remark(const RunRecord& record) { return remark(record, trace_cut(record)); }

}  // namespace ranvier::report
