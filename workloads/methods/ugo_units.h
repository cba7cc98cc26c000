// SPDX-License-Identifier: Apache-2.0
// GELU, softmax and LayerNorm of a rate network by universal group operators: spiking neurons take the place of the
// tables of integer-units.md 3 behind the same seam (rate_unit.h). docs/explanation/ugo.md 4 defines each to the bit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workloads/methods/rate_unit.h"
#include "workloads/methods/ugo_unit.h"

namespace ranvier::workloads {

/// How values get into the domains of exp, reciprocal and root.
enum class UgoRange : std::uint8_t {
  kPaper,   // as released: logits less the first one's plus 1, clamped at 3; sums and variances as they come
  kWide,    // logits less the greatest; domains wide enough that exponents hardly ever change
  kOctave,  // logits less the greatest; sums and variances as mantissas of a few octaves, exponents apart
};

struct UgoOptions {
  int gelu = 16;  // hidden units of each function; 0: its stages keep their tables
  int exp = 8;    // of softmax
  int reciprocal = 16;
  int root = 16;  // of LayerNorm
  UgoRange range = UgoRange::kWide;
  UgoThreshold rule = UgoThreshold::kMmse;
  double share = 0.5;
  bool centred = true;
};

/// Throws BadUgoOption, UgoNotTrained.
RateUnitMaker ugo_units(const UgoOptions& options = {});

/// Of one stage; none where the options or the stage (an affine norm) leave it to its table. Throws DoesNotFitIntegers.
std::unique_ptr<RateUnit> make_gelu_ugo(const Program& program, StageId stage, const UgoOptions& options);
std::unique_ptr<RateUnit> make_softmax_ugo(const Program& program, StageId stage, const UgoOptions& options);
std::unique_ptr<RateUnit> make_norm_ugo(const Program& program, StageId stage, const UgoOptions& options);

/// Hidden neurons of one stage's kind in a network of these sizes, without making any.
struct UgoNeurons {
  std::int64_t gelu = 0;
  std::int64_t softmax = 0;
  std::int64_t norm = 0;
  std::int64_t total() const { return gelu + softmax + norm; }
};
UgoNeurons ugo_neurons(const VitConfig& config, const UgoOptions& options = {});

/// Which of the three forms a GELU stage's table holds: the nearest by squared error.
UgoFunction gelu_function_of(const Program& program, StageId stage);

}  // namespace ranvier::workloads
