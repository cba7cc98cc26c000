// SPDX-License-Identifier: Apache-2.0
// A Verilated class with a context of its own, its clock and failed assertions; and pins of any width as bits.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <memory>
#include <type_traits>

#include "rtl/verilated/verilator_globals.h"

namespace ranvier::rtl {

template <class Model>
class VerilatedModel {
 public:
  VerilatedModel(std::uint32_t seed, const char* name) {
    const std::lock_guard lock(verilator_globals());
    context_ = std::make_unique<VerilatedContext>();
    context_->fatalOnError(false);  // tests report failed assertions
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) | 1);
    model_ = std::make_unique<Model>(context_.get(), name);
    model_->clk_i = 0;
  }
  ~VerilatedModel() {
    const std::lock_guard lock(verilator_globals());
    Verilated::threadContextp(context_.get());  // where its scopes are
    model_->final();
    model_.reset();
    Verilated::threadContextp(nullptr);
  }
  VerilatedModel(const VerilatedModel&) = delete;
  VerilatedModel& operator=(const VerilatedModel&) = delete;

  Model& pins() { return *model_; }
  VerilatedContext& context() { return *context_; }
  /// A cycle: set inputs, settle(), read outputs, clock().
  void settle() {
    Verilated::threadContextp(context_.get());  // where a failed assertion is noted
    assertions_follow_reset(*context_, !model_->rst_ni);
    model_->clk_i = 0;
    step();
  }
  void clock() {
    model_->clk_i = 1;
    step();
  }
  bool take_assertion_failure() {
    const bool failed = context_->gotError();
    context_->gotError(false);
    context_->gotFinish(false);
    return failed;
  }

 private:
  void step() {
    model_->eval();
    context_->timeInc(1);
  }
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_;
};

/// Pins: integers up to 64 bits, then arrays of 32-bit words.
template <class Pin>
void put_bits(Pin& pin, std::size_t at, std::size_t width, std::uint64_t value) {
  if constexpr (std::is_integral_v<Pin>) {
    const std::uint64_t mask = (width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1) << at;
    pin = static_cast<Pin>((static_cast<std::uint64_t>(pin) & ~mask) | ((value << at) & mask));
  } else {
    for (std::size_t done = 0; done < width;) {
      const std::size_t shift = (at + done) % 32, count = std::min(width - done, 32 - shift);
      const std::uint32_t mask = static_cast<std::uint32_t>(((std::uint64_t{1} << count) - 1) << shift);
      std::uint32_t& word = pin[(at + done) / 32];
      word = (word & ~mask) | (static_cast<std::uint32_t>((value >> done) << shift) & mask);
      done += count;
    }
  }
}
template <class Pin>
std::uint64_t get_bits(const Pin& pin, std::size_t at, std::size_t width) {
  if constexpr (std::is_integral_v<Pin>) {
    const std::uint64_t value = static_cast<std::uint64_t>(pin) >> at;
    return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
  } else {
    std::uint64_t value = 0;
    for (std::size_t done = 0; done < width;) {
      const std::size_t shift = (at + done) % 32, count = std::min(width - done, 32 - shift);
      const std::uint64_t part = (std::uint64_t{pin[(at + done) / 32]} >> shift) & ((std::uint64_t{1} << count) - 1);
      value |= part << done;
      done += count;
    }
    return value;
  }
}

}  // namespace ranvier::rtl
