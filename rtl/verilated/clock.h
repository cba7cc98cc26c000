// SPDX-License-Identifier: Apache-2.0
// The half of a clock cycle that need not be evaluated.
#pragma once

namespace ranvier::rtl {

/// Takes the clock back to 0 without an eval(). While no input changes, an eval() with the clock low does nothing but
/// note that the clock was low: outputs stand as the rising edge left them. Returns false, having done nothing, where
/// the model hides that note: evaluate then. Include the model's ___024root.h before, else it is hidden.
template <class Model>
bool rewind_clock(Model& model) {
  if constexpr (requires { model.rootp->__Vtrigrprev__TOP__clk_i; }) {
    model.rootp->__Vtrigrprev__TOP__clk_i = 0;
    return true;
  }
  return false;
}

}  // namespace ranvier::rtl
