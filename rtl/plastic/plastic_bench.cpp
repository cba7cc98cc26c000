// SPDX-License-Identifier: Apache-2.0
#include "rtl/plastic/plastic_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rtl/plastic/golden_plastic.h"
#include "rtl/plastic/plastic_driver.h"
#include "rtl/plastic/plastic_stimulus.h"

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kHangCycles = 200'000;  // no handshake for this long: longer than any step and any gap
constexpr std::int32_t kTicksPerStateCheck = 16;

PlasticTile tile_of(std::uint64_t seed) {
  Draws draws(seed, 0);
  return random_plastic_tile(draws);
}

PlasticTraffic traffic_of(std::uint64_t seed) {
  Draws draws(seed, 1);
  return random_plastic_traffic(draws);
}

class PlasticBench {
 public:
  PlasticBench(PlasticCorePort& port, std::uint64_t seed, Bins& bins)
      : port_(port),
        driver_(port),
        tile_(tile_of(seed)),
        traffic_(traffic_of(seed)),
        draws_(seed, 2),
        golden_(tile_),
        bins_(bins) {
    outcome_.result.seed = seed;
  }

  SeedOutcome run(std::int32_t steps) {
    const std::int64_t start = port_.cycles();
    driver_.load(tile_);
    first_cycle_ = port_.cycles();
    while (step_ < steps && !failed()) {
      const std::int32_t stop = std::min(steps, step_ + kTicksPerStateCheck);
      last_progress_ = port_.cycles();
      while (!failed() && (step_ < stop || !quiet())) cycle(step_ < stop);
      if (!failed()) compare_state();
    }
    count_tile_bins();
    outcome_.result.passed = !failed();
    outcome_.result.cycles = port_.cycles() - start;
    return std::move(outcome_);
  }

 private:
  bool failed() const { return outcome_.mismatch.has_value(); }
  bool quiet() const { return !port_.in.event_valid && !port_.in.tick_valid && !port_.out.busy && !scanning_; }

  void fail(std::string place, std::string expected, std::string got) {
    if (failed()) return;
    Mismatch m;
    m.seed = outcome_.result.seed;
    m.cycle = port_.cycles() - first_cycle_;
    m.step = step_;
    m.place = std::move(place);
    m.expected = std::move(expected);
    m.got = std::move(got);
    outcome_.mismatch = std::move(m);
  }

  void cycle(bool sending) {
    drive(sending);
    port_.cycle();
    observe();
    if (port_.cycles() - last_progress_ > kHangCycles) fail("a port", "a handshake", "none: the core hangs");
  }

  void drive(bool sending) {
    PlasticCorePort::Inputs& in = port_.in;
    const std::uint64_t bits = draws_.bits();
    if (sending && !in.event_valid && static_cast<std::int32_t>(bits & 0xff) < traffic_.event_chance) {
      in.event = random_plastic_event(tile_, traffic_, draws_);
      in.event_valid = true;
    }
    if (sending && !in.tick_valid && port_.cycles() >= next_tick_) in.tick_valid = true;
    in.spike_ready = static_cast<std::int32_t>((bits >> 8) & 0xff) < traffic_.ready_chance;
  }

  void observe() {
    PlasticCorePort::Inputs& in = port_.in;
    const PlasticCorePort::Outputs& out = port_.out;
    const bool event_taken = in.event_valid && out.event_ready;
    const bool tick_taken = in.tick_valid && out.tick_ready;
    if (out.spike_valid && !out.scanning) fail("spike port", "no spike outside a step", "one");
    observe_step();
    // The tick first: an event that enters in its cycle belongs to the next step.
    if (tick_taken) take_tick(event_taken);
    if (event_taken) take_event();
    if (in.event_valid && !event_taken) ++bins_[in.tick_valid ? "event held by a tick" : "event held by a full queue"];
    const bool tick_waits = in.tick_valid && !tick_taken;
    if (tick_waits && event_taken && tick_waited_) fail("event port", "no event taken while a tick waits", "one");
    tick_waited_ = tick_waits;
    if (tick_taken) in.tick_valid = false;
    if (event_taken) in.event_valid = false;
  }

  void observe_step() {
    const PlasticCorePort::Outputs& out = port_.out;
    if (out.scanning) {
      ++scan_cycles_;
      if (!out.spike_valid) return;
      if (port_.in.spike_ready) {
        take_spike();
      } else {
        ++stalls_;
        ++bins_["spike not taken at once"];
      }
    } else if (scanning_) {
      scanning_ = false;
      if (next_spike_ != expected_.size()) fail(neuron(expected_[next_spike_]), "a spike", "none");
      if (scan_cycles_ - stalls_ != golden_.scan_cycles()) {
        fail("cycles", fmt::format("a step of {} cycles", golden_.scan_cycles()),
             fmt::format("{} and {} stalls", scan_cycles_ - stalls_, stalls_));
      }
      next_tick_ = port_.cycles() + draws_.between(0, traffic_.tick_gap);
    }
  }

  static std::string neuron(std::int32_t n) { return fmt::format("neuron {}", n); }

  void take_spike() {
    const std::int32_t got = port_.out.spike_neuron;
    last_progress_ = port_.cycles();
    ++outcome_.result.events_out;
    if (next_spike_ >= expected_.size()) {
      fail(neuron(got), "no spike", "one");
    } else if (const std::int32_t expected = expected_[next_spike_++]; expected != got) {
      fail(neuron(expected), "a spike", fmt::format("one of neuron {}", got));
    }
  }

  void take_tick(bool with_event) {
    ++step_;
    last_progress_ = port_.cycles();
    expected_ = golden_.fire();
    next_spike_ = 0;
    scanning_ = true;
    scan_cycles_ = stalls_ = 0;
    if (with_event) ++bins_["event in the cycle of a tick"];
    if (expected_.empty()) ++bins_["step without a spike"];
  }

  void take_event() {
    const PlasticEvent& event = port_.in.event;
    last_progress_ = port_.cycles();
    ++outcome_.result.events_in;
    // The tick's spikes are worked out already: what enters during a step changes the next one.
    golden_.apply(event);
    if (scanning_) ++bins_["event during a step"];
    if (event.direct) ++bins_["direct event"];
    if (event == last_event_) ++bins_["same event twice in a row"];
    last_event_ = event;
  }

  void compare_state() {
    const PlasticState got = driver_.read_state();
    const PlasticState& want = golden_.state();
    compare("weight", want.weight, got.weight, tile_.neurons);
    compare("potential", want.potential, got.potential, 0);
    compare("post trace", want.post, got.post, 0);
    compare("pre trace", want.pre, got.pre, 0);
    if (port_.out.saturated != golden_.saturated()) {
      fail("saturated_o", fmt::format("{}", golden_.saturated()), fmt::format("{}", port_.out.saturated));
    }
    if (port_.take_assertion_failure()) fail("RTL", "all assertions hold", "one failed, see the log");
  }

  /// `columns` > 0: a matrix of axons and neurons.
  template <class T>
  void compare(const char* what, const std::vector<T>& want, const std::vector<T>& got, std::int32_t columns) {
    const auto [w, g] = std::mismatch(want.begin(), want.end(), got.begin());
    if (w == want.end()) return;
    const auto at = static_cast<std::int32_t>(w - want.begin());
    fail(columns > 0 ? fmt::format("{} of axon {} to neuron {}", what, at / columns, at % columns)
                     : fmt::format("{} {}", what, at),
         fmt::format("{}", *w), fmt::format("{}", *g));
  }

  void count_tile_bins() {
    const PlasticCases& c = golden_.cases();
    bins_["spikes"] += c.spikes;
    bins_["V = threshold"] += c.at_threshold;
    bins_["depressed"] += c.depressed;
    bins_["potentiated"] += c.potentiated;
    bins_["held at the least weight"] += c.held_at_min;
    bins_["held at the largest weight"] += c.held_at_max;
    bins_["pre trace full"] += c.pre_full;
    bins_["post trace full"] += c.post_full;
    bins_["pair within one step"] += c.causal_pair;
    bins_["negative weight"] += c.negative_weight;
    bins_["negative potential leaks"] += c.negative_leak;
    bins_["all lanes of a word fire"] += c.whole_word;
    bins_["trace decays to nothing"] += c.trace_gone;
    bins_["potential saturates"] += c.saturated;
    bins_["learning off"] += !tile_.rule.learn;
    bins_["nearest neighbours"] += tile_.rule.nearest;
    bins_["all pairs"] += !tile_.rule.nearest;
    bins_["reset by subtraction"] += tile_.subtract;
    bins_["reset to zero"] += !tile_.subtract;
    bins_["no leak"] += !tile_.leaky;
    bins_["word with unused lanes"] += tile_.neurons % kPlasticLanes != 0;
    bins_["tile of one word"] += tile_.groups() == 1;
    bins_["most neurons"] += tile_.neurons == kPlasticNeurons;
    bins_["most axons"] += tile_.axons == kPlasticAxons;
    bins_["one axon"] += tile_.axons == 1;
  }

  PlasticCorePort& port_;
  PlasticDriver driver_;
  const PlasticTile tile_;
  const PlasticTraffic traffic_;
  Draws draws_;
  GoldenPlastic golden_;
  Bins& bins_;
  SeedOutcome outcome_;
  std::vector<std::int32_t> expected_;
  std::size_t next_spike_ = 0;
  PlasticEvent last_event_;
  std::int64_t first_cycle_ = 0, last_progress_ = 0, next_tick_ = 0, scan_cycles_ = 0, stalls_ = 0;
  std::int32_t step_ = 0;
  bool scanning_ = false;
  bool tick_waited_ = false;
};

}  // namespace

Bins empty_plastic_bins() {
  Bins bins;
  for (const char* name : {"event held by a tick",
                           "event held by a full queue",
                           "spike not taken at once",
                           "event in the cycle of a tick",
                           "step without a spike",
                           "event during a step",
                           "direct event",
                           "same event twice in a row",
                           "spikes",
                           "V = threshold",
                           "depressed",
                           "potentiated",
                           "held at the least weight",
                           "held at the largest weight",
                           "pre trace full",
                           "post trace full",
                           "pair within one step",
                           "negative weight",
                           "negative potential leaks",
                           "all lanes of a word fire",
                           "trace decays to nothing",
                           "potential saturates",
                           "learning off",
                           "nearest neighbours",
                           "all pairs",
                           "reset by subtraction",
                           "reset to zero",
                           "no leak",
                           "word with unused lanes",
                           "tile of one word",
                           "most neurons",
                           "most axons",
                           "one axon"}) {
    bins[name] = 0;
  }
  return bins;
}

SeedOutcome run_plastic_seed(PlasticCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins) {
  return PlasticBench(port, seed, bins).run(steps);
}

}  // namespace ranvier::rtl
