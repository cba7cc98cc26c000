// SPDX-License-Identifier: Apache-2.0
#include "sim/lockstep_core.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "sim/engine_cores.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

auto key(const Emission& e) { return std::tuple(e.token, e.channel); }
bool by_key(const Emission& a, const Emission& b) { return key(a) < key(b); }

}  // namespace

LockstepCore::LockstepCore(std::unique_ptr<CoreModel> under_test, const TileSpec& spec, LockstepPlace place)
    : under_test_(std::move(under_test)),
      golden_(make_model_core(spec)),
      layer_(spec.program->stage(spec.tile.stage).name),
      shape_(spec.tile),
      place_(std::move(place)),
      traces_(!place_.wave.empty()) {}

void LockstepCore::set_place(std::int32_t image, std::int32_t step) {
  image_ = image;
  step_ = step;
}

/// Tells a traced core all of it again. A failure of the replay is part of the answer, not a failure of its own.
MismatchWave LockstepCore::trace(const std::optional<Difference>& found, const Shows& shows) const {
  MismatchWave wave;
  if (!traces_) return wave;
  try {
    const std::unique_ptr<CoreModel> core = under_test_->traced(place_.wave);
    if (core == nullptr) return wave;
    wave.file = place_.wave.string();
    wave.told = static_cast<std::int64_t>(log_.size());
    std::vector<Emission> last = log_.replay(*core);
    wave.cycle = core->clock_cycles();
    const auto shown = shows(*core, std::move(last));
    wave.shows_it = found && shown && shown->same_but_when(*found);
  } catch (const std::exception& e) {
    wave.ended_by = e.what();
  }
  return wave;
}

void LockstepCore::fail(const Difference& d, const Shows& shows) const {
  throw LockstepMismatch({layer_, place_.tile, image_, step_, d.token, d.neuron, place_.core, d.cycle,
                          shape_.tokens.begin, shape_.outputs.begin},
                         d.what, d.expected, d.got, trace(d, shows));
}

template <class Work>
Cycles LockstepCore::traced_if_thrown(Work work) const {
  try {
    return work();
  } catch (const std::exception& e) {
    const MismatchWave wave =
        trace(std::nullopt, [](CoreModel&, const std::vector<Emission>&) { return std::nullopt; });
    if (!wave.file.empty())
      log::error("{} (tile {}): the core under test stopped in image {}, step {}; {}", layer_, place_.tile.value(),
                 image_, step_, wave.sentence());
    throw;
  }
}

/// Before something is told, so that a state is never the last thing before a mismatch.
void LockstepCore::keep_state() {
  if (traces_ && log_.state_due()) log_.keep(under_test_->save());
}

void LockstepCore::refresh_counters() {
  counters_ = golden_->counters();
  counters_.busy = under_test_->counters().busy;
}

void LockstepCore::begin_image() {
  under_test_->begin_image();
  golden_->begin_image();
  log_.begin_image();
  refresh_counters();
}

Cycles LockstepCore::receive(const Event& event, Cycles time) {
  keep_state();
  if (traces_) log_.receive(event);
  golden_->receive(event, time);
  const Cycles cost = traced_if_thrown([&] { return under_test_->receive(event, time); });
  refresh_counters();
  return cost;
}

Cycles LockstepCore::fire(std::vector<Emission>& out) {
  keep_state();
  if (traces_) log_.fire();
  expected_.clear();
  got_.clear();
  golden_->fire(expected_);
  std::sort(expected_.begin(), expected_.end(), by_key);
  const std::int64_t fired_at = now();
  const Cycles cost = traced_if_thrown([&] { return under_test_->fire(got_); });
  out.insert(out.end(), got_.begin(), got_.end());
  refresh_counters();
  if (const auto difference = first_difference(got_, fired_at)) {
    fail(*difference, [&](CoreModel&, std::vector<Emission> got) { return first_difference(std::move(got), 0); });
  }
  events_compared_ += static_cast<std::int64_t>(expected_.size());
  return cost;
}

std::optional<LockstepCore::Difference> LockstepCore::first_difference(std::vector<Emission> got,
                                                                       std::int64_t fired_at) const {
  std::stable_sort(got.begin(), got.end(), by_key);
  const auto differs = [](const Emission& e, std::int64_t expected, std::int64_t value, std::int64_t at) {
    return Difference{"an event", e.token, e.channel, expected, value, at};
  };
  std::size_t e = 0, g = 0;
  while (e < expected_.size() || g < got.size()) {
    if (g == got.size() || (e < expected_.size() && by_key(expected_[e], got[g])))
      return differs(expected_[e], expected_[e].value, 0, now());  // missing: known when the fire is over
    const std::int64_t at = fired_at + got[g].at.count();
    if (e == expected_.size() || by_key(got[g], expected_[e])) return differs(got[g], 0, got[g].value, at);
    if (expected_[e].value != got[g].value) return differs(got[g], expected_[e].value, got[g].value, at);
    ++e, ++g;
  }
  return std::nullopt;
}

std::optional<LockstepCore::Difference> LockstepCore::restless_difference(const CoreModel& core) const {
  const bool expected = golden_->restless(), got = core.restless();
  if (expected == got) return std::nullopt;
  return Difference{"the wish to fire again", shape_.tokens.begin, shape_.outputs.begin, expected, got, now()};
}

bool LockstepCore::restless() const {
  if (const auto difference = restless_difference(*under_test_))
    fail(*difference, [this](CoreModel& core, const std::vector<Emission>&) { return restless_difference(core); });
  return golden_->restless();
}

std::optional<LockstepCore::Difference> LockstepCore::code_difference(const CoreModel& core) const {
  const std::vector<std::int32_t> expected = golden_->codes(), got = core.codes();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i < got.size() && expected[i] == got[i]) continue;
    const auto width = static_cast<std::size_t>(shape_.outputs.size());
    return Difference{"a code at rest",
                      shape_.tokens.begin + static_cast<std::int32_t>(i / width),
                      shape_.outputs.begin + static_cast<std::int32_t>(i % width),
                      expected[i],
                      i < got.size() ? got[i] : 0,
                      now()};
  }
  return std::nullopt;
}

void LockstepCore::check_codes() const {
  if (const auto difference = code_difference(*under_test_))
    fail(*difference, [this](CoreModel& core, const std::vector<Emission>&) { return code_difference(core); });
}

std::vector<std::uint8_t> LockstepCore::save() const {
  StateWriter w;
  w(under_test_->save(), golden_->save(), events_compared_);
  return w.take();
}

void LockstepCore::restore(const std::vector<std::uint8_t>& state) {
  StateReader r(state);
  std::vector<std::uint8_t> first, second;  // of any length: a core may hold more once an image has begun
  r(first, second, events_compared_);
  r.finish();
  under_test_->restore(first);
  golden_->restore(second);
  if (traces_) {
    log_.begin_image();
    log_.keep(first);  // nothing before it is known: a replay begins here or later
    log_.keep(std::move(first));
  }
  refresh_counters();
}

}  // namespace ranvier::sim
