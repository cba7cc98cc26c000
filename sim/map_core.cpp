// SPDX-License-Identifier: Apache-2.0
#include "sim/map_core.h"

namespace ranvier::sim {

bool MapCore::restless() const {
  std::vector<std::int32_t> fresh;
  for (std::int32_t t = 0; t < tokens(); ++t) {
    fresh.assign(&mapped_[index(t, 0)], &mapped_[index(t, 0)] + outputs());
    map_token(t, fresh.data());
    for (std::int32_t o = 0; o < outputs(); ++o) {
      if (tracers_.due(index(t, o), o, fresh[static_cast<std::size_t>(o)]) != 0) return true;
    }
  }
  return false;
}

std::vector<std::int64_t> MapCore::potentials() const {
  std::vector<std::int64_t> all(contexts());
  std::vector<std::int32_t> fresh;
  for (std::int32_t t = 0; t < tokens(); ++t) {
    fresh.assign(&mapped_[index(t, 0)], &mapped_[index(t, 0)] + outputs());
    map_token(t, fresh.data());
    for (std::int32_t o = 0; o < outputs(); ++o)
      all[index(t, o)] = tracers_.potential(index(t, o), o, fresh[static_cast<std::size_t>(o)]);
  }
  return all;
}

void MapCore::clear() {
  input_.assign(input_.size(), 0);
  mapped_.assign(mapped_.size(), 0);
  stale_.assign(stale_.size(), 1);  // f(0) need not be 0
  tracers_.clear();
}

MapCore::Touched MapCore::accept(const Event& event) {
  const std::int32_t token = local_token(event);
  const std::size_t i = index(token, event.channel - spec().tile.outputs.begin);
  input_[i] += stage().inputs[static_cast<std::size_t>(event.port)].gain * event.value;
  mark(token, i);
  return {.outputs = 1, .reads = 0, .multiplies = false, .token = token};
}

void MapCore::fire_token(std::int32_t t) {
  map_values(map_token(t, &mapped_[index(t, 0)]));
  for (std::int32_t o = 0; o < outputs(); ++o) {
    const std::size_t i = index(t, o);
    stale_[i] = 0;
    look_at_contexts(1);
    const std::int32_t change = tracers_.fire(i, o, mapped_[i]);
    if (change != 0) emit(t, o, change);
  }
}

void MapCore::write(StateWriter& w) const {
  w.array(input_);
  w.array(mapped_);
  w.array(stale_);
  tracers_.write(w);
}

void MapCore::read(StateReader& r) {
  r.array(input_);
  r.array(mapped_);
  r.array(stale_);
  tracers_.read(r);
  for (const std::int32_t x : input_)
    if (!has_map_of(x)) throw StateMismatch("an input that the map has no value of");
}

}  // namespace ranvier::sim
