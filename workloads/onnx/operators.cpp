// SPDX-License-Identifier: Apache-2.0
// The table of operators, and advice for those that are not in it.
#include "workloads/onnx/operators.h"

#include "base/nearest_name.h"

namespace ranvier::workloads {

const OperatorTable& operator_table() {
  static const OperatorTable table = [] {
    OperatorTable all;
    add_constant_operators(all);
    add_elementwise_operators(all);
    add_activation_operators(all);
    add_layout_operators(all);
    add_slice_operators(all);
    add_matrix_operators(all);
    add_einsum_operator(all);
    add_window_operators(all);
    add_norm_operators(all);
    return all;
  }();
  return table;
}

std::string nearest_form(const std::string& operator_name) {
  static const std::map<std::string, std::string> advice{
      {"ArgMax", "leave it out: outputs are logits, and the largest is found after the network"},
      {"TopK", "leave it out: outputs are logits"},
      {"LogSoftmax", "leave it out at the end (the largest stays the largest), or Softmax"},
      {"LeakyRelu", "Relu"},
      {"PRelu", "Relu"},
      {"Elu", "Relu, or Gelu in its erf form"},
      {"Selu", "Relu, or Gelu in its erf form"},
      {"Celu", "Relu, or Gelu in its erf form"},
      {"Mish", "x * Sigmoid(x) (SiLU)"},
      {"Softplus", "Relu"},
      {"ThresholdedRelu", "Relu"},
      {"GroupNormalization", "BatchNormalization, or LayerNormalization over the last axis"},
      {"InstanceNormalization", "BatchNormalization, or LayerNormalization over the last axis"},
      {"LRN", "BatchNormalization"},
      {"ReduceMax", "ReduceMean, or MaxPool"},
      {"ReduceMin", "ReduceMean"},
      {"GlobalMaxPool", "MaxPool with the kernel of the whole input"},
      {"ConvTranspose", "Conv"},
      {"Resize", "images of the right size"},
      {"Upsample", "images of the right size"},
      {"LSTM", "attention, Conv or MatMul"},
      {"GRU", "attention, Conv or MatMul"},
      {"RNN", "attention, Conv or MatMul"},
      {"Loop", "export with torch.onnx.export after torch.jit.trace, which unrolls loops"},
      {"Scan", "export with torch.onnx.export after torch.jit.trace, which unrolls loops"},
      {"If", "export with torch.onnx.export after torch.jit.trace, which decides branches"},
      {"QuantizeLinear", "the float model: convert quantises by itself"},
      {"DequantizeLinear", "the float model: convert quantises by itself"},
      {"QLinearConv", "the float model: convert quantises by itself"},
      {"QLinearMatMul", "the float model: convert quantises by itself"},
      {"ConvInteger", "the float model: convert quantises by itself"},
      {"MatMulInteger", "the float model: convert quantises by itself"},
  };
  if (const auto found = advice.find(operator_name); found != advice.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, function] : operator_table()) names.push_back(name);
  const std::string near = nearest_name(operator_name, names);
  return near.empty() ? "a form in the table of operators" : near;
}

std::vector<Operand> one(NodeId id) { return {Operand{id, nullptr}}; }
std::vector<Operand> one(TensorPtr constant) { return {Operand{NodeId(), std::move(constant)}}; }

Operand transpose_operand(Draft& draft, const Operand& x, const std::vector<std::int64_t>& permutation) {
  if (x.is_constant()) return {NodeId(), transposed(draft.budget(), x.constant, permutation)};
  return {draft.transpose(x.node, permutation), nullptr};
}

Operand reshape_operand(Draft& draft, const Operand& x, const Shape& shape) {
  if (x.is_constant()) return {NodeId(), reshaped(draft.budget(), x.constant, shape)};
  return {draft.reshape(x.node, shape), nullptr};
}

}  // namespace ranvier::workloads
