// SPDX-License-Identifier: Apache-2.0
// Constrained-random tiles of every kind that rv_hybrid_core runs, and events for them: everything a seed decides.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "rtl/stimulus.h"
#include "sim/core_model.h"

namespace ranvier::rtl {

/// A program of one stage, or two, behind the input, and a tile of its last stage. Not to be moved: `spec` points into
/// it.
struct HybridCase {
  std::string kind;  // "linear", "dense linear", "slice", ...
  workloads::Program program;
  chips::CoreKind core;
  sim::TileSpec spec;

  HybridCase() = default;
  HybridCase(const HybridCase&) = delete;
  HybridCase& operator=(const HybridCase&) = delete;
  workloads::Stage& stage() { return program.stages.back(); }
};

/// Kinds there are; random_case() draws one of them unless told which.
const std::vector<std::string>& hybrid_kinds();
void random_case(Draws& draws, HybridCase& c, const std::string& kind);

/// Codes that the sources of a case have sent so far: events are their changes, so that sums stay what a program
/// allows.
class HybridSources {
 public:
  explicit HybridSources(const HybridCase& c) : case_(c) {}
  /// The change of a random channel of a random source; for linear tiles also a partial sum.
  sim::Event next(Draws& draws);

 private:
  sim::Event row_sum(Draws& draws, std::int32_t token);
  std::int32_t change(Draws& draws, std::int32_t port, std::int32_t token, std::int32_t channel);

  const HybridCase& case_;
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t>, std::int32_t> code_;
};

}  // namespace ranvier::rtl
