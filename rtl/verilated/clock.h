// SPDX-License-Identifier: Apache-2.0
// Clock cycles without eval(). While no input changes, the half with the clock low evaluates what inputs alone drive,
// for nothing, and the rising edge triggers the clocked region, once. That region alone is such a cycle.
#pragma once

#include <verilated.h>

#include <concepts>
#include <type_traits>

namespace ranvier::rtl {

template <class Model>
using RootOf = std::remove_pointer_t<std::remove_cv_t<decltype(Model::rootp)>>;

/// The clock's rising edge is all that the model waits for, and its Verilator schedules as 5.006 does. Holds for no
/// model whose ___024root.h is not included.
template <class Root>
concept OneClock = requires(Root& root) {
  requires std::same_as<decltype(root.__VnbaTriggered), VlTriggerVec<1>>;
  requires std::same_as<decltype(root.__Vtrigrprev__TOP__clk_i), CData>;
};

/// A cycle after one that eval() has ended with the clock high. `Wrapper::run_clocked` calls the model's ___eval_nba.
template <class Wrapper, OneClock Root>
void cycle_without_eval(Root& root) {
  root.__VnbaTriggered.at(0) = true;  // eval() clears it
  Wrapper::run_clocked(&root);
}

}  // namespace ranvier::rtl
