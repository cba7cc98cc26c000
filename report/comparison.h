// SPDX-License-Identifier: Apache-2.0
// One network over many targets: whether it fits, what an inference costs, and what that figure rests on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/run_record.h"

namespace ranvier::report {

/// One target. The figures are of one inference; without meaning where the network does not fit.
struct ComparisonRow {
  std::string target;  // as asked for
  std::string board;   // what it ran on: the target, or the smallest grid of it that fits
  bool fits = false;
  std::string reason;         // why not; or why one chip of the target does not
  std::optional<bool> exact;  // every image equals the integer reference; none: from a cost model, nothing was executed
  std::string engines;        // stages by engine: "46 spiking, 9 dense"
  std::int64_t cores = 0;
  std::int64_t chips = 0;
  double steps = 0;
  Duration latency;
  double throughput_per_s = 0;
  Energy energy;
  std::array<Energy, kGroups> by_group{};
  double static_share = 0;              // static power of chips and device, of all energy
  double assumed_share = 0;             // energy that rests on assumed or unverified numbers
  std::array<Energy, kKinds> by_kind{};  // the same energy by kind; of kNone: static power
  std::string energy_kind;              // "marginal", or several joined by "+"
  std::int64_t rank = 0;                // by energy among the fitting targets of one energy kind, from 1; 0: mixes kinds
  std::vector<std::string> extensions;  // mechanisms that the published chip does not have
};

struct Comparison {
  std::string workload;
  std::string description;
  std::string weights_note;  // where the weights are not a trained network's
  std::string schedule;
  std::string fidelity;
  std::string preset;
  std::int64_t images = 0;
  std::vector<std::string> argv;
  std::vector<ComparisonRow> rows;  // in the order asked for until ranked
};

/// The row of a simulated run.
ComparisonRow comparison_row(const RunRecord& record);

/// The row of a device that runs every stage by itself, int8 and one input at a time, from the dense cost model: the
/// input comes over the host link and the result goes back over it. Throws NoDenseForm.
ComparisonRow device_row(const workloads::Program& program, const chips::Device& device);

/// Groups rows by energy kind, ranks each group by energy, puts what does not fit last. Energies of different kinds
/// (marginal, all_in, min) do not count the same things, so no rank spans them, and a total that mixes them has none.
void rank(Comparison& comparison);

/// "marginal"; "marginal+min" of a total that mixes them; static power apart.
std::string kind_of_total(const std::array<Energy, kKinds>& by_kind);

/// "yes", "NO", or "-" where nothing was executed.
std::string exact_text(const ComparisonRow& row);

/// "2", or "-" for a total that mixes kinds.
std::string rank_text(const ComparisonRow& row);

/// What the ranks mean, and which totals have none; for every form that people read.
std::string rank_remark(const Comparison& comparison);

std::string comparison_json(const Comparison& comparison, int indent = 2);
std::string comparison_csv(const Comparison& comparison);
std::string comparison_html(const Comparison& comparison);
std::string comparison_markdown(const Comparison& comparison);
std::string comparison_text(const Comparison& comparison, bool colour);

}  // namespace ranvier::report
