// SPDX-License-Identifier: Apache-2.0
// MatMul and Gemm: a constant matrix makes a layer, whichever side it stands on.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

std::vector<std::int64_t> last_two_swapped(std::size_t rank) {
  std::vector<std::int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  return permutation;
}

// A stack of one matrix is that matrix where the other operand has the axes that it loses.
TensorPtr as_matrix(Draft& draft, const TensorPtr& t, std::size_t other_rank) {
  const Shape& shape = t->shape;
  if (shape.size() <= 2 || shape.size() > other_rank) return t;
  if (!std::all_of(shape.begin(), shape.end() - 2, [](std::int64_t n) { return n == 1; })) return t;
  return reshaped(draft.budget(), t, Shape(shape.end() - 2, shape.end()));
}

std::vector<Operand> matmul(Draft& draft, const OnnxNode& node) {
  const Operand& a = node.operand(0);
  const Operand& b = node.operand(1);
  if (node.all_constant()) node.unsupported("of two constants", "the product as one constant (constant folding)");
  for (const Operand* x : {&a, &b})
    if (x->is_constant() && x->constant->is_integer()) node.misfit("an integer constant beside a computed value");
  return one(matrix_product(draft, a, b));
}

// Row (or column) of C as a bias of `outputs` values, or null where C differs from row to row.
TensorPtr as_bias(Draft& draft, const TensorPtr& c, std::int64_t rows, std::int64_t outputs) {
  const bool one_row = c->shape.size() < 2 || (c->shape.size() == 2 && (c->shape[0] == 1 || rows == 1));
  if (!one_row) return nullptr;
  const Shape flat{static_cast<std::int64_t>(c->size())};
  return expanded(draft.budget(), reshaped(draft.budget(), c, flat), {outputs});
}

std::vector<Operand> gemm(Draft& draft, const OnnxNode& node) {
  const double alpha = node.real("alpha", 1);
  const double beta = node.real("beta", 1);
  Operand a = node.operand(0);
  Operand b = node.operand(1);
  if (a.is_constant() && b.is_constant()) node.unsupported("of two constants", "the product as one constant");
  for (const Operand* x : {&a, &b})
    if (x->is_constant() && x->constant->is_integer()) node.misfit("integers");
  if (draft.shape(a).size() != 2 || draft.shape(b).size() != 2) node.misfit("operands must be matrices");
  if (node.integer("transA", 0) != 0) a = transpose_operand(draft, a, {1, 0});
  const auto scale_constant = [&](const TensorPtr& t, double factor) {
    return factor == 1 ? t : mapped(draft.budget(), *t, [factor](double x) { return factor * x; });
  };
  NodeId y;
  if (b.is_constant()) {
    const bool rows_are_outputs = node.integer("transB", 0) != 0;
    const TensorPtr weight =
        rows_are_outputs ? b.constant : transposed(draft.budget(), b.constant, std::vector<std::int64_t>{1, 0});
    y = draft.linear(a.node, scale_constant(weight, alpha), nullptr);
  } else {
    if (node.integer("transB", 0) != 0) b = transpose_operand(draft, b, {1, 0});
    y = draft.multiply(matrix_product(draft, a, b), alpha);
  }
  if (!node.has(2) || beta == 0) return one(y);
  const Operand& c = node.operand(2);
  const Shape out = draft.shape(y);
  if (broadcast(out, draft.shape(c)) != out) node.misfit(fmt::format("C does not fit the product {}", shape_text(out)));
  if (!c.is_constant()) return one(draft.add(y, draft.multiply(c.node, beta)));
  const TensorPtr scaled = scale_constant(c.constant, beta);
  const TensorPtr bias = as_bias(draft, scaled, out[0], out[1]);
  return one(draft.add(y, bias ? bias : scaled));
}

}  // namespace

NodeId matrix_product(Draft& draft, const Operand& a, const Operand& b) {
  const Shape x = draft.shape(a);
  const Shape y = draft.shape(b);
  if (x.empty() || y.empty()) throw OperandMisfit("multiplies a scalar");
  if (b.is_constant()) {
    const TensorPtr matrix = as_matrix(draft, b.constant, x.size());
    if (matrix->shape.size() == 2)
      return draft.linear(a.node, transposed(draft.budget(), matrix, std::vector<std::int64_t>{1, 0}), nullptr);
    if (matrix->shape.size() == 1) {
      const NodeId column = draft.linear(a.node, reshaped(draft.budget(), matrix, {1, y[0]}), nullptr);
      return draft.reshape(column, Shape(x.begin(), x.end() - 1));
    }
  }
  if (a.is_constant()) {
    const TensorPtr matrix = as_matrix(draft, a.constant, y.size());
    if (matrix->shape.size() <= 2) {
      const Shape rows{matrix->shape.size() == 2 ? matrix->shape[0] : 1, matrix->shape.back()};
      const TensorPtr weight = reshaped(draft.budget(), matrix, rows);
      if (y.size() == 1) {
        const NodeId product = draft.linear(b.node, weight, nullptr);
        return matrix->shape.size() == 2 ? product : draft.reshape(product, {});
      }
      const std::vector<std::int64_t> swapped = last_two_swapped(y.size());
      const NodeId product = draft.transpose(draft.linear(draft.transpose(b.node, swapped), weight, nullptr), swapped);
      if (matrix->shape.size() == 2) return product;
      Shape out = draft.shape(product);
      out.erase(out.end() - 2);
      return draft.reshape(product, out);
    }
  }
  // Vectors are matrices of one row or one column; the axis goes again.
  Operand left = a;
  Operand right = b;
  if (x.size() == 1) left = reshape_operand(draft, a, {1, x[0]});
  if (y.size() == 1) right = reshape_operand(draft, b, {y[0], 1});
  const NodeId product = draft.matmul(draft.node(left), draft.node(right));
  Shape out = draft.shape(product);
  if (y.size() == 1) out.pop_back();
  if (x.size() == 1) out.erase(out.end() - (y.size() == 1 ? 1 : 2));
  return draft.reshape(product, out);
}

void add_matrix_operators(OperatorTable& table) {
  table["MatMul"] = matmul;
  table["Gemm"] = gemm;
}

}  // namespace ranvier::workloads
