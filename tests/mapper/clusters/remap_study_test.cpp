// SPDX-License-Identifier: Apache-2.0
// Incremental remap against placing anew on the smallest network of the published table, with little work.
#include "remap_study.h"

namespace ranvier::mapper::clusters {
namespace {

TEST(RemapStudy, Cnn32AtFast) { expect_remap_beats_anew("cnn_32", Effort::kFast, {0, 0.25}); }

}  // namespace
}  // namespace ranvier::mapper::clusters
