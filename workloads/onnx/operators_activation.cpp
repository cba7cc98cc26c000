// SPDX-License-Identifier: Apache-2.0
// Functions of single elements.
#include <fmt/format.h>

#include <cmath>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

Operator function(Unary kind, double (*value)(double)) {
  return [kind, value](Draft& draft, const OnnxNode& node) {
    const Operand& x = node.operand(0);
    if (!x.is_constant()) return one(draft.unary(kind, x.node));
    if (x.constant->is_integer() && kind == Unary::kNegate) {
      const TensorPtr zero = make_tensor(Shape{}, std::vector<std::int64_t>{0});
      return one(combined_integers(draft.budget(), zero, x.constant, [](std::int64_t a, std::int64_t b) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
      }));
    }
    if (x.constant->is_integer()) node.misfit("takes reals");
    return one(mapped(draft.budget(), *x.constant, value));
  };
}

Operator of_constants(double (*value)(double), const std::string& nearest) {
  return [value, nearest](Draft& draft, const OnnxNode& node) {
    if (!node.operand(0).is_constant()) node.unsupported("of a computed value", nearest);
    const TensorPtr& x = node.operand(0).constant;
    if (x->is_integer()) node.misfit("takes reals");
    return one(mapped(draft.budget(), *x, value));
  };
}

std::vector<Operand> absolute(Draft& draft, const OnnxNode& node) {
  const TensorPtr& x = node.constant(0, "operand");
  if (!x->is_integer()) return one(mapped(draft.budget(), *x, [](double v) { return std::abs(v); }));
  const TensorPtr zero = make_tensor(Shape{}, std::vector<std::int64_t>{0});
  return one(combined_integers(draft.budget(), x, zero, [](std::int64_t a, std::int64_t) {
    return a < 0 ? static_cast<std::int64_t>(-static_cast<std::uint64_t>(a)) : a;
  }));
}

std::vector<Operand> gelu(Draft& draft, const OnnxNode& node) {
  const std::string form = node.text("approximate", "none");
  if (form != "none" && form != "tanh") node.bad_attribute("approximate", "none or tanh");
  return one(draft.unary(form == "tanh" ? Unary::kGeluTanh : Unary::kGelu, draft.node(node.operand(0))));
}

std::vector<Operand> hard_sigmoid(Draft& draft, const OnnxNode& node) {
  const double alpha = node.real("alpha", 0.2);
  const double beta = node.real("beta", 0.5);
  if (std::abs(alpha - 1.0 / 6) > 1e-6 || beta != 0.5)
    node.unsupported(fmt::format("with alpha {} and beta {}", alpha, beta), "alpha 1/6 and beta 1/2, as torch has it");
  return one(draft.unary(Unary::kHardSigmoid, draft.node(node.operand(0))));
}

std::vector<Operand> clip(Draft& draft, const OnnxNode& node) {
  // Bounds were attributes until opset 10; absent ones are the float range.
  const auto bound = [&](const std::string& name, std::size_t i, double absent) {
    if (node.opset() < 11) return node.real(name, absent);
    if (!node.has(i)) return absent;
    const TensorPtr& t = node.constant(i, "bounds");
    if (t->size() != 1) node.misfit("bounds must be scalars");
    return t->real(0);
  };
  constexpr double kUnbounded = 3e38;
  const double least = bound("min", 1, -INFINITY);
  const double most = bound("max", 2, INFINITY);
  const Operand& x = node.operand(0);
  if (x.is_constant()) {
    if (x.constant->is_integer()) node.unsupported("of integers", "reals");
    return one(mapped(draft.budget(), *x.constant, [&](double v) { return std::min(std::max(v, least), most); }));
  }
  if (least <= -kUnbounded && most >= kUnbounded) return {x};
  if (least == 0 && most >= kUnbounded) return one(draft.unary(Unary::kRelu, x.node));
  if (least == 0 && most == 6) return one(draft.unary(Unary::kRelu6, x.node));
  node.unsupported(fmt::format("to {} ... {}", least, most), "0 to 6 (ReLU6), or 0 without upper bound (Relu)");
}

}  // namespace

void add_activation_operators(OperatorTable& table) {
  table["Relu"] = function(Unary::kRelu, [](double x) { return x > 0 ? x : 0; });
  table["Sigmoid"] = function(Unary::kSigmoid, [](double x) { return 1 / (1 + std::exp(-x)); });
  table["Tanh"] = function(Unary::kTanh, [](double x) { return std::tanh(x); });
  table["Erf"] = function(Unary::kErf, [](double x) { return std::erf(x); });
  table["Exp"] = function(Unary::kExp, [](double x) { return std::exp(x); });
  table["Sqrt"] = function(Unary::kSqrt, [](double x) { return std::sqrt(x); });
  table["Reciprocal"] = function(Unary::kReciprocal, [](double x) { return 1 / x; });
  table["Neg"] = function(Unary::kNegate, [](double x) { return -x; });
  table["HardSwish"] =
      function(Unary::kHardSwish, [](double x) { return x * std::min(1.0, std::max(0.0, x / 6 + 0.5)); });
  table["Floor"] = of_constants([](double x) { return std::floor(x); }, "float arithmetic without rounding");
  table["Ceil"] = of_constants([](double x) { return std::ceil(x); }, "float arithmetic without rounding");
  table["Round"] = of_constants([](double x) { return std::nearbyint(x); }, "float arithmetic without rounding");
  table["Log"] = of_constants([](double x) { return std::log(x); }, "Softmax in place of LogSoftmax");
  table["Abs"] = absolute;
  table["Gelu"] = gelu;
  table["HardSigmoid"] = hard_sigmoid;
  table["Clip"] = clip;
}

}  // namespace ranvier::workloads
