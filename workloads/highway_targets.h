// SPDX-License-Identifier: Apache-2.0
// Which instruction sets kernels are compiled for; they choose one when the program runs. Included before anything of
// Highway. The kernels keep vectors in arrays, which those without a fixed size do not allow.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
