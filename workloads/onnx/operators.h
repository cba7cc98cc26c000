// SPDX-License-Identifier: Apache-2.0
// ONNX's operators: each folds constants and puts canonical nodes into a draft.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "workloads/onnx/onnx_node.h"

namespace ranvier::workloads {

/// The outputs of a node, at most as many as it names; those left out at the end cannot be read.
using Operator = std::function<std::vector<Operand>(Draft&, const OnnxNode&)>;
using OperatorTable = std::map<std::string, Operator>;

const OperatorTable& operator_table();
/// What to write instead of an operator that is not in the table.
std::string nearest_form(const std::string& operator_name);

void add_constant_operators(OperatorTable& table);
void add_elementwise_operators(OperatorTable& table);
void add_activation_operators(OperatorTable& table);
void add_layout_operators(OperatorTable& table);
void add_slice_operators(OperatorTable& table);
void add_matrix_operators(OperatorTable& table);
void add_einsum_operator(OperatorTable& table);
void add_window_operators(OperatorTable& table);
void add_norm_operators(OperatorTable& table);

// Shared by operators of several files.
std::vector<Operand> one(NodeId id);
std::vector<Operand> one(TensorPtr constant);
Operand transpose_operand(Draft& draft, const Operand& x, const std::vector<std::int64_t>& permutation);
Operand reshape_operand(Draft& draft, const Operand& x, const Shape& shape);
/// The product of two matrices or stacks of them as ONNX's MatMul defines it; at least one is computed.
NodeId matrix_product(Draft& draft, const Operand& a, const Operand& b);

}  // namespace ranvier::workloads
