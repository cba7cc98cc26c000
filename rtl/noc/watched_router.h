// SPDX-License-Identifier: Apache-2.0
// One RTL router and what its twin in the flit-level network did. The RTL runs behind: a cycle is clocked once all that
// the twin got and sent in it is known. Cycles are the network's.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "rtl/noc/router_port.h"
#include "sim/router_watch.h"

namespace ranvier::rtl {

class WatchedRouter {
 public:
  /// `wave`: of its last cycles before a difference; empty: none is written.
  /// `busy_cycles`: that a flit keeps the link of each output busy.
  WatchedRouter(const RouterParameters& parameters, std::size_t number, std::uint8_t x, std::uint8_t y,
                std::vector<std::int32_t> busy_cycles, std::filesystem::path wave);

  /// An entry of the table of a router that forks. Before the first flit with its label comes.
  void load(const RouterPort::Entry& entry) { unwritten_.push_back(entry); }
  /// As in sim::RouterWatch, of this router. Throw RouterMismatch (rtl/noc/errors.h).
  void arrives(std::uint32_t port, std::uint32_t vc, const RouterPort::Flit& flit, std::int64_t at);
  void credited(std::uint32_t port, std::uint32_t vc, std::int64_t at);
  void sends(sim::RouterWatch::Way to, const RouterPort::Flit& flit, std::int64_t at);
  void frees(sim::RouterWatch::Way from, std::int64_t at);
  void settle();

  std::size_t number() const { return number_; }
  std::int64_t flits_compared() const { return flits_compared_; }
  std::int64_t clock_cycles() const { return live_->cycles(); }

 private:
  /// Pins of one cycle: what the RTL gets, or has to show.
  struct Cycle {
    std::int64_t at = 0;
    RouterPort::Pins pins;
  };
  static RouterPort::Pins& pins_of(std::deque<Cycle>& cycles, std::int64_t at);
  static const RouterPort::Pins* due(const std::deque<Cycle>& cycles, std::int64_t at);
  void run_before(std::int64_t cycle);
  void clock();
  void cycle_with(const RouterPort::Pins& in, const RouterPort::Pins& expected);
  void write_table();
  bool asleep() const;
  void compare(const RouterPort::Pins& expected);
  void follow(const RouterPort::Pins& in);
  [[noreturn]] void fail(const std::string& what, const std::string& expected, const std::string& got);

  RouterParameters parameters_;
  std::size_t number_;
  std::vector<std::int32_t> busy_cycles_;
  std::filesystem::path wave_;
  std::unique_ptr<RouterPort> live_;
  std::unique_ptr<RouterPort> trailing_;  // some cycles behind, for a waveform; null without one
  std::deque<RouterPort::Pins> behind_;   // what the trailing router has not been told
  std::deque<Cycle> given_, expected_;    // in order of time
  std::deque<RouterPort::Entry> unwritten_;
  std::int64_t now_ = 0;     // cycle that the RTL has not run yet
  std::int64_t inside_ = 0;  // flits in its buffers
  std::int64_t flits_compared_ = 0;
};

}  // namespace ranvier::rtl
