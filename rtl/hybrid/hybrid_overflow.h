// SPDX-License-Identifier: Apache-2.0
// Values at the ends of their widths, which no program allows: which events and ticks raise overflow_o, and which do
// not.
#pragma once

#include <string>

#include "rtl/hybrid/hybrid_driver.h"
#include "rtl/regression.h"
#include "rtl/stimulus.h"

namespace ranvier::rtl {

/// Puts random sums at the ends of their width and codes anywhere within 9 bits into an idle core, then sends an event,
/// several times, and a tick. Returns the first flag that is not as the widths say; empty: none. State is lost.
std::string overflow_difference(HybridDriver& driver, Draws& draws, Bins& bins);

}  // namespace ranvier::rtl
