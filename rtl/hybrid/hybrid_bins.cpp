// SPDX-License-Identifier: Apache-2.0
#include "rtl/hybrid/hybrid_bins.h"

#include "rtl/hybrid/hybrid_stimulus.h"

namespace ranvier::rtl {

Bins empty_hybrid_bins() {
  Bins bins;
  for (const char* name : {"event held by a tick",
                           "event held by a full queue",
                           "event out not taken at once",
                           "event in the cycle of a tick",
                           "event during a tick",
                           "dry tick: restless",
                           "dry tick: at rest",
                           "tick without an event out",
                           "tick without input",
                           "partial sum",
                           "sum of a cut row",
                           "element event",
                           "column event",
                           "row event",
                           "row event of a dense tile",
                           "event in of value 0",
                           "event out of value 0",
                           "tile that sends zeros",
                           "the same source twice in a row",
                           "control word written between ticks",
                           "word read between ticks",
                           "config word held while busy",
                           "timed train and tick",
                           "reset during a tick",
                           "an event's value leaves its width",
                           "an event's value stays within its width",
                           "a tick's value leaves its width",
                           "a tick's values stay within their widths",
                           "graded tile",
                           "unary tile",
                           "tile of one word",
                           "row of several words",
                           "token of several rows",
                           "word with unused lanes",
                           "most tokens",
                           "most outputs",
                           "most inputs",
                           "most rows",
                           "widest codes"}) {
    bins[name] = 0;
  }
  for (const std::string& kind : hybrid_kinds()) bins["tile: " + kind] = 0;
  return bins;
}

void count_tile_bins(const HybridTile& t, const std::string& kind, Bins& bins) {
  ++bins["tile: " + kind];
  ++bins[t.graded ? "graded tile" : "unary tile"];
  bins["tile that sends zeros"] += t.zeros;
  bins["tile of one word"] += t.tokens * t.words() == 1;
  bins["row of several words"] += t.row_words() > 1;
  bins["token of several rows"] += t.rows > 1;
  bins["word with unused lanes"] += t.values % kHybridLanes != 0;
  bins["most tokens"] += t.tokens == kHybridLimits.tokens;
  bins["most outputs"] += t.words() * kHybridLanes == kHybridLimits.outputs;
  bins["most inputs"] += t.inputs == kHybridLimits.codes;
  bins["most rows"] += t.rows == kHybridLimits.outputs / kHybridLanes;
  bins["widest codes"] += t.hi - t.lo == 255;
}

}  // namespace ranvier::rtl
