// SPDX-License-Identifier: Apache-2.0
// Einsum where it is a transposition or one product of (stacks of) matrices.
#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

struct Equation {
  std::vector<std::string> terms;
  std::string output;
};

Equation parse(const OnnxNode& node) {
  std::string text = node.text("equation", "");
  std::erase_if(text, [](char c) { return c == ' '; });
  const auto arrow = text.find("->");
  if (arrow == std::string::npos) node.unsupported("without ->", "an equation that names its output");
  Equation equation;
  equation.output = text.substr(arrow + 2);
  std::string term;
  for (const char c : text.substr(0, arrow) + ",") {
    if (c != ',') {
      term += c;
      continue;
    }
    equation.terms.push_back(term);
    term.clear();
  }
  std::vector<std::string> all = equation.terms;
  all.push_back(equation.output);
  for (std::string letters : all) {
    for (const char c : letters)
      if (std::isalpha(static_cast<unsigned char>(c)) == 0)
        node.unsupported("with " + std::string(1, c), "letters only");
    std::sort(letters.begin(), letters.end());
    if (std::adjacent_find(letters.begin(), letters.end()) != letters.end())
      node.unsupported("with a letter twice in one term", "Gather or MatMul");
  }
  return equation;
}

std::vector<std::int64_t> order(const std::string& from, const std::string& to) {
  std::vector<std::int64_t> permutation;
  for (const char c : to) permutation.push_back(static_cast<std::int64_t>(from.find(c)));
  return permutation;
}

bool has(const std::string& term, char c) { return term.find(c) != std::string::npos; }

std::vector<Operand> einsum(Draft& draft, const OnnxNode& node) {
  const Equation equation = parse(node);
  if (equation.terms.size() != node.operands()) node.misfit("the equation has not one term an operand");
  std::map<char, std::int64_t> extents;
  for (std::size_t i = 0; i < equation.terms.size(); ++i) {
    const Shape shape = draft.shape(node.operand(i));
    if (shape.size() != equation.terms[i].size()) node.misfit("a term has not one letter an axis");
    for (std::size_t j = 0; j < shape.size(); ++j)
      if (!extents.try_emplace(equation.terms[i][j], shape[j]).second && extents[equation.terms[i][j]] != shape[j])
        node.misfit("a letter stands for two extents");
  }
  for (const char c : equation.output)
    if (!extents.contains(c)) node.misfit("the output has a letter that no term has");
  if (equation.terms.size() == 1 && equation.terms[0].size() == equation.output.size())
    return {transpose_operand(draft, node.operand(0), order(equation.terms[0], equation.output))};
  if (equation.terms.size() != 2) node.unsupported("of more than a product of two", "MatMul, ReduceSum and Transpose");
  if (node.all_constant()) node.unsupported("of two constants", "the product as one constant");

  // Letters of both terms and the output are stacks; of both terms alone, summed; of one term, its rows or columns.
  const std::string& a = equation.terms[0];
  const std::string& b = equation.terms[1];
  std::string stacks;
  std::string summed;
  std::string rows;
  std::string columns;
  for (const char c : a) (has(b, c) ? (has(equation.output, c) ? stacks : summed) : rows) += c;
  for (const char c : b)
    if (!has(a, c)) columns += c;
  if (summed.empty()) node.unsupported("without a summed letter", "Mul");
  for (const char c : rows + columns)
    if (!has(equation.output, c)) node.unsupported("that sums over one operand alone", "ReduceSum before it");

  const auto extent = [&](const std::string& letters) {
    Shape shape;
    for (const char c : letters) shape.push_back(extents[c]);
    return checked_count(shape);
  };
  Shape stack_shape;
  for (const char c : stacks) stack_shape.push_back(extents[c]);
  const auto shaped = [&](std::int64_t first, std::int64_t second) {
    Shape shape = stack_shape;
    shape.push_back(first);
    shape.push_back(second);
    return shape;
  };
  const Operand left =
      reshape_operand(draft, transpose_operand(draft, node.operand(0), order(a, stacks + rows + summed)),
                      shaped(extent(rows), extent(summed)));
  const Operand right =
      reshape_operand(draft, transpose_operand(draft, node.operand(1), order(b, stacks + summed + columns)),
                      shaped(extent(summed), extent(columns)));
  const NodeId product = matrix_product(draft, left, right);
  const std::string letters = stacks + rows + columns;
  Shape out;
  for (const char c : letters) out.push_back(extents[c]);
  return one(draft.transpose(draft.reshape(product, out), order(letters, equation.output)));
}

}  // namespace

void add_einsum_operator(OperatorTable& table) { table["Einsum"] = einsum; }

}  // namespace ranvier::workloads
