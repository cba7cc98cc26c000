// SPDX-License-Identifier: Apache-2.0
#include "sim/fluid_queue.h"

#include <algorithm>
#include <tuple>

namespace ranvier::sim {

double FluidQueue::serve(std::vector<Inflow>& inflows) {
  changes_.clear();
  for (std::size_t i = 0; i < inflows.size(); ++i) {
    const Inflow& f = inflows[i];
    const double span = f.end - f.begin;
    const double rate = span > 0 ? f.work / span : 0;
    changes_.push_back({f.begin, rate, span > 0 ? 0 : f.work, i, false});
    changes_.push_back({std::max(f.begin, f.end), -rate, 0, i, true});
  }
  std::sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
    return std::tie(a.at, a.ends, a.inflow) < std::tie(b.at, b.ends, b.inflow);
  });
  double now = 0, queue = 0, rate = 0, done = 0;
  std::size_t open = 0;
  for (const Change& c : changes_) {
    // Rates cancel only up to rounding: nobody flowing is exactly nothing.
    queue = std::max(0.0, queue + ((open > 0 ? rate : 0) - 1) * (c.at - now));
    now = c.at;
    queue += c.lump;
    if (!c.ends) {
      rate = (open++ > 0 ? rate : 0) + c.rate;
      continue;
    }
    rate += c.rate;
    --open;
    inflows[c.inflow].wait = queue;
    done = std::max(done, now + queue);
  }
  return done;
}

}  // namespace ranvier::sim
