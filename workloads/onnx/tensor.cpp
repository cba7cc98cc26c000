// SPDX-License-Identifier: Apache-2.0
// Arithmetic and layout of constants.
#include "workloads/onnx/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/digest.h"

namespace ranvier::workloads {
namespace {

std::vector<std::int64_t> row_major(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// Strides that read a tensor of shape `from` as one of shape `to`.
std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  const std::vector<std::int64_t> own = row_major(from);
  std::vector<std::int64_t> strides(to.size(), 0);
  const std::size_t missing = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) strides[missing + i] = from[i] == 1 ? 0 : own[i];
  return strides;
}

template <class T>
std::vector<T> read_strided(const std::vector<T>& values, const Shape& shape, std::int64_t offset,
                            std::span<const std::int64_t> strides, std::size_t count) {
  std::vector<T> out;
  out.reserve(count);
  std::vector<std::int64_t> index(shape.size(), 0);
  std::int64_t at = offset;
  while (out.size() < count) {
    out.push_back(values[static_cast<std::size_t>(at)]);
    for (std::size_t i = shape.size(); i-- > 0;) {
      at += strides[i];
      if (++index[i] < shape[i]) break;
      at -= strides[i] * shape[i];
      index[i] = 0;
    }
  }
  return out;
}

// Of a matrix, in squares that stay in the cache: weights of exports are transposed.
template <class T>
std::vector<T> transposed_matrix(const std::vector<T>& values, std::size_t rows, std::size_t columns) {
  constexpr std::size_t kSide = 32;
  std::vector<T> out(values.size());
  for (std::size_t r0 = 0; r0 < rows; r0 += kSide)
    for (std::size_t c0 = 0; c0 < columns; c0 += kSide)
      for (std::size_t c = c0; c < std::min(c0 + kSide, columns); ++c)
        for (std::size_t r = r0; r < std::min(r0 + kSide, rows); ++r) out[c * rows + r] = values[r * columns + c];
  return out;
}

template <class T>
TensorPtr made(Shape shape, std::vector<T> values) {
  auto tensor = std::make_shared<Tensor>();
  tensor->shape = std::move(shape);
  tensor->values = std::move(values);
  return tensor;
}

template <class T>
std::vector<T> values_as(const Tensor& t) {
  return std::visit([](const auto& v) { return std::vector<T>(v.begin(), v.end()); }, t.values);
}

}  // namespace

std::size_t Tensor::size() const {
  return std::visit([](const auto& v) { return v.size(); }, values);
}

double Tensor::real(std::size_t i) const {
  return std::visit([i](const auto& v) { return static_cast<double>(v[i]); }, values);
}

std::int64_t Tensor::integer(std::size_t i) const { return std::get<2>(values)[i]; }

std::size_t Budget::take(const Shape& shape) {
  const std::int64_t count = checked_count(shape);
  if (count > left_)
    throw OperandExcess(fmt::format("constants of {} elements, more than the file accounts for", shape_text(shape)));
  left_ -= count;
  return static_cast<std::size_t>(count);
}

std::string shape_text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::int64_t checked_count(const Shape& shape) {
  if (shape.size() > kMostAxes) throw OperandMisfit(fmt::format("{} axes, more than {}", shape.size(), kMostAxes));
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) throw OperandMisfit(fmt::format("shape {} has a negative extent", shape_text(shape)));
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (extent > kMostElements / count)
      throw OperandExcess(fmt::format("shape {} has more than {} elements", shape_text(shape), kMostElements));
    count *= extent;
  }
  return empty ? 0 : count;
}

const std::string& Tensor::digest() const {
  if (digest_.empty()) {
    const auto* stored = std::get_if<std::vector<float>>(&values);
    const std::vector<float> rounded = stored != nullptr ? std::vector<float>() : to_floats(*this);
    const std::vector<float>& floats = stored != nullptr ? *stored : rounded;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(floats.data());
    digest_ = shape_text(shape) + sha256_hex(std::span(bytes, floats.size() * sizeof(float)));
  }
  return digest_;
}

TensorPtr scalar(double value) { return make_tensor(Shape{}, std::vector<double>{value}); }

TensorPtr integers(std::vector<std::int64_t> values) {
  Shape shape{static_cast<std::int64_t>(values.size())};
  return make_tensor(std::move(shape), std::move(values));
}

TensorPtr make_tensor(Shape shape, std::vector<float> values) { return made(std::move(shape), std::move(values)); }

TensorPtr make_tensor(Shape shape, std::vector<double> values) { return made(std::move(shape), std::move(values)); }

TensorPtr make_tensor(Shape shape, std::vector<std::int64_t> values) {
  return made(std::move(shape), std::move(values));
}

Shape broadcast(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      throw OperandMisfit(fmt::format("shapes {} and {} do not broadcast", shape_text(a), shape_text(b)));
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

std::int64_t front_axis(std::int64_t axis, std::size_t rank) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes) throw OperandMisfit(fmt::format("axis {} of {} axes", axis, axes));
  return axis < 0 ? axis + axes : axis;
}

TensorPtr strided(Budget& budget, const Tensor& t, const Shape& shape, std::int64_t offset,
                  std::span<const std::int64_t> strides) {
  const std::size_t count = budget.take(shape);
  return std::visit(
      [&](const auto& values) { return make_tensor(shape, read_strided(values, shape, offset, strides, count)); },
      t.values);
}

TensorPtr reshaped(Budget& budget, const TensorPtr& t, const Shape& shape) {
  if (t->shape == shape) return t;
  if (checked_count(shape) != static_cast<std::int64_t>(t->size()))
    throw OperandMisfit(fmt::format("{} cannot be read as {}", shape_text(t->shape), shape_text(shape)));
  budget.take(shape);
  return std::visit([&](const auto& values) { return make_tensor(shape, values); }, t->values);
}

TensorPtr transposed(Budget& budget, const TensorPtr& t, std::span<const std::int64_t> permutation) {
  if (permutation.size() == 2 && permutation[0] == 1) {
    const Shape swapped{t->shape[1], t->shape[0]};
    budget.take(swapped);
    return std::visit(
        [&](const auto& values) {
          return make_tensor(swapped, transposed_matrix(values, static_cast<std::size_t>(t->shape[0]),
                                                        static_cast<std::size_t>(t->shape[1])));
        },
        t->values);
  }
  const std::vector<std::int64_t> own = row_major(t->shape);
  Shape shape;
  std::vector<std::int64_t> strides;
  for (const std::int64_t axis : permutation) {
    shape.push_back(t->shape[static_cast<std::size_t>(axis)]);
    strides.push_back(own[static_cast<std::size_t>(axis)]);
  }
  return strided(budget, *t, shape, 0, strides);
}

TensorPtr expanded(Budget& budget, const TensorPtr& t, const Shape& shape) {
  const Shape out = broadcast(t->shape, shape);
  if (out == t->shape) return t;
  return strided(budget, *t, out, 0, broadcast_strides(t->shape, out));
}

TensorPtr gathered(Budget& budget, const Tensor& t, std::int64_t axis, std::span<const std::int64_t> rows) {
  const auto a = static_cast<std::size_t>(axis);
  Shape shape = t.shape;
  shape[a] = static_cast<std::int64_t>(rows.size());
  const std::size_t count = budget.take(shape);
  const auto inner = static_cast<std::size_t>(
      std::accumulate(t.shape.begin() + axis + 1, t.shape.end(), std::int64_t{1}, std::multiplies<>()));
  const std::size_t outer = rows.empty() || inner == 0 ? 0 : count / rows.size() / inner;
  const auto extent = static_cast<std::size_t>(t.shape[a]);
  return std::visit(
      [&](const auto& values) {
        std::decay_t<decltype(values)> out;
        out.reserve(count);
        for (std::size_t o = 0; o < outer; ++o)
          for (const std::int64_t row : rows) {
            const auto from =
                values.begin() + static_cast<std::ptrdiff_t>((o * extent + static_cast<std::size_t>(row)) * inner);
            out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(inner));
          }
        return make_tensor(shape, std::move(out));
      },
      t.values);
}

TensorPtr concatenated(Budget& budget, std::span<const TensorPtr> parts, std::int64_t axis) {
  const auto a = static_cast<std::size_t>(axis);
  Shape shape = parts.front()->shape;
  shape[a] = 0;
  for (const TensorPtr& part : parts) {
    Shape other = part->shape;
    if (other.size() != shape.size()) throw OperandMisfit("parts of different ranks");
    shape[a] += other[a];
    other[a] = shape[a];
    if (other != shape) throw OperandMisfit("parts whose other axes differ");
    if (part->is_integer() != parts.front()->is_integer()) throw OperandMisfit("parts of different types");
  }
  const std::size_t count = budget.take(shape);
  std::int64_t outer = 1;
  for (std::size_t i = 0; i < a; ++i) outer *= shape[i];
  outer = std::max<std::int64_t>(outer, 1);  // where nothing is there to join, any number of pieces is right
  const auto join = [&](auto sample) {
    using T = decltype(sample);
    std::vector<std::vector<T>> all;
    for (const TensorPtr& part : parts) all.push_back(values_as<T>(*part));
    std::vector<T> out;
    out.reserve(count);
    for (std::int64_t o = 0; o < outer; ++o)
      for (const std::vector<T>& values : all) {
        const auto piece = static_cast<std::ptrdiff_t>(values.size()) / outer;
        out.insert(out.end(), values.begin() + o * piece, values.begin() + (o + 1) * piece);
      }
    return make_tensor(shape, std::move(out));
  };
  if (parts.front()->is_integer()) return join(std::int64_t{});
  for (const TensorPtr& part : parts)
    if (part->values.index() == 1) return join(double{});
  return join(float{});
}

TensorPtr mapped(Budget& budget, const Tensor& t, const std::function<double(double)>& f) {
  std::vector<double> out(budget.take(t.shape));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(t.real(i));
  return make_tensor(t.shape, std::move(out));
}

TensorPtr combined(Budget& budget, const TensorPtr& a, const TensorPtr& b,
                   const std::function<double(double, double)>& f) {
  const Shape shape = broadcast(a->shape, b->shape);
  const TensorPtr x = expanded(budget, a, shape);
  const TensorPtr y = expanded(budget, b, shape);
  std::vector<double> out(budget.take(shape));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(x->real(i), y->real(i));
  return make_tensor(shape, std::move(out));
}

TensorPtr combined_integers(Budget& budget, const TensorPtr& a, const TensorPtr& b,
                            const std::function<std::int64_t(std::int64_t, std::int64_t)>& f) {
  const Shape shape = broadcast(a->shape, b->shape);
  const TensorPtr x = expanded(budget, a, shape);
  const TensorPtr y = expanded(budget, b, shape);
  std::vector<std::int64_t> out(budget.take(shape));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(x->integer(i), y->integer(i));
  return make_tensor(shape, std::move(out));
}

std::vector<float> to_floats(const Tensor& t) {
  return std::visit(
      [](const auto& v) {
        std::vector<float> out(v.size());
        std::transform(v.begin(), v.end(), out.begin(), [](auto x) { return static_cast<float>(x); });
        return out;
      },
      t.values);
}

bool all_equal_to(const Tensor& t, double value) {
  for (std::size_t i = 0; i < t.size(); ++i)
    if (t.real(i) != value) return false;
  return true;
}

}  // namespace ranvier::workloads
