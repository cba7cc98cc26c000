// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_port_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "rtl/hybrid/hybrid_bins.h"
#include "rtl/hybrid/hybrid_cycles.h"
#include "rtl/hybrid/hybrid_driver.h"
#include "rtl/hybrid/hybrid_overflow.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "sim/engine_cores.h"

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kHangCycles = 400'000;  // no handshake for this long: longer than any word and any gap
constexpr std::int32_t kStepsPerStateCheck = 7;
constexpr std::int64_t kTickCycles = 40'000;  // a tile's ticks, about
constexpr std::int32_t kFewestSteps = 4;
constexpr std::int32_t kConfigChance = 2;  // in a cycle, of 256
constexpr std::int32_t kDryChance = 64;

std::string text_of(const sim::Emission& e) {
  return fmt::format("token {} channel {} payload {}", e.token, e.channel, e.value);
}

class PortBench {
 public:
  PortBench(HybridCorePort& port, std::uint64_t seed, const std::string& kind, Bins& bins)
      : draws_(seed, 12), port_(port), driver_(port), bins_(bins) {
    random_case(draws_, case_, kind);
    traffic_ = random_traffic(draws_);
    golden_ = sim::make_model_core(case_.spec);
    golden_->begin_image();
    codes_ = golden_->codes();
    driver_.load(hybrid_tile(case_.spec));
  }

  HybridTileRun run(std::int32_t most) {
    const std::int64_t start = port_.cycles();
    const std::int64_t affordable = kTickCycles / std::max<std::int64_t>(1, tick_cycles(tile(), 0));
    const auto steps =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(affordable, std::min(kFewestSteps, most), most));
    const bool reset_while_busy = draws_.chance(64);
    while (run_.steps < steps && !failed()) {
      const std::int32_t stop = std::min(steps, run_.steps + kStepsPerStateCheck);
      const bool leaves = stop == steps && reset_while_busy;
      begin_traffic();
      while (!failed() && (run_.steps < stop || (!leaves && !quiet()))) cycle(run_.steps < stop);
      if (leaves) {
        bins_["reset during a tick"] += port_.in.event_valid || port_.out.busy || scanning_;
        break;
      }
      if (!failed()) end_traffic();
      if (!failed()) compare_state();
      if (run_.steps < steps && !failed()) timed_step();
    }
    if (!reset_while_busy && !failed() && draws_.chance(96)) {
      if (const std::string what = overflow_difference(driver_, draws_, bins_); !what.empty())
        fail("overflow_o", "as the widths say", what);
    }
    if (port_.take_assertion_failure()) fail("RTL", "all assertions hold", "one failed, see the log");
    count_tile_bins(tile(), case_.kind, bins_);
    run_.cycles = port_.cycles() - start;
    return std::move(run_);
  }

 private:
  const HybridTile& tile() const { return driver_.tile(); }
  bool failed() const { return run_.mismatch.has_value(); }
  bool quiet() const {
    const HybridCorePort::Inputs& in = port_.in;
    return !in.event_valid && !in.tick_valid && !in.config_valid && !taken_ && !port_.out.busy && !scanning_ &&
           replies_.empty();
  }

  void fail(std::string place, std::string expected, std::string got) {
    if (failed()) return;
    Mismatch m;
    m.cycle = port_.cycles();
    m.step = run_.steps;
    m.place = fmt::format("{} of a tile '{}'", place, case_.kind);
    m.expected = std::move(expected);
    m.got = std::move(got);
    run_.mismatch = std::move(m);
  }
  template <class T>
  void compare(const char* place, T expected, T got) {
    if (expected != got) fail(place, fmt::format("{}", expected), fmt::format("{}", got));
  }

  void begin_traffic() {
    port_.cycle();
    last_progress_ = next_tick_ = port_.cycles();
    busy_before_ = port_.out.busy_cycles;
    stalls_before_ = port_.out.stall_cycles;
    busy_cycles_ = stall_cycles_ = 0;
  }

  void end_traffic() {
    port_.in.spike_ready = true;
    port_.cycle();
    compare("busy_cycles_o", busy_before_ + busy_cycles_, port_.out.busy_cycles);
    compare("stall_cycles_o", stalls_before_ + stall_cycles_, port_.out.stall_cycles);
    compare("overflow_o", false, port_.out.overflow);
    if (port_.take_assertion_failure()) fail("RTL", "all assertions hold", "one failed, see the log");
  }

  void cycle(bool sending) {
    drive(sending);
    port_.cycle();
    observe();
    if (port_.cycles() - last_progress_ > kHangCycles) fail("a port", "a handshake", "none: the core hangs");
  }

  // ------------------------------------------------------------------ inputs
  void drive(bool sending) {
    HybridCorePort::Inputs& in = port_.in;
    const std::uint64_t bits = draws_.bits();
    const auto draw = [&](int at) { return static_cast<std::int32_t>(bits >> at & 0xff); };
    if (sending && !in.event_valid && draw(0) < traffic_.event_chance) offer_event();
    if (sending && !in.tick_valid && port_.cycles() >= next_tick_) {
      in.tick_valid = true;
      in.tick_dry = draw(16) < kDryChance;
    }
    if (sending && !in.config_valid && draw(24) < kConfigChance) offer_config();
    in.spike_ready = draw(8) < traffic_.ready_chance;
  }

  void offer_event() {
    event_ = sources_.next(draws_);
    local_ = *local_event(case_.spec, tile(), event_);
    HybridCorePort::Inputs& in = port_.in;
    in.event_valid = true;
    in.event_port = local_.port;
    in.event_token = local_.token;
    in.event_channel = local_.channel;
    in.event_payload = local_.payload;
  }

  /// A word of codes is read, or the control word written as it is.
  void offer_config() {
    HybridCorePort::Inputs& in = port_.in;
    in.config_valid = true;
    in.config_write = draws_.chance(64);
    in.config_data = control_word(tile());
    in.config_select = in.config_write             ? HybridSelect::kControl
                       : codes_lie_in_sums(tile()) ? HybridSelect::kSums
                                                   : HybridSelect::kCodes;
    in.config_address =
        static_cast<std::uint32_t>(draws_.between(0, tile().tokens - 1) * 16 + draws_.between(0, tile().words() - 1));
  }

  // ------------------------------------------------------------------ outputs
  void observe() {
    HybridCorePort::Inputs& in = port_.in;
    const HybridCorePort::Outputs& out = port_.out;
    const bool event_taken = in.event_valid && out.event_ready;
    const bool tick_taken = in.tick_valid && out.tick_ready;
    const bool config_taken = in.config_valid && out.config_ready;
    taken_ = event_taken || tick_taken || config_taken;
    busy_cycles_ += out.busy;
    stall_cycles_ += out.spike_valid && !in.spike_ready;
    observe_tick();
    observe_reply();
    if (config_taken) take_config();
    // The tick first: an event that enters in its cycle belongs to the next step.
    if (tick_taken) take_tick(event_taken);
    if (event_taken) take_event();
    if (in.event_valid && !event_taken) ++bins_[in.tick_valid ? "event held by a tick" : "event held by a full queue"];
    const bool tick_waits = in.tick_valid && !tick_taken;
    if (tick_waits && event_taken && tick_waited_) fail("event port", "no event taken while a tick waits", "one");
    tick_waited_ = tick_waits;
    if (tick_taken) in.tick_valid = false;
    if (event_taken) in.event_valid = false;
    if (config_taken) in.config_valid = false;
  }

  void observe_tick() {
    const HybridCorePort::Outputs& out = port_.out;
    if (out.spike_valid && !out.scanning) fail("spike port", "no event outside a tick", "one");
    if (out.scanning != scanning_ && out.scanning) fail("scanning_o", "low outside a tick", "high");
    if (out.scanning) {
      ++scan_cycles_;
      if (!out.spike_valid) return;
      if (port_.in.spike_ready) {
        take_spike();
      } else {
        ++scan_stalls_;
        ++bins_["event out not taken at once"];
      }
    } else if (scanning_) {
      end_tick();
    }
  }

  void take_tick(bool with_event) {
    last_progress_ = port_.cycles();
    if (with_event) ++bins_["event in the cycle of a tick"];
    expected_.clear();
    next_spike_ = 0;
    dry_ = port_.in.tick_dry;
    restless_ = dry_ && golden_->restless();
    if (dry_) {
      ++bins_[restless_ ? "dry tick: restless" : "dry tick: at rest"];
    } else {
      golden_fire();
      ++run_.steps;
      if (expected_.empty()) ++bins_["tick without an event out"];
      if (events_since_tick_ == 0) ++bins_["tick without input"];
      events_since_tick_ = 0;
    }
    scan_cycles_ = scan_stalls_ = 0;
    scanning_ = tick_cycles(tile(), 0) > 0;
    if (!scanning_) next_tick_ = port_.cycles() + draws_.between(0, traffic_.tick_gap);
  }

  void end_tick() {
    scanning_ = false;
    last_progress_ = port_.cycles();
    if (next_spike_ != expected_.size()) fail("spike port", text_of(expected_[next_spike_]), "no event");
    const auto sent = static_cast<std::int64_t>(expected_.size());
    compare("cycles of a tick", tick_cycles(tile(), sent), scan_cycles_ - scan_stalls_);
    compare("restless_o", restless_, port_.out.restless);
    next_tick_ = port_.cycles() + draws_.between(0, traffic_.tick_gap);
  }

  void take_spike() {
    const HybridCorePort::Outputs& out = port_.out;
    last_progress_ = port_.cycles();
    ++run_.events_out;
    bins_["event out of value 0"] += out.spike_payload == 0;
    check_spike({out.spike_token, tile().output_at(out.spike_output), out.spike_payload});
  }

  void check_spike(const HybridSpike& spike) {
    const mapper::Tile& range = case_.spec.tile;
    const sim::Emission got{range.tokens.begin + spike.token, range.outputs.begin + spike.output, spike.payload,
                            Cycles(0)};
    if (next_spike_ >= expected_.size()) return fail("spike port", "no event", text_of(got));
    const sim::Emission& e = expected_[next_spike_++];
    if (e.token != got.token || e.channel != got.channel || e.value != got.value)
      fail("spike port", text_of(e), text_of(got));
  }

  void take_event() {
    last_progress_ = port_.cycles();
    // The tick's events are worked out already: what enters while it fires changes the next one.
    count_event();
    if (scanning_) ++bins_["event during a tick"];
  }

  void count_event() {
    golden_->receive(event_, Cycles(0));
    ++run_.events_in;
    ++events_since_tick_;
    bins_["event in of value 0"] += local_.payload == 0;
    ++bins_[local_.port == kDirectPort                 ? (tile().row_sums() ? "sum of a cut row" : "partial sum")
            : tile().events == HybridEvents::kElements ? "element event"
            : local_.port == 1                         ? "column event"
            : tile().dense                             ? "row event of a dense tile"
                                                       : "row event"];
    if (local_.port == last_.port && local_.token == last_.token && local_.channel == last_.channel)
      ++bins_["the same source twice in a row"];
    last_ = local_;
  }

  // ------------------------------------------------------------------ config port
  struct Reply {
    std::int64_t at = 0;
    std::int32_t word = 0;
    std::vector<std::int32_t> values;  // of the token's outputs
  };

  void take_config() {
    const HybridCorePort::Inputs& in = port_.in;
    last_progress_ = port_.cycles();
    if (port_.out.busy || in.tick_valid) fail("config port", "no word taken while busy or ticked", "one");
    ++bins_[in.config_write ? "control word written between ticks" : "word read between ticks"];
    if (in.config_write) return;
    const auto address = static_cast<std::int32_t>(in.config_address);
    const std::vector<std::int32_t> codes = codes_to_read();
    if (codes.empty()) {
      replies_.push_back({port_.cycles() + 2, address % 16, {}});
      return;
    }
    const auto first = codes.begin() + std::ptrdiff_t{address / 16} * tile().outputs();
    replies_.push_back({port_.cycles() + 2, address % 16, {first, first + tile().outputs()}});
  }

  void observe_reply() {
    const HybridCorePort::Outputs& out = port_.out;
    if (port_.in.config_valid && out.busy) ++bins_["config word held while busy"];
    const bool due = !replies_.empty() && replies_.front().at == port_.cycles();
    if (due != out.config_read_valid) fail("config port", due ? "an answer" : "no answer", due ? "none" : "one");
    if (!due) return;
    const Reply reply = std::move(replies_.front());
    replies_.pop_front();
    if (reply.values.empty()) return;              // sums that the behavioural core does not show
    std::vector<std::int32_t> got = reply.values;  // those of other words stay
    unpack_lanes(tile(), out.config_read_data, reply.word, codes_lie_in_sums(tile()) ? 32 : 24, got.data());
    if (got != reply.values) fail("config port", "the word that is there", "another");
  }

  // ------------------------------------------------------------------ between traffic
  void golden_fire() {
    golden_->fire(expected_);
    codes_ = golden_->codes();
  }
  /// Those of a dense head are made by its ticks.
  std::vector<std::int32_t> codes_to_read() const { return tile().is_dense_head() ? codes_ : golden_->codes(); }

  void compare_state() {
    const HybridState state = driver_.read_state();
    compare_all("code", codes_to_read(), codes_in(tile(), state));
    const std::vector<std::int64_t> potentials = potentials_in(tile(), state);
    if (!potentials.empty()) compare_all("potential", golden_->potentials(), potentials);
  }

  template <class T>
  void compare_all(const char* what, const std::vector<T>& expected, const std::vector<T>& got) {
    if (expected.size() != got.size()) return compare(what, expected.size(), got.size());
    const auto [e, g] = std::mismatch(expected.begin(), expected.end(), got.begin());
    if (e == expected.end()) return;
    const std::int64_t at = e - expected.begin();
    fail(fmt::format("{} of token {}, output {}", what, at / tile().outputs(), at % tile().outputs()),
         fmt::format("{}", *e), fmt::format("{}", *g));
  }

  /// Events back to back and a tick whose events leave at once: the cycles are those of the contract.
  void timed_step() {
    std::vector<HybridEvent> train;
    std::int64_t due = kTrainCycles;
    for (std::int32_t n = draws_.between(1, 40); n > 0; --n) {
      event_ = sources_.next(draws_);
      local_ = *local_event(case_.spec, tile(), event_);
      count_event();
      due += event_cycles(tile(), local_);
      train.push_back(local_);
    }
    compare("cycles of a train", due, driver_.send_train(train));
    expected_.clear();
    next_spike_ = 0;
    golden_fire();
    std::vector<HybridDriver::TimedSpike> spikes;
    const std::int64_t took = driver_.tick(spikes);
    for (const HybridDriver::TimedSpike& s : spikes) check_spike(s.spike);
    if (next_spike_ != expected_.size()) fail("spike port", text_of(expected_[next_spike_]), "no event");
    compare("cycles of a tick", tick_cycles(tile(), static_cast<std::int64_t>(expected_.size())), took);
    run_.events_out += static_cast<std::int64_t>(spikes.size());
    ++run_.steps;
    events_since_tick_ = 0;
    ++bins_["timed train and tick"];
  }

  Draws draws_;
  HybridCorePort& port_;
  HybridDriver driver_;
  HybridCase case_;
  HybridSources sources_{case_};
  Bins& bins_;
  Traffic traffic_;
  std::unique_ptr<sim::CoreModel> golden_;
  HybridTileRun run_;
  sim::Event event_;  // offered
  HybridEvent local_, last_;
  std::vector<sim::Emission> expected_;
  std::vector<std::int32_t> codes_;  // as of the last tick
  std::size_t next_spike_ = 0;
  std::deque<Reply> replies_;
  std::int64_t last_progress_ = 0, next_tick_ = 0, scan_cycles_ = 0, scan_stalls_ = 0, events_since_tick_ = 0;
  std::uint32_t busy_before_ = 0, busy_cycles_ = 0, stalls_before_ = 0, stall_cycles_ = 0;
  bool scanning_ = false, dry_ = false, restless_ = false;
  bool tick_waited_ = false;
  bool taken_ = false;  // something entered in this cycle; busy_o shows it in the next
};

}  // namespace

HybridTileRun run_hybrid_tile(HybridCorePort& port, std::uint64_t seed, const std::string& kind, std::int32_t steps,
                              Bins& bins) {
  return PortBench(port, seed, kind, bins).run(steps);
}

}  // namespace ranvier::rtl
