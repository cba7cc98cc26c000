// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_bench.h"

#include <fmt/format.h>

#include "rtl/hybrid/hybrid_core.h"
#include "rtl/hybrid/hybrid_cycles.h"
#include "rtl/hybrid/hybrid_stage.h"
#include "rtl/hybrid/hybrid_stimulus.h"
#include "sim/engine_cores.h"

namespace ranvier::rtl {
namespace {

class Bench {
 public:
  Bench(std::unique_ptr<HybridCorePort> port, std::uint64_t seed, const std::string& kind)
      : draws_(seed, 11), port_(*port) {
    const std::vector<std::string>& kinds = hybrid_kinds();
    const auto drawn = static_cast<std::size_t>(draws_.between(0, static_cast<std::int32_t>(kinds.size()) - 1));
    random_case(draws_, case_, kind.empty() ? kinds[drawn] : kind);
    result_.seed = seed;
    result_.kind = case_.kind;
    tile_ = hybrid_tile(case_.spec);
    rtl_ = make_hybrid_core(case_.spec, std::move(port));
    golden_ = sim::make_model_core(case_.spec);
  }

  HybridSeedResult run(std::int32_t steps) {
    const std::int64_t before = port_.cycles();
    constexpr std::int32_t kStepsOfImage = 40;
    for (step_ = 0; step_ < steps && result_.mismatch.empty(); ++step_) {
      if (step_ % kStepsOfImage == 0) begin();
      events();
      if (draws_.chance(40)) checkpoint();
      check(golden_->restless() == rtl_->restless(), "restless", golden_->restless(), rtl_->restless());
      fire();
      if (step_ % 8 == 7) state();
      if (port_.take_assertion_failure()) mismatch("an assertion of the RTL failed");
    }
    result_.cycles = port_.cycles() - before;
    return result_;
  }

 private:
  void mismatch(const std::string& what) {
    if (result_.mismatch.empty()) result_.mismatch = fmt::format("step {}: {}", step_, what);
  }
  void check(bool same, const char* what, std::int64_t expected, std::int64_t got) {
    if (!same) mismatch(fmt::format("{}: expected {}, got {}", what, expected, got));
  }

  void begin() {
    golden_->begin_image();
    rtl_->begin_image();
    sources_ = std::make_unique<HybridSources>(case_);
    train_ = 0;
  }

  void events() {
    const std::int32_t count = draws_.chance(30) ? 0 : draws_.between(1, 30);
    for (std::int32_t i = 0; i < count; ++i) {
      const sim::Event event = sources_->next(draws_);
      golden_->receive(event, Cycles(0));
      const std::int64_t took = rtl_->receive(event, Cycles(0)).count();
      const std::int64_t formula = event_cycles(tile_, *local_event(case_.spec, tile_, event));
      check(took == formula, "cycles of an event", formula, took);
      train_ = kTrainCycles;
      ++result_.events_in;
    }
  }

  void fire() {
    std::vector<sim::Emission> expected, got;
    golden_->fire(expected);
    const std::int64_t took = rtl_->fire(got).count();
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      if (i < expected.size() && i < got.size() && expected[i].token == got[i].token &&
          expected[i].channel == got[i].channel && expected[i].value == got[i].value)
        continue;
      const auto text = [&](const std::vector<sim::Emission>& all) {
        return i < all.size() ? fmt::format("{} of token {}, channel {}", all[i].value, all[i].token, all[i].channel)
                              : std::string("no event");
      };
      return mismatch(fmt::format("event {} out: expected {}, got {}", i, text(expected), text(got)));
    }
    const std::int64_t formula = train_ + tick_cycles(tile_, static_cast<std::int64_t>(got.size()));
    check(took == formula, "cycles of a tick", formula, took);
    train_ = 0;
    result_.events_out += static_cast<std::int64_t>(got.size());
  }

  void state() {
    check(golden_->codes() == rtl_->codes(), "codes differ", 0, 0);
    const std::vector<std::int64_t> got = rtl_->potentials();
    if (!got.empty()) check(golden_->potentials() == got, "potentials differ", 0, 0);
  }

  /// The state goes out and in again, and through a reset core's memories at that.
  void checkpoint() {
    const std::vector<std::uint8_t> saved = rtl_->save();
    rtl_->begin_image();
    rtl_->restore(saved);
    check(rtl_->save() == saved, "a restored state differs", 0, 0);
  }

  Draws draws_;
  HybridCase case_;
  HybridCorePort& port_;
  HybridTile tile_;
  std::unique_ptr<sim::CoreModel> rtl_, golden_;
  std::unique_ptr<HybridSources> sources_;
  HybridSeedResult result_;
  std::int32_t step_ = 0;
  std::int64_t train_ = 0;  // due with the next tick
};

}  // namespace

HybridSeedResult run_hybrid_seed(std::unique_ptr<HybridCorePort> port, std::uint64_t seed, std::int32_t steps,
                                 const std::string& kind) {
  return Bench(std::move(port), seed, kind).run(steps);
}

}  // namespace ranvier::rtl
