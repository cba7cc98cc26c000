// SPDX-License-Identifier: Apache-2.0
#include "rtl/random_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rtl/golden_core.h"
#include "rtl/spike_core_driver.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kHangCycles =
    200000;  // no handshake for this long: longer than any scan of one word and any gap
constexpr std::int32_t kTicksPerStateCheck = 8;

CoreTile tile_of(std::uint64_t seed, const CoreLimits& limits) {
  Draws draws(seed, 0);
  return random_tile(draws, limits);
}

Traffic traffic_of(std::uint64_t seed) {
  Draws draws(seed, 1);
  return random_traffic(draws);
}

class Bench {
 public:
  Bench(SpikeCorePort& port, std::uint64_t seed, Bins& bins)
      : port_(port),
        driver_(port),
        tile_(tile_of(seed, port.limits())),
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

  void fail(std::int32_t token, std::int32_t neuron, std::string expected, std::string got) {
    if (failed()) return;
    outcome_.mismatch = Mismatch{.seed = outcome_.result.seed,
                                 .cycle = port_.cycles() - first_cycle_,
                                 .step = step_,
                                 .token = token,
                                 .neuron = neuron,
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .wave = {}};
  }

  void cycle(bool sending) {
    drive(sending);
    port_.cycle();
    observe();
    if (port_.cycles() - last_progress_ > kHangCycles) fail(0, 0, "a handshake", "none: the core hangs");
  }

  void drive(bool sending) {
    SpikeCorePort::Inputs& in = port_.in;
    const std::uint64_t bits = draws_.bits();
    if (sending && !in.event_valid && static_cast<std::int32_t>(bits & 0xff) < traffic_.event_chance) {
      const CoreEvent e = random_event(tile_, traffic_, draws_);
      in.event_valid = true;
      in.event_direct = e.direct;
      in.event_token = e.token;
      in.event_channel = e.channel;
      in.event_payload = e.payload;
    }
    if (sending && !in.tick_valid && port_.cycles() >= next_tick_) in.tick_valid = true;
    in.spike_ready = static_cast<std::int32_t>((bits >> 8) & 0xff) < traffic_.ready_chance;
  }

  void observe() {
    SpikeCorePort::Inputs& in = port_.in;
    const SpikeCorePort::Outputs& out = port_.out;
    const bool event_taken = in.event_valid && out.event_ready;
    const bool tick_taken = in.tick_valid && out.tick_ready;
    observe_scan();
    // The tick first: an event that enters in its cycle belongs to the next step.
    if (tick_taken) take_tick(event_taken);
    if (event_taken) take_event();
    if (in.event_valid && !event_taken) ++bins_[in.tick_valid ? "event held by a tick" : "event held by a full queue"];
    const bool tick_waits = in.tick_valid && !tick_taken;
    if (tick_waits && event_taken) {
      ++bins_["event enters as a tick begins to wait"];
      if (tick_waited_) fail(in.event_token, in.event_channel, "no event taken while a tick waits", "one");
    }
    tick_waited_ = tick_waits;
    if (tick_taken) in.tick_valid = false;
    if (event_taken) in.event_valid = false;
  }

  void observe_scan() {
    const SpikeCorePort::Outputs& out = port_.out;
    if (out.spike_valid && !out.scanning) fail(out.spike_token, out.spike_neuron, "no event outside a scan", "one");
    if (out.scanning) {
      ++scan_cycles_;
      if (out.spike_valid) port_.in.spike_ready ? take_spike() : stall();
    } else if (scanning_) {
      scanning_ = false;
      if (next_spike_ != expected_.size()) {
        const CoreSpike& s = expected_[next_spike_];
        fail(s.token, s.neuron, fmt::format("payload {}", s.payload), "no event");
      }
      if (scan_cycles_ - stalls_ != golden_.scan_cycles()) {
        fail(0, 0, fmt::format("a scan of {} cycles", golden_.scan_cycles()),
             fmt::format("{} and {} stalls", scan_cycles_ - stalls_, stalls_));
      }
      next_tick_ = port_.cycles() + draws_.between(0, traffic_.tick_gap);
    }
  }

  void stall() {
    ++stalls_;
    ++bins_["spike not taken at once"];
  }

  void take_spike() {
    const SpikeCorePort::Outputs& out = port_.out;
    const CoreSpike got{out.spike_token, out.spike_neuron, out.spike_payload};
    last_progress_ = port_.cycles();
    ++outcome_.result.events_out;
    const std::string text = fmt::format("token {} neuron {} payload {}", got.token, got.neuron, got.payload);
    if (next_spike_ >= expected_.size()) {
      fail(got.token, got.neuron, "no event", text);
    } else if (const CoreSpike& s = expected_[next_spike_++]; !(s == got)) {
      fail(s.token, s.neuron, fmt::format("token {} neuron {} payload {}", s.token, s.neuron, s.payload), text);
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
    if (expected_.empty()) ++bins_["tick without an event"];
    if (events_since_tick_ == 0) ++bins_["tick without input"];
    events_since_tick_ = 0;
  }

  void take_event() {
    const SpikeCorePort::Inputs& in = port_.in;
    const CoreEvent e{in.event_token, in.event_channel, in.event_payload, in.event_direct};
    last_progress_ = port_.cycles();
    ++outcome_.result.events_in;
    ++events_since_tick_;
    golden_.apply(e);
    if (scanning_) ++bins_["event during a scan"];
    if (e.direct) {
      ++bins_["direct event"];
    } else {
      ++bins_[e.payload < 0 ? "payload negative" : "payload not negative"];
      if (e.payload == kPayloadMin) ++bins_["payload least"];
      if (e.payload == kPayloadMax) ++bins_["payload largest"];
    }
    if (e == last_event_) ++bins_["same event twice in a row"];
    if (e.token == last_event_.token && e.direct != last_event_.direct) ++bins_["direct and synaptic in a row"];
    last_event_ = e;
  }

  void compare_state() {
    const std::vector<NeuronState> got = driver_.read_state();
    for (std::size_t i = 0; i < got.size() && !failed(); ++i) {
      const NeuronState& expected = golden_.state()[i];
      if (got[i] == expected) continue;
      fail(
          static_cast<std::int32_t>(i) / tile_.neurons, static_cast<std::int32_t>(i) % tile_.neurons,
          fmt::format("V {} S {} lower {} upper {}", expected.potential, expected.code, expected.lower, expected.upper),
          fmt::format("V {} S {} lower {} upper {}", got[i].potential, got[i].code, got[i].lower, got[i].upper));
    }
    if (port_.out.overflow != golden_.overflow()) {
      fail(0, 0, fmt::format("overflow {}", golden_.overflow()), fmt::format("overflow {}", port_.out.overflow));
    }
    if (golden_.overflow()) ++bins_["overflow"];
    if (port_.out.saturated != golden_.saturated()) {
      fail(0, 0, fmt::format("saturated {}", golden_.saturated()), fmt::format("saturated {}", port_.out.saturated));
    }
    if (port_.take_assertion_failure()) fail(0, 0, "all assertions hold", "one failed, see the log");
  }

  void count_tile_bins() {
    const FireCases& cases = golden_.cases();
    bins_["fires up"] += cases.up;
    bins_["fires down"] += cases.down;
    bins_["graded: several up"] += cases.many_up;
    bins_["graded: several down"] += cases.many_down;
    bins_["V = threshold"] += cases.at_threshold;
    bins_["V = threshold - 1"] += cases.below_threshold;
    bins_["V = 0"] += cases.at_zero;
    bins_["held at hi"] += cases.held_at_hi;
    bins_["held at lo"] += cases.held_at_lo;
    bins_["all lanes of a word fire"] += cases.whole_word;
    bins_["LIF and CUBA spikes"] += cases.lif_spikes;
    bins_["reset by subtraction"] += cases.lif_subtract;
    bins_["input while refractory"] += cases.lif_held;
    bins_["v = threshold"] += cases.lif_at_threshold;
    bins_["current outlives its step"] += cases.current_kept;
    bins_["current saturates"] += cases.saturated_current;
    bins_["membrane saturates"] += cases.saturated_membrane;
    bins_["burst up"] += cases.burst_up;
    bins_["burst down"] += cases.burst_down;
    bins_["largest burst"] += cases.burst_most;
    bins_["nothing to take back"] += cases.burst_forgets;
    bins_["both of a pair emit"] += cases.pair_both;
    bins_["IF spikes"] += cases.classic_spikes;
    const bool st_bif = tile_.kind == CoreNeuron::kStBif;
    bins_["unary tile"] += st_bif && !tile_.graded;
    bins_["graded tile"] += st_bif && tile_.graded;
    bins_["LIF tile"] += tile_.kind == CoreNeuron::kLif;
    bins_["CUBA tile"] += tile_.kind == CoreNeuron::kCuba;
    bins_["burst tile"] += tile_.kind == CoreNeuron::kBurst;
    bins_["tile with synapse lists"] += tile_.listed();
    bins_["tile of one word"] += tile_.words() == 1;
    bins_["word with unused lanes"] += tile_.neurons % tile_.limits.lanes != 0;
    bins_["most neurons"] += tile_.neurons == tile_.limits.neurons;
    bins_["most axons"] += tile_.axons == tile_.limits.axons;
    bins_["most tokens"] += tile_.tokens == tile_.limits.tokens;
    bins_["widest tracer"] += tile_.hi - tile_.lo == kSpanMax;
  }

  SpikeCorePort& port_;
  SpikeCoreDriver driver_;
  const CoreTile tile_;
  const Traffic traffic_;
  Draws draws_;
  GoldenCore golden_;
  Bins& bins_;
  SeedOutcome outcome_;
  std::vector<CoreSpike> expected_;
  std::size_t next_spike_ = 0;
  CoreEvent last_event_;
  std::int64_t first_cycle_ = 0, last_progress_ = 0, next_tick_ = 0, scan_cycles_ = 0, stalls_ = 0,
               events_since_tick_ = 0;
  std::int32_t step_ = 0;
  bool scanning_ = false;
  bool tick_waited_ = false;
};

}  // namespace

Bins empty_bins() {
  Bins bins;
  for (const char* name : {"event held by a tick",
                           "event held by a full queue",
                           "event enters as a tick begins to wait",
                           "spike not taken at once",
                           "event in the cycle of a tick",
                           "tick without an event",
                           "tick without input",
                           "event during a scan",
                           "direct event",
                           "payload negative",
                           "payload not negative",
                           "payload least",
                           "payload largest",
                           "same event twice in a row",
                           "direct and synaptic in a row",
                           "overflow",
                           "fires up",
                           "fires down",
                           "graded: several up",
                           "graded: several down",
                           "V = threshold",
                           "V = threshold - 1",
                           "V = 0",
                           "held at hi",
                           "held at lo",
                           "all lanes of a word fire",
                           "unary tile",
                           "graded tile",
                           "LIF and CUBA spikes",
                           "reset by subtraction",
                           "input while refractory",
                           "v = threshold",
                           "current outlives its step",
                           "current saturates",
                           "membrane saturates",
                           "burst up",
                           "burst down",
                           "largest burst",
                           "nothing to take back",
                           "both of a pair emit",
                           "IF spikes",
                           "LIF tile",
                           "CUBA tile",
                           "burst tile",
                           "tile with synapse lists",
                           "tile of one word",
                           "word with unused lanes",
                           "most neurons",
                           "most axons",
                           "most tokens",
                           "widest tracer"}) {
    bins[name] = 0;
  }
  return bins;
}

SeedOutcome run_seed(SpikeCorePort& port, std::uint64_t seed, std::int32_t steps, Bins& bins) {
  return Bench(port, seed, bins).run(steps);
}

}  // namespace ranvier::rtl
