// SPDX-License-Identifier: Apache-2.0
// Operators that make or compare constants: the shape arithmetic of exports, all of it computed here.
#include <algorithm>
#include <cmath>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

std::vector<Operand> constant(Draft&, const OnnxNode& node) {
  if (TensorPtr value = node.tensor("value")) return one(std::move(value));
  if (node.has_attribute("value_float")) return one(scalar(node.real("value_float", 0)));
  if (const auto list = node.real_list("value_floats"))
    return one(make_tensor({static_cast<std::int64_t>(list->size())}, *list));
  if (node.has_attribute("value_int"))
    return one(make_tensor(Shape{}, std::vector<std::int64_t>{node.integer("value_int", 0)}));
  if (const auto list = node.integer_list("value_ints")) return one(integers(*list));
  node.unsupported("of text or sparse values", "a dense tensor of numbers as 'value'");
}

std::vector<Operand> constant_of_shape(Draft& draft, const OnnxNode& node) {
  const Shape shape = node.integers_of(0, "shape");
  TensorPtr value = node.tensor("value");
  if (!value) value = make_tensor({1}, std::vector<float>{0.0F});
  if (value->size() != 1) node.bad_attribute("value", "a tensor of one element");
  const std::vector<std::int64_t> strides(shape.size(), 0);
  return one(strided(draft.budget(), *value, shape, 0, strides));
}

std::vector<Operand> shape_of(Draft& draft, const OnnxNode& node) {
  Shape shape = draft.shape(node.operand(0));
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto clamped = [rank](std::int64_t i) { return std::clamp(i < 0 ? i + rank : i, std::int64_t{0}, rank); };
  const std::int64_t begin = clamped(node.integer("start", 0));
  const std::int64_t end = std::max(begin, clamped(node.integer("end", rank)));
  return one(integers(Shape(shape.begin() + begin, shape.begin() + end)));
}

std::vector<Operand> size_of(Draft& draft, const OnnxNode& node) {
  const std::int64_t count = checked_count(draft.shape(node.operand(0)));
  return one(make_tensor(Shape{}, std::vector<std::int64_t>{count}));
}

std::vector<Operand> range(Draft& draft, const OnnxNode& node) {
  TensorPtr parts[3];
  bool whole = true;
  for (std::size_t i = 0; i < 3; ++i) {
    parts[i] = node.constant(i, "bounds");
    if (parts[i]->size() != 1) node.misfit("start, limit and delta must be scalars");
    whole = whole && parts[i]->is_integer();
  }
  const double count = std::ceil((parts[1]->real(0) - parts[0]->real(0)) / parts[2]->real(0));
  if (!std::isfinite(count) || count > static_cast<double>(kMostElements)) node.misfit("a range without end");
  const std::size_t n = draft.budget().take({std::max(std::int64_t{0}, static_cast<std::int64_t>(count))});
  if (!whole) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = parts[0]->real(0) + static_cast<double>(i) * parts[2]->real(0);
    return one(make_tensor({static_cast<std::int64_t>(n)}, std::move(values)));
  }
  std::vector<std::int64_t> values(n);
  // Unsigned arithmetic: a hostile range may wrap, but must not be undefined.
  for (std::size_t i = 0; i < n; ++i)
    values[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(parts[0]->integer(0)) +
                                          i * static_cast<std::uint64_t>(parts[2]->integer(0)));
  return one(integers(std::move(values)));
}

Operator comparison(bool (*holds)(double, double)) {
  return [holds](Draft& draft, const OnnxNode& node) {
    const TensorPtr a = node.constant(0, "operands");
    const TensorPtr b = node.constant(1, "operands");
    const TensorPtr truth =
        combined(draft.budget(), a, b, [holds](double x, double y) { return holds(x, y) ? 1.0 : 0.0; });
    std::vector<std::int64_t> bits(truth->size());
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = truth->real(i) != 0 ? 1 : 0;
    return one(make_tensor(truth->shape, std::move(bits)));
  };
}

std::vector<Operand> logical_not(Draft& draft, const OnnxNode& node) {
  const TensorPtr zero = make_tensor(Shape{}, std::vector<std::int64_t>{0});
  const TensorPtr& x = node.constant(0, "operand");
  if (!x->is_integer()) node.misfit("takes booleans");
  return one(
      combined_integers(draft.budget(), x, zero, [](std::int64_t a, std::int64_t b) { return std::int64_t{a == b}; }));
}

// Constant choices only, or a computed operand that is taken, or left, as a whole.
std::vector<Operand> where(Draft& draft, const OnnxNode& node) {
  const TensorPtr& condition = node.constant(0, "condition");
  const Operand& x = node.operand(1);
  const Operand& y = node.operand(2);
  const Shape out = broadcast(broadcast(condition->shape, draft.shape(x)), draft.shape(y));
  if (x.is_constant() && y.is_constant()) {
    const TensorPtr take = expanded(draft.budget(), condition, out);
    const TensorPtr a = expanded(draft.budget(), x.constant, out);
    const TensorPtr b = expanded(draft.budget(), y.constant, out);
    draft.budget().take(out);
    if (a->is_integer() && b->is_integer()) {
      std::vector<std::int64_t> values(a->size());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = take->real(i) != 0 ? a->integer(i) : b->integer(i);
      return one(make_tensor(out, std::move(values)));
    }
    std::vector<double> values(a->size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = take->real(i) != 0 ? a->real(i) : b->real(i);
    return one(make_tensor(out, std::move(values)));
  }
  const bool all = all_equal_to(*condition, 1);
  if (!all && !all_equal_to(*condition, 0)) node.unsupported("that mixes computed values", "Add of a constant mask");
  const Operand& taken = all ? x : y;
  if (draft.shape(taken) != out) node.unsupported("that broadcasts a computed value", "operands of one shape");
  return {taken};
}

}  // namespace

void add_constant_operators(OperatorTable& table) {
  table["Constant"] = constant;
  table["ConstantOfShape"] = constant_of_shape;
  table["Shape"] = shape_of;
  table["Size"] = size_of;
  table["Range"] = range;
  table["Equal"] = comparison([](double a, double b) { return a == b; });
  table["Less"] = comparison([](double a, double b) { return a < b; });
  table["LessOrEqual"] = comparison([](double a, double b) { return a <= b; });
  table["Greater"] = comparison([](double a, double b) { return a > b; });
  table["GreaterOrEqual"] = comparison([](double a, double b) { return a >= b; });
  table["And"] = comparison([](double a, double b) { return a != 0 && b != 0; });
  table["Or"] = comparison([](double a, double b) { return a != 0 || b != 0; });
  table["Xor"] = comparison([](double a, double b) { return (a != 0) != (b != 0); });
  table["Not"] = logical_not;
  table["Where"] = where;
}

}  // namespace ranvier::workloads
