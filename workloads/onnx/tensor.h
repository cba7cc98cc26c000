// SPDX-License-Identifier: Apache-2.0
// Constants while a graph is imported: what files hold and what is computed from them, before they become weights.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace ranvier::workloads {

using Shape = std::vector<std::int64_t>;

/// Operands that do not fit each other; the importer adds where.
struct OperandMisfit : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// More elements than allowed; the importer adds where.
struct OperandExcess : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A form that no node of the graph stands for; the importer adds where.
struct OperandUnsupported : std::runtime_error {
  OperandUnsupported(const std::string& form, const std::string& nearest_)
      : std::runtime_error(form), nearest(nearest_) {}
  std::string nearest;
};

/// Reals computed from constants stay in double until a node takes them, so that 1 / sqrt(d) and d^-0.5 round to one
/// float. Booleans are the integers 0 and 1.
struct Tensor {
  Shape shape;
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>> values;
  std::size_t size() const;
  bool is_integer() const { return values.index() == 2; }
  double real(std::size_t i) const;
  std::int64_t integer(std::size_t i) const;  // of an integer tensor
  /// Of shape and values as floats; computed once.
  const std::string& digest() const;

 private:
  mutable std::string digest_;
};
using TensorPtr = std::shared_ptr<const Tensor>;

/// How many more elements an import may make out of nothing: a file of 100 bytes can ask for any number.
class Budget {
 public:
  explicit Budget(std::int64_t elements) : left_(elements) {}
  void grant(std::int64_t elements) { left_ += elements; }
  /// Throws OperandExcess. Returns the number of elements.
  std::size_t take(const Shape& shape);

 private:
  std::int64_t left_;
};

std::string shape_text(const Shape& shape);
/// Product of the extents. Throws OperandMisfit on a negative one or beyond kMostAxes, OperandExcess beyond
/// kMostElements.
std::int64_t checked_count(const Shape& shape);
inline constexpr std::size_t kMostAxes = 32;
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 31;

TensorPtr scalar(double value);
TensorPtr integers(std::vector<std::int64_t> values);  // of one axis
TensorPtr make_tensor(Shape shape, std::vector<float> values);
TensorPtr make_tensor(Shape shape, std::vector<double> values);
TensorPtr make_tensor(Shape shape, std::vector<std::int64_t> values);

/// ONNX's broadcast of two shapes. Throws OperandMisfit.
Shape broadcast(const Shape& a, const Shape& b);
/// `axis` counted from the front. Throws OperandMisfit.
std::int64_t front_axis(std::int64_t axis, std::size_t rank);

/// out[i...] = t[offset + sum i * stride].
TensorPtr strided(Budget& budget, const Tensor& t, const Shape& shape, std::int64_t offset,
                  std::span<const std::int64_t> strides);
TensorPtr reshaped(Budget& budget, const TensorPtr& t, const Shape& shape);
TensorPtr transposed(Budget& budget, const TensorPtr& t, std::span<const std::int64_t> permutation);
TensorPtr expanded(Budget& budget, const TensorPtr& t, const Shape& shape);
TensorPtr gathered(Budget& budget, const Tensor& t, std::int64_t axis, std::span<const std::int64_t> rows);
TensorPtr concatenated(Budget& budget, std::span<const TensorPtr> parts, std::int64_t axis);
TensorPtr mapped(Budget& budget, const Tensor& t, const std::function<double(double)>& f);
TensorPtr combined(Budget& budget, const TensorPtr& a, const TensorPtr& b,
                   const std::function<double(double, double)>& f);
TensorPtr combined_integers(Budget& budget, const TensorPtr& a, const TensorPtr& b,
                            const std::function<std::int64_t(std::int64_t, std::int64_t)>& f);

/// Values as floats, rounded once.
std::vector<float> to_floats(const Tensor& t);
bool all_equal_to(const Tensor& t, double value);

}  // namespace ranvier::workloads
