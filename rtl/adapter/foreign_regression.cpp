// SPDX-License-Identifier: Apache-2.0
#include "rtl/adapter/foreign_regression.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "base/random.h"
#include "rtl/adapter/errors.h"
#include "rtl/adapter/foreign_stimulus.h"
#include "rtl/golden_core.h"

namespace ranvier::rtl {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kStepsPerStateCheck = 8;
constexpr std::int32_t kStepsPerRestart = 24;  // on average: as long as an image, roughly
constexpr std::int32_t kStepsPerReload = 64;   // on average: loading can take longer than all steps together

std::vector<std::int32_t> potentials_of(const std::vector<NeuronState>& state) {
  std::vector<std::int32_t> v;
  for (const NeuronState& s : state) v.push_back(s.potential);
  return v;
}

std::vector<std::int32_t> codes_of(const std::vector<NeuronState>& state) {
  std::vector<std::int32_t> v;
  for (const NeuronState& s : state) v.push_back(s.code);
  return v;
}

ForeignTraffic traffic_of(const ranvier_core_info& info, std::uint64_t seed) {
  Draws draws(seed, 1);
  return foreign_traffic(info, draws);
}

/// One seed: a random tile, and per step some events, the step, and now and then the state, a move to a second core
/// through a checkpoint, a new start, or another tile for the same core.
class Seed {
 public:
  Seed(const std::shared_ptr<const CoreLibrary>& library, std::uint64_t seed, const ForeignRegressionOptions& options)
      : library_(library),
        options_(options),
        info_(library->info()),
        tile_draws_(seed, 0),
        tile_(random_tile_within(info_, tile_draws_)),
        traffic_(traffic_of(info_, seed)),
        draws_(seed, 2),
        reload_draws_(seed, 3),
        golden_(std::in_place, tile_),
        core_(std::make_unique<CoreInstance>(library, options.timeout_cycles)) {
    result_.seed = seed;
  }

  void open_wave(const fs::path& path) { wave_ = core_->open_wave(path) ? path.string() : std::string(); }
  const std::string& wave() const { return wave_; }

  ForeignSeedResult run() {
    try {
      load(*core_);
      count_sizes();
      while (result_.steps < options_.steps && !mismatch_) step();
    } catch (const CoreNotReady& e) {
      fail(-1, -1, "the call to succeed", e.what());
      mismatch_->cycle -= static_cast<std::int64_t>(e.cycles);
    } catch (const CoreCallFailed& e) {
      fail(-1, -1, "the call to succeed", e.what());
    }
    result_.passed = !mismatch_;
    result_.cycles += static_cast<std::int64_t>(core_->counts().cycles);
    return result_;
  }

  const std::optional<ForeignMismatch>& mismatch() const { return mismatch_; }

  void add_cases(std::map<std::string, std::int64_t>& all) {
    count_cases();
    const FireCases& c = cases_;
    all["fires up"] += c.up;
    all["fires down"] += c.down;
    all["V = threshold"] += c.at_threshold;
    all["V = threshold - 1"] += c.below_threshold;
    all["V = 0"] += c.at_zero;
    all["held at hi"] += c.held_at_hi;
    all["held at lo"] += c.held_at_lo;
    if ((info_.features & RANVIER_CORE_GRADED) != 0) {
      all["graded: several up"] += c.many_up;
      all["graded: several down"] += c.many_down;
    }
    if ((info_.features & RANVIER_CORE_DIRECT) != 0) all["direct event"] += direct_;
    all["several events back to back"] += trains_;
    all["step without an event in"] += quiet_in_;
    all["step without an event out"] += quiet_out_;
    all["moved through a checkpoint"] += moves_;
    all["started anew"] += restarts_;
    all["loaded again"] += reloads_;
    all["most neurons"] += most_neurons_;
    all["most axons"] += most_axons_;
    all["most tokens"] += most_tokens_;
  }

 private:
  void load(CoreInstance& core) {
    core.load({tile_.neurons, tile_.axons, tile_.tokens, tile_.graded, tile_.lo, tile_.hi, tile_.weight.data(),
               tile_.threshold.data(), tile_.potential.data()});
  }

  void count_sizes() {
    most_neurons_ += tile_.neurons == info_.neurons;
    most_axons_ += tile_.axons == info_.axons;
    most_tokens_ += tile_.tokens == info_.tokens;
  }

  void count_cases() {
    const FireCases& c = golden_->cases();
    cases_.up += c.up;
    cases_.down += c.down;
    cases_.many_up += c.many_up;
    cases_.many_down += c.many_down;
    cases_.at_threshold += c.at_threshold;
    cases_.below_threshold += c.below_threshold;
    cases_.at_zero += c.at_zero;
    cases_.held_at_hi += c.held_at_hi;
    cases_.held_at_lo += c.held_at_lo;
  }

  void fail(std::int32_t token, std::int32_t neuron, std::string expected, std::string got) {
    if (mismatch_) return;
    mismatch_ = ForeignMismatch{.core = library_->name(),
                                .seed = result_.seed,
                                .cycle = static_cast<std::int64_t>(core_->counts().cycles),
                                .step = result_.steps,
                                .token = token,
                                .neuron = neuron,
                                .expected = std::move(expected),
                                .got = std::move(got),
                                .wave = wave_,
                                .again = {}};
  }

  void step() {
    send_events();
    const ranvier_core_counts before = core_->counts();
    const auto spikes = core_->step();
    compare_events(golden_->fire(), {spikes.begin(), spikes.end()}, before);
    if (!mismatch_ && draws_.chance(256 / kStepsPerStateCheck)) compare_state();
    if (!mismatch_ && draws_.chance(256 / kStepsPerRestart)) start_anew();
    if (!mismatch_ && draws_.chance(4)) move_to_another();  // after a mismatch the waveform stays that core's
    if (result_.steps + 1 == options_.steps) {
      compare_state();
    } else if (!mismatch_ && reload_draws_.chance(256 / kStepsPerReload)) {
      load_another_tile();
    }
    ++result_.steps;
  }

  void send_events() {
    const std::int32_t wanted = draws_.between(0, traffic_.most_events);
    std::vector<ranvier_core_event> events;
    for (std::int32_t i = 0; i < wanted; ++i) {
      CoreEvent event;
      if (!random_event_within(info_, tile_, traffic_, golden_->state(), draws_, event)) continue;
      golden_->apply(event);
      direct_ += event.direct;
      events.push_back({event.token, event.channel, event.payload, event.direct});
    }
    quiet_in_ += events.empty();
    trains_ += events.size() > 1;
    const ranvier_core_counts before = core_->counts();
    core_->send(events);
    const ranvier_core_counts after = core_->counts();
    result_.events_in += static_cast<std::int64_t>(events.size());
    expect_count("events_in", before.events_in, after.events_in, events.size());
    expect_count("events_out", before.events_out, after.events_out, 0);
    expect_busy(before, after);
  }

  void compare_events(const std::vector<CoreSpike>& expected, std::vector<ranvier_core_spike> got,
                      const ranvier_core_counts& before) {
    const ranvier_core_counts after = core_->counts();
    result_.events_out += static_cast<std::int64_t>(got.size());
    quiet_out_ += expected.empty();
    for (std::size_t i = 0; i < got.size(); ++i) {
      const std::uint64_t earliest = i == 0 ? 0 : got[i - 1].cycle, latest = after.cycles - before.cycles;
      if (got[i].cycle < earliest || got[i].cycle > latest) {
        fail(got[i].token, got[i].neuron, fmt::format("an event out at cycle {} to {} of the step", earliest, latest),
             fmt::format("cycle {}", got[i].cycle));
      }
    }
    // The order of neurons within a step is the core's own affair.
    std::stable_sort(got.begin(), got.end(), [](const ranvier_core_spike& a, const ranvier_core_spike& b) {
      return std::tie(a.token, a.neuron) < std::tie(b.token, b.neuron);
    });
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      const CoreSpike want = i < expected.size() ? expected[i] : CoreSpike{};
      const CoreSpike have = i < got.size() ? CoreSpike{got[i].token, got[i].neuron, got[i].payload} : CoreSpike{};
      if (want == have && i < expected.size() && i < got.size()) continue;
      // The first in order that one of them lacks, or has otherwise.
      const bool missing = i >= got.size() || (i < expected.size() &&
                                               std::tie(want.token, want.neuron) < std::tie(have.token, have.neuron));
      const bool extra = i >= expected.size() ||
                         (i < got.size() && std::tie(have.token, have.neuron) < std::tie(want.token, want.neuron));
      const CoreSpike& at = extra ? have : want;
      fail(at.token, at.neuron, extra ? "no event" : fmt::format("an event of payload {}", want.payload),
           missing ? "no event" : fmt::format("an event of payload {}", have.payload));
      return;
    }
    expect_count("events_in", before.events_in, after.events_in, 0);
    expect_count("events_out", before.events_out, after.events_out, got.size());
    expect_busy(before, after);
  }

  void compare_state() {
    std::vector<std::int32_t> potential, code;
    core_->read_state(potential, code);
    for (std::size_t i = 0; i < golden_->state().size(); ++i) {
      const NeuronState& want = golden_->state()[i];
      if (want == NeuronState{potential[i], code[i]}) continue;
      fail(static_cast<std::int32_t>(i) / tile_.neurons, static_cast<std::int32_t>(i) % tile_.neurons,
           fmt::format("V {} S {}", want.potential, want.code), fmt::format("V {} S {}", potential[i], code[i]));
      return;
    }
  }

  void start_anew() {
    count_cases();
    golden_.emplace(tile_);
    core_->write_state(potentials_of(golden_->state()), codes_of(golden_->state()));
    ++restarts_;
  }

  /// As a run that is resumed: what was saved goes into a core that has computed something else.
  void move_to_another() {
    std::vector<std::int32_t> potential, code;
    core_->read_state(potential, code);
    const std::vector<std::uint8_t> hidden = core_->save_hidden();
    auto other = std::make_unique<CoreInstance>(library_, options_.timeout_cycles);
    load(*other);
    other->step();
    other->write_state(potential, code);
    other->restore_hidden(hidden);
    result_.cycles += static_cast<std::int64_t>(core_->counts().cycles);
    core_ = std::move(other);
    if (!wave_.empty()) core_->open_wave(wave_);  // what failed is in the last core's
    ++moves_;
  }

  /// Another tile for the same core: nothing of the one before may stay behind.
  void load_another_tile() {
    count_cases();
    tile_ = random_tile_within(info_, tile_draws_);
    golden_.emplace(tile_);
    load(*core_);
    count_sizes();
    ++reloads_;
  }

  void expect_count(const char* name, std::uint64_t before, std::uint64_t after, std::size_t difference) {
    if (after - before == difference) return;
    fail(-1, -1, fmt::format("{} more in the counter {}", difference, name), fmt::format("{}", after - before));
  }

  void expect_busy(const ranvier_core_counts& before, const ranvier_core_counts& after) {
    const std::uint64_t busy = after.busy_cycles - before.busy_cycles, all = after.cycles - before.cycles;
    if (busy > all) fail(-1, -1, fmt::format("at most {} busy cycles", all), fmt::format("{}", busy));
  }

  std::shared_ptr<const CoreLibrary> library_;
  const ForeignRegressionOptions& options_;
  const ranvier_core_info& info_;
  Draws tile_draws_;
  CoreTile tile_;
  const ForeignTraffic traffic_;
  Draws draws_, reload_draws_;
  std::optional<GoldenCore> golden_;
  FireCases cases_;  // of the golden models before the present one
  std::unique_ptr<CoreInstance> core_;
  ForeignSeedResult result_;
  std::optional<ForeignMismatch> mismatch_;
  std::string wave_;
  std::int64_t direct_ = 0, trains_ = 0, quiet_in_ = 0, quiet_out_ = 0, moves_ = 0, restarts_ = 0, reloads_ = 0;
  std::int64_t most_neurons_ = 0, most_axons_ = 0, most_tokens_ = 0;  // tiles of that size
};

std::vector<std::uint64_t> seeds_of(const ForeignRegressionOptions& options) {
  if (!options.replay.empty()) return options.replay;
  std::vector<std::uint64_t> seeds;
  for (std::int32_t i = 0; i < options.count; ++i) {
    // 53 bits, so that JSON readers keep every digit.
    seeds.push_back(random_u64(options.seed, static_cast<std::uint64_t>(i), 0) >> 11);
  }
  seeds.insert(seeds.end(), options.more.begin(), options.more.end());
  return seeds;
}

std::string run_again_with_wave(const std::shared_ptr<const CoreLibrary>& library, std::uint64_t seed,
                                const ForeignRegressionOptions& options) {
  if (options.wave_dir.empty()) return {};
  fs::create_directories(options.wave_dir);
  Seed again(library, seed, options);
  again.open_wave(fs::path(options.wave_dir) / fmt::format("{}.{}.fst", library->name(), seed));
  again.run();
  return again.wave();
}

}  // namespace

std::string ForeignMismatch::message() const {
  return fmt::format("{} seed {}: cycle {}, step {}{}: expected {}, got {}; {}", core, seed, cycle, step,
                     neuron < 0 ? std::string() : fmt::format(", token {}, neuron {}", token, neuron), expected, got,
                     wave.empty() ? again + " runs it again" : "waveform in " + wave);
}

ForeignRegressionResult run_foreign_regression(const ForeignRegressionOptions& options) {
  const std::shared_ptr<const CoreLibrary> library = open_core_library(options.library);
  ForeignRegressionResult all;
  all.core = library->name();
  std::chrono::duration<double> time{};
  std::int64_t cycles = 0;
  for (const std::uint64_t number : seeds_of(options)) {
    const auto start = std::chrono::steady_clock::now();
    Seed seed(library, number, options);
    const ForeignSeedResult result = seed.run();
    time += std::chrono::steady_clock::now() - start;
    cycles += result.cycles;
    seed.add_cases(all.cases);
    all.seeds.push_back(result);
    ++(result.passed ? all.passed : all.failed);
    if (!seed.mismatch()) continue;
    all.mismatches.push_back(*seed.mismatch());
    all.mismatches.back().wave = run_again_with_wave(library, number, options);
    all.mismatches.back().again =
        fmt::format("--replay {} --steps {}", number, options.steps) +
        (options.timeout_cycles == 0 ? std::string() : fmt::format(" --timeout-cycles {}", options.timeout_cycles));
  }
  if (time.count() > 0) all.cycles_per_s = static_cast<double>(cycles) / time.count();
  return all;
}

}  // namespace ranvier::rtl
