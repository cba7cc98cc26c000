// SPDX-License-Identifier: Apache-2.0
// A stage's synapses are listed once, both ends renumbered, and made again.
#include "workloads/renumber.h"

#include <stdexcept>

#include "workloads/stage_inputs.h"
#include "workloads/synapse_list.h"

namespace ranvier::workloads {
namespace {

constexpr std::int32_t kWeightMost = 127;

/// new_of[old] of a permutation given as old_of[new].
std::vector<std::int32_t> inverse(const std::vector<std::int32_t>& order, const Stage& stage) {
  std::vector<std::int32_t> new_of(static_cast<std::size_t>(stage.channels), -1);
  bool fits = order.size() == new_of.size() && stage.sparse != nullptr;
  for (std::size_t n = 0; n < order.size() && fits; ++n) {
    fits = order[n] >= 0 && order[n] < stage.channels && new_of[static_cast<std::size_t>(order[n])] < 0;
    if (fits) new_of[static_cast<std::size_t>(order[n])] = static_cast<std::int32_t>(n);
  }
  if (!fits) throw std::logic_error(stage.name + ": no order of its units");
  return new_of;
}

std::vector<std::int32_t> reordered(const std::vector<std::int32_t>& values, const std::vector<std::int32_t>& order) {
  std::vector<std::int32_t> out;
  if (values.empty()) return out;
  for (const std::int32_t old : order) out.push_back(values[static_cast<std::size_t>(old)]);
  return out;
}

void renumber_units(Stage& stage, const std::vector<std::int32_t>& order) {
  stage.unit_number = stage.unit_number.empty() ? order : reordered(stage.unit_number, order);
  stage.cuba_initial = reordered(stage.cuba_initial, order);
  if (stage.integrate) stage.integrate->initial = reordered(stage.integrate->initial, order);
}

std::vector<std::int32_t> in_order_given(const Stage& stage, const std::vector<std::int32_t>& codes) {
  if (stage.unit_number.empty()) return codes;
  std::vector<std::int32_t> out(codes.size());
  for (std::size_t u = 0; u < codes.size(); ++u) out[static_cast<std::size_t>(stage.unit_number[u])] = codes[u];
  return out;
}

}  // namespace

Program renumbered(const Program& program, const std::vector<std::vector<std::int32_t>>& order) {
  if (order.size() != program.stages.size()) throw std::logic_error(program.name + ": an order for each stage");
  std::vector<std::vector<std::int32_t>> new_of(order.size());  // by stage; empty: unchanged
  for (std::size_t s = 0; s < order.size(); ++s)
    if (!order[s].empty()) new_of[s] = inverse(order[s], program.stages[s]);
  Program result = program;
  for (std::size_t s = 0; s < order.size(); ++s) {
    Stage& stage = result.stages[s];
    bool touched = !order[s].empty();
    for (const StageInput& input : stage.inputs) touched = touched || !order[input.stage.value()].empty();
    if (!touched) continue;
    if (!stage.sparse) throw std::logic_error(stage.name + ": has no sparse synapses to renumber");
    std::vector<std::int32_t> new_source;
    for (std::size_t port = 0; port < stage.inputs.size(); ++port) {
      const std::size_t from = stage.inputs[port].stage.value();
      const std::int32_t first = first_source(program, stage, port);
      for (std::int32_t u = 0; u < program.stages[from].channels; ++u)
        new_source.push_back(first + (new_of[from].empty() ? u : new_of[from][static_cast<std::size_t>(u)]));
    }
    auto list = list_synapses(*stage.sparse);
    for (ListedSynapse& synapse : list) {
      synapse.source = new_source[static_cast<std::size_t>(synapse.source)];
      if (!new_of[s].empty()) synapse.target = new_of[s][static_cast<std::size_t>(synapse.target)];
    }
    stage.sparse =
        synapses_of_list(std::move(list), stage.sparse->sources(), stage.sparse->targets(), kWeightMost).synapses;
    if (!order[s].empty()) renumber_units(stage, order[s]);
  }
  return result;
}

Activations as_given(const Program& program, const Activations& activations) {
  Activations result;
  for (std::size_t s = 0; s < program.stages.size(); ++s)
    result.codes.push_back(in_order_given(program.stages[s], activations.codes[s]));
  result.logits = in_order_given(program.stages.back(), activations.logits);
  return result;
}

}  // namespace ranvier::workloads
