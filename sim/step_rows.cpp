// SPDX-License-Identifier: Apache-2.0
#include "sim/step_rows.h"

#include <algorithm>

namespace ranvier::sim {

void join(StepResult& row, const StepResult& more) {
  row.duration += more.duration;
  row.packets += more.packets;
  row.overrun_phases += more.overrun_phases;
  row.events += more.events;
  row.work += more.work;
  row.overrun_cycles += more.overrun_cycles;
  row.joined_steps += more.joined_steps;
  row.overrun_steps += more.overrun_steps;
  row.network = std::max(row.network, more.network);
  if (more.compute > row.compute) {
    row.compute = more.compute;
    row.slowest_core = more.slowest_core;
  }
  if (more.fullest_link_cycles > row.fullest_link_cycles) {
    row.fullest_link_cycles = more.fullest_link_cycles;
    row.fullest_link = more.fullest_link;
  }
}

void add_row(std::vector<StepResult>& rows, std::int64_t& steps_a_row, const StepResult& row, std::size_t most) {
  const auto fits = [&](const StepResult& last, const StepResult& next) {
    return last.joined_steps + next.joined_steps <= steps_a_row;
  };
  if (!rows.empty() && fits(rows.back(), row)) return join(rows.back(), row);
  while (rows.size() >= most) {
    steps_a_row *= 2;
    std::size_t kept = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (fits(rows[kept], rows[i])) {
        join(rows[kept], rows[i]);
      } else {
        rows[++kept] = rows[i];
      }
    }
    rows.resize(kept + 1);
  }
  if (!rows.empty() && fits(rows.back(), row)) return join(rows.back(), row);
  rows.push_back(row);
}

void widen_bins(std::vector<std::int64_t>& bins, std::int64_t steps_a_bin, std::int64_t wanted) {
  const auto ratio = static_cast<std::size_t>(wanted / steps_a_bin);
  if (ratio <= 1) return;
  const std::size_t wide = (bins.size() + ratio - 1) / ratio;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const std::int64_t n = bins[i];
    bins[i] = 0;
    bins[i / ratio] += n;
  }
  bins.resize(wide);
}

}  // namespace ranvier::sim
