// SPDX-License-Identifier: Apache-2.0
// What a run holds between two steps, as bytes and back (checkpoint.h). Whatever the bytes are: what others use as an
// index is looked at before it is taken.
#include <algorithm>

#include "sim/chip_run.h"
#include "sim/probe.h"

namespace ranvier::sim {
namespace {

const std::vector<TileId> kNoTiles;
constexpr std::uint32_t kLocal = UINT32_MAX;  // of a held event: on its source's own core, by no leg

}  // namespace

void RunAccounts::save(StateWriter& w) const {
  state(w, *this);
  ledger_.save(w);
}

void RunAccounts::restore(StateReader& r) {
  state(r, *this);
  ledger_.restore(r, result_.layers.size(), problem_.board.cores());
}

void ChipRun::save(StateWriter& w) const {
  w(image_, step_, in_image_);
  w.shaped(links_before_);
  accounts_.save(w);
  bank_.save(w);
  if (!in_image_) return;
  w(tally_);
  w.shaped(last_activity_);
  rule_.save(w);
  waves_.save(w);
  host_.save(w);
  w(step_ledger_);
  save_held(w);
}

void ChipRun::restore(StateReader& r) {
  r(image_, step_, in_image_);
  const auto images = static_cast<std::int64_t>(images_.size());
  if (image_ < (in_image_ ? 0 : -1) || image_ >= images || step_ < 0) throw StateMismatch("an image beyond the last");
  r.shaped(links_before_);
  accounts_.restore(r);
  bank_.restore(r);
  if (!in_image_) return;
  clear_tally();
  host_.begin_image(images_[static_cast<std::size_t>(image_)]);
  r(tally_);
  pipeline_.resume(tally_);
  r.shaped(last_activity_);
  for (const std::size_t last : last_activity_) {
    if (last >= tally_.activities.size() && last != kNoActivity) throw StateMismatch("a slice beyond the last");
  }
  rule_.restore(r);
  waves_.restore(r, problem_, flows_, rule_.done() ? kNoTiles : rule_.firing(), rule_.wave(), rule_.waves());
  host_.restore(r);
  r(step_ledger_);
  restore_held(r);
  for (Probe* probe : options_.probes) probe->begin_image(image_);
}

void ChipRun::save_held(StateWriter& w) const {
  // By address: each list of targets belongs to one flow and leg.
  struct Place {
    const std::vector<Target>* targets;
    std::uint32_t flow, leg;
    bool operator<(const Place& o) const { return std::less<>()(targets, o.targets); }
  };
  std::vector<Place> places;
  if (!held_.empty()) {
    for (std::uint32_t flow = 0; flow < flows_.size(); ++flow) {
      places.push_back({&flows_[flow].local, flow, kLocal});
      for (std::uint32_t leg = 0; leg < flows_[flow].legs.size(); ++leg)
        places.push_back({&flows_[flow].legs[leg].targets, flow, leg});
    }
    std::sort(places.begin(), places.end());
  }
  w(held_.size());
  for (const HeldEvent& held : held_) {
    const auto place = std::lower_bound(places.begin(), places.end(), Place{held.targets, 0, 0});
    if (place == places.end() || place->targets != held.targets)
      throw std::logic_error("an event waits for targets of no flow");
    w(held.due, place->flow, place->leg, held.event);
  }
}

void ChipRun::restore_held(StateReader& r) {
  held_.clear();
  std::size_t n = 0;
  for (r(n); n > 0; --n) {
    HeldEvent held;
    std::uint32_t flow = 0, leg = 0;
    r(held.due, flow, leg, held.event);
    if (flow >= flows_.size() || (leg != kLocal && leg >= flows_[flow].legs.size()))
      throw StateMismatch("an event that waits for no flow");
    held.targets = leg == kLocal ? &flows_[flow].local : &flows_[flow].legs[leg].targets;
    if (held.targets->empty()) throw StateMismatch("an event that waits for nobody");
    held_.push_back(held);
  }
}

void ChipRun::resume(std::span<const std::uint8_t> state) {
  resumed_.emplace(state);
  restore(*resumed_);
}

}  // namespace ranvier::sim
