// SPDX-License-Identifier: Apache-2.0
// Norms and activations that files spell out in single operations, found whatever the order of the factors.
//   GELU       x Phi(x) = x/2 (1 + erf(x / sqrt 2))                       Hendrycks and Gimpel 2016, arXiv 1606.08415
//   its tanh form x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))         the same
//   SiLU       x sigmoid(x); QuickGELU x sigmoid(1.702 x)                 the same; CLIP
//   HardSwish  x relu6(x + 3) / 6                                         Howard et al. 2019, arXiv 1905.02244
//   LayerNorm  (x - mean) / sqrt(mean((x - mean)^2) + epsilon)            Ba et al. 2016, arXiv 1607.06450
//   RMSNorm    x / sqrt(mean(x^2) + epsilon)                              Zhang and Sennrich 2019, arXiv 1910.07467
#include <algorithm>
#include <cmath>
#include <numbers>

#include "workloads/onnx/draft.h"

namespace ranvier::workloads {
namespace {

constexpr double kQuickGelu = 1.702;
constexpr double kCubic = 0.044715;
constexpr std::size_t kMostFactors = 8;

// Constants in files are floats, rounded from what the formula says.
bool near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

bool one_is(const std::vector<NodeId>& factors, std::size_t but, NodeId x) {
  for (std::size_t i = 0; i < factors.size(); ++i)
    if (i != but && factors[i] == x) return true;
  return false;
}

}  // namespace

Draft::Product Draft::product_of(std::span<const NodeId> roots) const {
  Product product;
  std::vector<NodeId> open(roots.begin(), roots.end());
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    const bool room = product.factors.size() + open.size() < kMostFactors;
    if (const auto factor = scalar_of(id, Op::kMultiply)) {
      product.scale *= *factor;
      open.push_back(operand(id));
    } else if (is(id, Op::kMultiply) && !constant_of(id, Op::kMultiply) && room) {
      open.push_back(operand(id, 0));
      open.push_back(operand(id, 1));
    } else {
      product.factors.push_back(id);
    }
  }
  return product;
}

std::optional<Draft::Gate> Draft::gate_of(NodeId id) const {
  Gate gate;
  if (const auto offset = scalar_of(id, Op::kAdd)) {
    gate.offset = *offset;
    id = operand(id);
  }
  if (const auto factor = scalar_of(id, Op::kMultiply)) {
    gate.scale = *factor;
    id = operand(id);
  }
  if (!is(id, Op::kUnary)) return std::nullopt;
  gate.function = id;
  return gate;
}

std::optional<NodeId> Draft::activation(NodeId a, NodeId b) {
  const std::vector<NodeId> roots{a, b};
  const Product product = product_of(roots);
  for (std::size_t i = 0; i < product.factors.size(); ++i)
    if (const auto found = gated(product, i)) return found;
  return std::nullopt;
}

// The factor at `gate_index` as gate of another: the activation, times what is left.
std::optional<NodeId> Draft::gated(const Product& product, std::size_t gate_index) {
  const auto gate = gate_of(product.factors[gate_index]);
  if (!gate) return std::nullopt;
  const Unary function = at(gate->function).unary;
  const NodeId argument = operand(gate->function);
  const std::vector<NodeId> argument_roots{argument};
  const Product inner = product_of(argument_roots);
  const bool halves = near(gate->offset, gate->scale);  // scale * (1 + f)
  const bool plain = gate->offset == 0;
  std::optional<Unary> kind;
  NodeId x;           // the factor that the activation takes
  double inside = 1;  // the activation's operand is inside * x
  double left = product.scale * gate->scale;
  if (function == Unary::kErf && halves && inner.factors.size() == 1) {
    kind = Unary::kGelu;
    x = inner.factors[0];
    inside = inner.scale * std::numbers::sqrt2;
    left *= 2;
  } else if (function == Unary::kSigmoid && plain && inner.factors.size() == 1) {
    const bool quick = near(inner.scale, kQuickGelu);
    kind = quick ? Unary::kQuickGelu : Unary::kSilu;
    x = inner.factors[0];
    inside = quick ? 1 : inner.scale;
  } else if (function == Unary::kTanh && halves) {
    const auto found = tanh_argument(argument);
    if (!found) return std::nullopt;
    kind = Unary::kGeluTanh;
    x = *found;
    left *= 2;
  } else if (function == Unary::kHardSigmoid && plain) {
    kind = Unary::kHardSwish;
    x = argument;
  } else if (function == Unary::kRelu6 && plain && scalar_of(argument, Op::kAdd) == 3.0) {
    kind = Unary::kHardSwish;
    x = operand(argument);
    left *= 6;
  }
  if (!kind || inside == 0 || !std::isfinite(inside) || !one_is(product.factors, gate_index, x)) return std::nullopt;
  // inside * x stands for x in the formula; one factor x is used up, which is 1 / inside of it.
  NodeId result = x;
  if (near(inside, 1)) {
    result = unary(*kind, x);
  } else {
    result = unary(*kind, multiply(x, inside));
    left /= inside;
  }
  bool used = false;
  for (std::size_t i = 0; i < product.factors.size(); ++i) {
    if (i == gate_index) continue;
    if (!used && product.factors[i] == x)
      used = true;
    else
      result = multiply(result, product.factors[i]);
  }
  return multiply(result, left);
}

bool Draft::is_cube(const Product& p, NodeId x) const {
  return near(p.scale, kCubic) && p.factors == std::vector<NodeId>{x, x, x};
}

// x of sqrt(2 / pi) (x + 0.044715 x^3), or of sqrt(2 / pi) x (1 + 0.044715 x^2).
std::optional<NodeId> Draft::tanh_argument(NodeId argument) const {
  const std::vector<NodeId> roots{argument};
  const Product outer = product_of(roots);
  if (!near(outer.scale, std::sqrt(2 / std::numbers::pi))) return std::nullopt;
  if (outer.factors.size() == 1 && is(outer.factors[0], Op::kAdd)) {
    const NodeId sum = outer.factors[0];
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const std::vector<NodeId> cubic{operand(sum, 1 - i)};
      if (is_cube(product_of(cubic), operand(sum, i))) return operand(sum, i);
    }
  }
  if (outer.factors.size() == 2)
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const NodeId sum = outer.factors[i];
      const NodeId x = outer.factors[1 - i];
      if (scalar_of(sum, Op::kAdd) != 1.0) continue;
      const std::vector<NodeId> square{operand(sum)};
      const Product p = product_of(square);
      if (near(p.scale, kCubic) && p.factors == std::vector<NodeId>{x, x}) return x;
    }
  return std::nullopt;
}

// y of y - mean(y) over the last axis.
std::optional<NodeId> Draft::centred(NodeId difference) const {
  if (!is(difference, Op::kSubtract)) return std::nullopt;
  const NodeId y = operand(difference, 0);
  const NodeId mean = operand(difference, 1);
  const auto last = static_cast<std::int64_t>(shape(y).size()) - 1;
  if (!is(mean, Op::kReduceMean) || operand(mean) != y || at(mean).integers != std::vector<std::int64_t>{last})
    return std::nullopt;
  return y;
}

std::optional<NodeId> Draft::norm(NodeId numerator, NodeId denominator) {
  if (!is(denominator, Unary::kSqrt)) return std::nullopt;
  const auto epsilon = scalar_of(operand(denominator), Op::kAdd);
  if (!epsilon || *epsilon <= 0) return std::nullopt;
  const NodeId mean = operand(operand(denominator));
  const auto last = static_cast<std::int64_t>(shape(numerator).size()) - 1;
  if (!is(mean, Op::kReduceMean) || at(mean).integers != std::vector<std::int64_t>{last}) return std::nullopt;
  const NodeId square = operand(mean);
  if (!is(square, Op::kMultiply) || operand(square, 0) != numerator || operand(square, 1) != numerator)
    return std::nullopt;
  if (const auto y = centred(numerator)) return layer_norm(*y, nullptr, nullptr, *epsilon);
  return rms_norm(numerator, nullptr, *epsilon);
}

}  // namespace ranvier::workloads
