// SPDX-License-Identifier: Apache-2.0
// Layer -> block -> network -> chip. Energies are integers and every joule is in exactly one layer row or in the
// board's row, so each level adds up to the next one to the last attojoule.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "report/run_record.h"

namespace ranvier::report {

/// Name of the row for energy that the simulator owes to no stage (idle steps, host set-up).
inline constexpr const char* kBoardRow = "(board)";

/// One row of a cost table: a layer, or a sum of layers. Counts and energies are of the whole run.
struct CostRow {
  std::string name;
  std::string kind;         // stage kind, "block", "network", "board", "chip"
  std::int64_t stage = -1;  // of a layer, else -1
  std::int64_t cores = 0;   // distinct
  std::int64_t events = 0;
  std::int64_t synops = 0;
  std::int64_t flit_hops = 0;
  std::int64_t busy_cycles = 0;
  std::optional<Duration> latency;  // mean per image; of a block: time of the steps in which any of its layers emits
  std::array<Energy, sim::kComponents> energy{};
  Energy total;
};

struct Block {
  CostRow sum;
  std::vector<CostRow> layers;
};

struct Rollup {
  std::vector<Block> blocks;  // neighbouring layers whose names share what stands before the first dot
  CostRow network;            // all layers
  CostRow board;              // owed to no layer
  CostRow chip;               // network + board: the run's total
};

/// Throws std::logic_error when the simulator's layers, ledger and total disagree: that is a bug, not a user's fault.
Rollup roll_up(const RunRecord& record);

/// "block3" of "block3.fc1"; the whole name where there is no dot.
std::string block_of(const std::string& layer);

}  // namespace ranvier::report
