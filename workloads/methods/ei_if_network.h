// SPDX-License-Identifier: Apache-2.0
// A network of method ei-if at work: stage after stage, each firing its thermometers in a window of T steps when its
// inputs rest.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "workloads/methods/converted_network.h"
#include "workloads/methods/ei_if_form.h"

namespace ranvier::workloads {

/// All windows done. The head is not among the tensors' codes: its potentials stand apart.
struct EiIfRest {
  std::vector<EiIfTensor> tensors;  // by stage
  EiIfPotentials head;
};

class EiIfNetwork : public ConvertedNetwork {
 public:
  /// T from the encoders: the largest hi.
  EiIfNetwork(Program program, const std::function<std::unique_ptr<EiIfForm>(const Program&)>& make_form);

  EiIfNetwork(const EiIfNetwork&) = delete;  // the form refers to the program
  EiIfNetwork& operator=(const EiIfNetwork&) = delete;

  std::string method() const override { return "ei-if"; }
  /// Of a whole run: the input's window and those of all levels.
  int steps() const override { return input_steps() + levels_ * window_; }
  std::vector<std::string> stages() const override;
  /// Stopped after options.steps, a window is cut off and later ones do not open.
  MethodRun run(std::span<const std::int32_t> input_codes, const MethodRunOptions& options = {}) const override;

  const Program& program() const { return program_; }
  int window() const { return window_; }  // T
  int input_steps() const { return program_.input_code_max; }
  int levels() const { return levels_; }  // windows one after another, the input's not counted
  EiIfRest rest(std::span<const std::int32_t> input_codes) const;
  /// The same by single spikes: neurons stepped one by one, what they fire delivered in an order drawn from `seed`.
  /// Slow; what rest() is held against.
  EiIfRest rest_by_spikes(std::span<const std::int32_t> input_codes, std::uint64_t seed) const;

 private:
  struct Pass;
  /// Step in which the window of a stage opens, and how many of its steps lie before `stop`.
  std::int64_t opens(std::size_t stage) const;
  std::int32_t open_steps(std::size_t stage, std::int64_t stop) const;
  void evaluate(Pass& pass, std::size_t stage, std::int64_t stop) const;
  std::vector<std::vector<double>> logits_by_step(const Pass& pass, std::int64_t stop) const;
  double real_value_of(const EiIfPotentials& head, std::size_t at) const;

  Program program_;
  std::unique_ptr<EiIfForm> form_;
  std::vector<int> level_;  // by stage: its window is the level-th after the input's
  int levels_ = 0;
  int window_ = 0;
};

}  // namespace ranvier::workloads
