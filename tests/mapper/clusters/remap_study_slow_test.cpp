// SPDX-License-Identifier: Apache-2.0
// Rows of the remap table of docs/reference/mapping-benchmarks.md, with other draws of the rates.
#include "remap_study.h"

namespace ranvier::mapper::clusters {
namespace {

TEST(RemapStudy, Cnn64AtDefault) { expect_remap_beats_anew("cnn_64", Effort::kDefault, {0, 0.25}); }
// Where moves cost nothing, layers all to all come out as from placing anew, now a little better, now a little worse.
TEST(RemapStudy, Dnn32AtDefault) { expect_remap_beats_anew("dnn_32", Effort::kDefault, {0.1, 0.25}); }

}  // namespace
}  // namespace ranvier::mapper::clusters
