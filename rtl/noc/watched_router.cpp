// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/watched_router.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "rtl/noc/errors.h"

namespace ranvier::rtl {
namespace {

constexpr std::size_t kWaveCycles = 256;  // before a difference, at most

std::string port_name(std::size_t port) {
  static constexpr std::array<const char*, 4> kLinks{"east", "west", "south", "north"};
  return port < kLinks.size() ? kLinks[port] : fmt::format("core {}", port - kLinks.size());
}
std::string text_of(const RouterPort::FlitPin& pin) {
  if (!pin.valid) return "none";
  const RouterPort::Flit& f = pin.flit;
  const char* kind = f.head && f.tail ? "only" : f.head ? "first" : f.tail ? "last" : "middle";
  const std::string to =
      f.on_tree ? fmt::format("on label {}", f.label) : fmt::format("to core {} of ({}, {})", f.core, f.x, f.y);
  return fmt::format("VC {}, packet {}, {} flit, {}", pin.vc, f.data, kind, to);
}
std::string text_of(const RouterPort::CreditPin& pin) { return pin.valid ? fmt::format("VC {}", pin.vc) : "none"; }

}  // namespace

WatchedRouter::WatchedRouter(const RouterParameters& parameters, std::size_t number, std::uint8_t x, std::uint8_t y,
                             std::vector<std::int32_t> busy_cycles, std::filesystem::path wave)
    : parameters_(parameters),
      number_(number),
      busy_cycles_(std::move(busy_cycles)),
      wave_(std::move(wave)),
      live_(make_router_port(parameters, x, y)) {
  if (!wave_.empty()) trailing_ = make_router_port(parameters, x, y);
}

RouterPort::Pins& WatchedRouter::pins_of(std::deque<Cycle>& cycles, std::int64_t at) {
  auto next = cycles.end();
  while (next != cycles.begin() && std::prev(next)->at > at) --next;
  if (next != cycles.begin() && std::prev(next)->at == at) return std::prev(next)->pins;
  return cycles.insert(next, {at, {}})->pins;
}

const RouterPort::Pins* WatchedRouter::due(const std::deque<Cycle>& cycles, std::int64_t at) {
  return cycles.empty() || cycles.front().at != at ? nullptr : &cycles.front().pins;
}

// A flit that may bid in cycle n is pushed at the clock edge before it, and so for a credit.
void WatchedRouter::arrives(std::uint32_t port, std::uint32_t vc, const RouterPort::Flit& flit, std::int64_t at) {
  run_before(at - 1);
  pins_of(given_, at - 1).flits[port] = {true, static_cast<std::uint8_t>(vc), flit};
}

void WatchedRouter::credited(std::uint32_t port, std::uint32_t vc, std::int64_t at) {
  run_before(at - 1);
  pins_of(given_, at - 1).credits[port] = {true, static_cast<std::uint8_t>(vc)};
}

// What wins in cycle n has passed crossbar and link but for the last cycle of the hop, which is the next buffer's. From
// the next cycle on the link is busy with it.
void WatchedRouter::sends(sim::RouterWatch::Way to, const RouterPort::Flit& flit, std::int64_t at) {
  run_before(at - 1);
  pins_of(expected_, at + parameters_.hop - 1).flits[to.port] = {true, static_cast<std::uint8_t>(to.vc), flit};
  for (std::int64_t busy = at + busy_cycles_[to.port] - 1; busy > at; --busy)
    pins_of(given_, busy).busy[to.port] = true;
}

void WatchedRouter::frees(sim::RouterWatch::Way from, std::int64_t at) {
  run_before(at - 1);
  pins_of(expected_, at + parameters_.credit - 1).credits[from.port] = {true, static_cast<std::uint8_t>(from.vc)};
}

/// What its twin kept inside stays inside; nothing else comes out afterwards.
void WatchedRouter::settle() {
  while (!given_.empty() || !expected_.empty()) clock();
  for (std::int32_t n = parameters_.hop + parameters_.credit; n > 0; --n) clock();
}

bool WatchedRouter::asleep() const { return inside_ == 0 && given_.empty() && expected_.empty(); }

/// All that is known of the cycles before `cycle`.
void WatchedRouter::run_before(std::int64_t cycle) {
  while (now_ < cycle) {
    if (asleep()) {
      write_table();
      now_ = cycle;
    } else {
      clock();
    }
  }
}

/// While it is asleep, in cycles that are none of the network's: nothing in it but the table changes.
void WatchedRouter::write_table() {
  for (; !unwritten_.empty(); unwritten_.pop_front()) {
    RouterPort::Pins pins;
    pins.write = unwritten_.front();
    cycle_with(pins, {});
  }
}

void WatchedRouter::clock() {
  const RouterPort::Pins* given = due(given_, now_);
  RouterPort::Pins in = given == nullptr ? RouterPort::Pins{} : *given;
  for (const RouterPort::FlitPin& pin : in.flits) {
    inside_ += pin.valid;
    if (pin.valid && pin.flit.on_tree && !unwritten_.empty() && pin.flit.label >= unwritten_.front().label)
      throw std::logic_error("a flit comes to an RTL router before its tree is in the table");
  }
  if (!unwritten_.empty()) {  // a tree that came with flits inside
    in.write = unwritten_.front();
    unwritten_.pop_front();
  }
  const RouterPort::Pins* expected = due(expected_, now_);
  cycle_with(in, expected == nullptr ? RouterPort::Pins{} : *expected);
  if (given != nullptr) given_.pop_front();
  if (expected != nullptr) expected_.pop_front();
  ++now_;
}

void WatchedRouter::cycle_with(const RouterPort::Pins& in, const RouterPort::Pins& expected) {
  live_->in = in;
  live_->cycle();
  follow(in);
  compare(expected);
}

void WatchedRouter::compare(const RouterPort::Pins& expected) {
  for (std::size_t p = 0; p < static_cast<std::size_t>(parameters_.ports()); ++p) {
    if (live_->out.flits[p] != expected.flits[p])
      fail(fmt::format("a flit out of port {}", port_name(p)), text_of(expected.flits[p]),
           text_of(live_->out.flits[p]));
    if (live_->out.credits[p] != expected.credits[p])
      fail(fmt::format("a credit of port {}", port_name(p)), text_of(expected.credits[p]),
           text_of(live_->out.credits[p]));
    inside_ -= expected.credits[p].valid;
    flits_compared_ += expected.flits[p].valid;
  }
  if (live_->overflow) fail("a buffer", "room for each flit", "a flit that came without a credit");
  if (live_->take_assertion_failure()) fail("an assertion of the RTL", "it holds", "it failed");
}

void WatchedRouter::follow(const RouterPort::Pins& in) {
  if (trailing_ == nullptr) return;
  behind_.push_back(in);
  if (behind_.size() <= kWaveCycles) return;
  trailing_->in = behind_.front();
  trailing_->cycle();
  behind_.pop_front();
}

void WatchedRouter::fail(const std::string& what, const std::string& expected, const std::string& got) {
  std::string wave;
  if (trailing_ != nullptr) {
    wave = fmt::format("{}-router{}.fst", wave_.string(), number_);
    trailing_->open_wave(wave);
    for (const RouterPort::Pins& in : behind_) {
      trailing_->in = in;
      trailing_->cycle();
    }
    trailing_.reset();  // closes the file
  }
  throw RouterMismatch(number_, now_, what, expected, got, wave);
}

}  // namespace ranvier::rtl
