// SPDX-License-Identifier: Apache-2.0
#include "sim/lockstep_core.h"

#include <algorithm>
#include <tuple>

#include "sim/errors.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

auto key(const Emission& e) { return std::tuple(e.token, e.channel); }
bool by_key(const Emission& a, const Emission& b) { return key(a) < key(b); }

}  // namespace

LockstepCore::LockstepCore(std::unique_ptr<CoreModel> under_test, const TileSpec& spec, TileId tile)
    : under_test_(std::move(under_test)),
      golden_(make_behavioural_core(spec)),
      layer_(spec.program->stage(spec.tile.stage).name),
      shape_(spec.tile),
      tile_(tile) {}

void LockstepCore::set_place(std::int32_t image, std::int32_t step) {
  image_ = image;
  step_ = step;
}

void LockstepCore::fail(const std::string& what, std::int32_t token, std::int32_t neuron, std::int64_t expected,
                        std::int64_t got) const {
  throw LockstepMismatch({layer_, tile_, image_, step_, token, neuron}, what, expected, got);
}

void LockstepCore::refresh_counters() {
  counters_ = golden_->counters();
  counters_.busy = under_test_->counters().busy;
}

void LockstepCore::begin_image() {
  under_test_->begin_image();
  golden_->begin_image();
  refresh_counters();
}

Cycles LockstepCore::receive(const Event& event, Cycles time) {
  golden_->receive(event, time);
  const Cycles cost = under_test_->receive(event, time);
  refresh_counters();
  return cost;
}

Cycles LockstepCore::fire(std::vector<Emission>& out) {
  expected_.clear();
  got_.clear();
  golden_->fire(expected_);
  const Cycles cost = under_test_->fire(got_);
  out.insert(out.end(), got_.begin(), got_.end());
  refresh_counters();

  std::sort(expected_.begin(), expected_.end(), by_key);
  std::stable_sort(got_.begin(), got_.end(), by_key);
  std::size_t e = 0, g = 0;
  while (e < expected_.size() || g < got_.size()) {
    if (g == got_.size() || (e < expected_.size() && by_key(expected_[e], got_[g]))) {
      fail("an event", expected_[e].token, expected_[e].channel, expected_[e].value, 0);
    }
    if (e == expected_.size() || by_key(got_[g], expected_[e])) {
      fail("an event", got_[g].token, got_[g].channel, 0, got_[g].value);
    }
    if (expected_[e].value != got_[g].value) {
      fail("an event", got_[g].token, got_[g].channel, expected_[e].value, got_[g].value);
    }
    ++e, ++g;
  }
  events_compared_ += static_cast<std::int64_t>(expected_.size());
  return cost;
}

bool LockstepCore::restless() const {
  const bool expected = golden_->restless(), got = under_test_->restless();
  if (expected != got) fail("the wish to fire again", shape_.tokens.begin, shape_.outputs.begin, expected, got);
  return got;
}

void LockstepCore::check_codes() const {
  const std::vector<std::int32_t> expected = golden_->codes(), got = under_test_->codes();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (i < got.size() && expected[i] == got[i]) continue;
    const auto width = static_cast<std::size_t>(shape_.outputs.size());
    fail("a code at rest", shape_.tokens.begin + static_cast<std::int32_t>(i / width),
         shape_.outputs.begin + static_cast<std::int32_t>(i % width), expected[i], i < got.size() ? got[i] : 0);
  }
}

std::vector<std::uint8_t> LockstepCore::save() const {
  StateWriter w;
  w.array(under_test_->save());
  w.array(golden_->save());
  w.value(events_compared_);
  return w.take();
}

void LockstepCore::restore(const std::vector<std::uint8_t>& state) {
  StateReader r(state);
  std::vector<std::uint8_t> first(under_test_->save().size()), second(golden_->save().size());
  r.array(first);
  r.array(second);
  r.value(events_compared_);
  r.finish();
  under_test_->restore(first);
  golden_->restore(second);
  refresh_counters();
}

}  // namespace ranvier::sim
