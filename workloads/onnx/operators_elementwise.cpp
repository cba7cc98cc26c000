// SPDX-License-Identifier: Apache-2.0
// Arithmetic of two operands, powers, casts, and what only passes a value on.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "workloads/onnx/operators.h"

namespace ranvier::workloads {
namespace {

// ONNX's integers wrap.
std::int64_t wrapped(std::uint64_t x) { return static_cast<std::int64_t>(x); }
std::uint64_t bits(std::int64_t x) { return static_cast<std::uint64_t>(x); }

TensorPtr folded(Draft& draft, const OnnxNode& node, double (*reals)(double, double),
                 std::int64_t (*whole)(std::int64_t, std::int64_t)) {
  const TensorPtr& a = node.operand(0).constant;
  const TensorPtr& b = node.operand(1).constant;
  if (a->is_integer() != b->is_integer()) node.misfit("operands of different types");
  return a->is_integer() ? combined_integers(draft.budget(), a, b, whole) : combined(draft.budget(), a, b, reals);
}

void check_real(const OnnxNode& node, const TensorPtr& c) {
  if (c->is_integer()) node.misfit("an integer constant beside a computed value");
}

std::vector<Operand> add(Draft& draft, const OnnxNode& node) {
  const Operand& a = node.operand(0);
  const Operand& b = node.operand(1);
  if (node.all_constant())
    return one(folded(
        draft, node, [](double x, double y) { return x + y; },
        [](std::int64_t x, std::int64_t y) { return wrapped(bits(x) + bits(y)); }));
  if (!a.is_constant() && !b.is_constant()) return one(draft.add(a.node, b.node));
  const Operand& constant = a.is_constant() ? a : b;
  check_real(node, constant.constant);
  return one(draft.add(a.is_constant() ? b.node : a.node, constant.constant));
}

std::vector<Operand> subtract(Draft& draft, const OnnxNode& node) {
  const Operand& a = node.operand(0);
  const Operand& b = node.operand(1);
  if (node.all_constant())
    return one(folded(
        draft, node, [](double x, double y) { return x - y; },
        [](std::int64_t x, std::int64_t y) { return wrapped(bits(x) - bits(y)); }));
  if (b.is_constant()) {
    check_real(node, b.constant);
    return one(draft.add(a.node, mapped(draft.budget(), *b.constant, [](double x) { return -x; })));
  }
  if (a.is_constant()) {
    check_real(node, a.constant);
    return one(draft.add(draft.multiply(b.node, -1.0), a.constant));
  }
  return one(draft.subtract(a.node, b.node));
}

std::vector<Operand> multiply(Draft& draft, const OnnxNode& node) {
  const Operand& a = node.operand(0);
  const Operand& b = node.operand(1);
  if (node.all_constant())
    return one(folded(
        draft, node, [](double x, double y) { return x * y; },
        [](std::int64_t x, std::int64_t y) { return wrapped(bits(x) * bits(y)); }));
  if (!a.is_constant() && !b.is_constant()) return one(draft.multiply(a.node, b.node));
  const Operand& constant = a.is_constant() ? a : b;
  check_real(node, constant.constant);
  return one(draft.multiply(a.is_constant() ? b.node : a.node, constant.constant));
}

std::int64_t quotient(std::int64_t x, std::int64_t y) {
  if (y == 0) throw OperandMisfit("division of an integer by zero");
  return y == -1 ? wrapped(-bits(x)) : x / y;
}

std::vector<Operand> divide(Draft& draft, const OnnxNode& node) {
  const Operand& a = node.operand(0);
  const Operand& b = node.operand(1);
  if (node.all_constant())
    return one(folded(
        draft, node, [](double x, double y) { return x / y; }, quotient));
  if (b.is_constant()) {
    check_real(node, b.constant);
    for (std::size_t i = 0; i < b.constant->size(); ++i)
      if (b.constant->real(i) == 0) node.unsupported("by a constant zero", "a divisor that is not zero");
    return one(draft.multiply(a.node, mapped(draft.budget(), *b.constant, [](double x) { return 1 / x; })));
  }
  if (a.is_constant()) {
    check_real(node, a.constant);
    return one(draft.multiply(draft.unary(Unary::kReciprocal, b.node), a.constant));
  }
  return one(draft.divide(a.node, b.node));
}

std::int64_t remainder_of(std::int64_t x, std::int64_t y) {
  if (y == 0) throw OperandMisfit("division of an integer by zero");
  if (y == -1) return 0;
  const std::int64_t r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

std::vector<Operand> modulo(Draft& draft, const OnnxNode& node) {
  node.constant(0, "operands");
  node.constant(1, "operands");
  if (node.integer("fmod", 0) != 0) node.unsupported("with fmod", "fmod = 0 of integers");
  if (!node.operand(0).constant->is_integer()) node.unsupported("of reals", "integers");
  return one(folded(
      draft, node, [](double, double) { return 0.0; }, remainder_of));
}

std::vector<Operand> power(Draft& draft, const OnnxNode& node) {
  const Operand& base = node.operand(0);
  const TensorPtr& exponent = node.constant(1, "exponent");
  if (base.is_constant()) {
    const TensorPtr reals =
        combined(draft.budget(), base.constant, exponent, [](double x, double y) { return std::pow(x, y); });
    if (!base.constant->is_integer()) return one(reals);
    std::vector<std::int64_t> whole(reals->size());
    constexpr double kExact = 9007199254740992.0;  // 2^53
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (!(std::abs(reals->real(i)) <= kExact)) node.misfit("an integer power that does not fit");
      whole[i] = static_cast<std::int64_t>(reals->real(i));
    }
    return one(make_tensor(reals->shape, std::move(whole)));
  }
  if (exponent->size() != 1) node.unsupported("with several exponents", "one constant exponent");
  const NodeId x = reshape_operand(draft, base, broadcast(draft.shape(base), exponent->shape)).node;
  const double e = exponent->real(0);
  if (e == 1) return one(x);
  if (e == 2) return one(draft.multiply(x, x));
  if (e == 3) return one(draft.multiply(draft.multiply(x, x), x));
  if (e == -1) return one(draft.unary(Unary::kReciprocal, x));
  if (e == 0.5) return one(draft.unary(Unary::kSqrt, x));
  if (e == -0.5) return one(draft.unary(Unary::kReciprocal, draft.unary(Unary::kSqrt, x)));
  node.unsupported(fmt::format("to the power of {}", e), "exponents -1, -0.5, 0.5, 1, 2, 3");
}

Operator extreme(bool largest) {
  return [largest](Draft& draft, const OnnxNode& node) {
    TensorPtr result = node.constant(0, "operands");
    for (std::size_t i = 1; i < node.operands(); ++i) {
      const TensorPtr& other = node.constant(i, "operands");
      if (other->is_integer() != result->is_integer()) node.misfit("operands of different types");
      if (result->is_integer())
        result = combined_integers(draft.budget(), result, other, [largest](std::int64_t a, std::int64_t b) {
          return largest ? std::max(a, b) : std::min(a, b);
        });
      else
        result = combined(draft.budget(), result, other,
                          [largest](double a, double b) { return largest ? std::max(a, b) : std::min(a, b); });
    }
    return one(result);
  };
}

std::vector<Operand> sum(Draft& draft, const OnnxNode& node) {
  Operand total = node.operand(0);
  for (std::size_t i = 1; i < node.operands(); ++i) {
    const Operand& next = node.operand(i);
    if (total.is_constant() && next.is_constant())
      total = {NodeId(),
               combined(draft.budget(), total.constant, next.constant, [](double a, double b) { return a + b; })};
    else if (total.is_constant())
      total = {draft.add(next.node, total.constant), nullptr};
    else
      total = {next.is_constant() ? draft.add(total.node, next.constant) : draft.add(total.node, next.node), nullptr};
  }
  return {total};
}

TensorPtr as_integers(Draft& draft, const OnnxNode& node, const Tensor& t, bool truth) {
  std::vector<std::int64_t> values(draft.budget().take(t.shape));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (truth) {
      values[i] = t.real(i) != 0 ? 1 : 0;
    } else if (t.is_integer()) {
      values[i] = t.integer(i);
    } else {
      constexpr double kLimit = 9.2e18;
      if (!(std::abs(t.real(i)) < kLimit)) node.misfit("a real that no integer holds");
      values[i] = static_cast<std::int64_t>(t.real(i));
    }
  }
  return make_tensor(t.shape, std::move(values));
}

std::vector<Operand> cast(Draft& draft, const OnnxNode& node) {
  using P = onnx::TensorProto;
  const std::int64_t to = node.integer("to", 0);
  const bool real = to == P::FLOAT || to == P::DOUBLE || to == P::FLOAT16 || to == P::BFLOAT16;
  const bool whole = to == P::INT64 || to == P::INT32 || to == P::INT16 || to == P::INT8 || to == P::UINT8 ||
                     to == P::UINT16 || to == P::UINT32 || to == P::UINT64;
  if (!real && !whole && to != P::BOOL) node.unsupported(fmt::format("to type {}", to), "a cast to numbers");
  const Operand& x = node.operand(0);
  if (x.is_constant() && real) return one(mapped(draft.budget(), *x.constant, [](double v) { return v; }));
  if (x.is_constant()) return one(as_integers(draft, node, *x.constant, to == P::BOOL));
  if (!real) node.unsupported("of a computed value to integers", "float throughout");
  if (to != P::FLOAT)
    node.source().notes.push_back(fmt::format("{}: computed in float32, the file casts to type {}", node.label(), to));
  return {x};
}

std::vector<Operand> identity(Draft&, const OnnxNode& node) { return {node.operand(0)}; }

std::vector<Operand> dropout(Draft&, const OnnxNode& node) {
  if (node.has(2) && node.opset() >= 12 && !all_equal_to(*node.constant(2, "training mode"), 0))
    node.unsupported("in training mode", "a model exported after model.eval()");
  return {node.operand(0)};
}

}  // namespace

void add_elementwise_operators(OperatorTable& table) {
  table["Add"] = add;
  table["Sub"] = subtract;
  table["Mul"] = multiply;
  table["Div"] = divide;
  table["Mod"] = modulo;
  table["Pow"] = power;
  table["Max"] = extreme(true);
  table["Min"] = extreme(false);
  table["Sum"] = sum;
  table["Cast"] = cast;
  table["Identity"] = identity;
  table["Dropout"] = dropout;
}

}  // namespace ranvier::workloads
