// SPDX-License-Identifier: Apache-2.0
// A server that is shared first come, first served, and work that flows to it evenly: how long it is busy and who waits
// how long, in closed form. Cruz, "A calculus for network delay" (1991), with constant rates between two times.
#pragma once

#include <vector>

namespace ranvier::sim {

/// Work that reaches the server evenly from `begin` to `end`; `end` includes the service of its last piece, so that
/// `work` is at most end - begin where it comes no faster than it can be served.
struct Inflow {
  double begin = 0, end = 0;
  double work = 0;
  double wait = 0;  // out: that its last piece waits for work before it
};

class FluidQueue {
 public:
  /// One unit of work a unit of time, idle before. Sets the waits; returns when all work is done, 0 for none. The order
  /// of `inflows` does not matter to any result but where two end at one time.
  double serve(std::vector<Inflow>& inflows);

 private:
  struct Change {
    double at, rate, lump;
    std::size_t inflow;
    bool ends;
  };
  std::vector<Change> changes_;
};

}  // namespace ranvier::sim
