// SPDX-License-Identifier: Apache-2.0
// Weights and pooling: what a spike adds is scattered, so that silent inputs cost nothing.
#include <algorithm>

#include "workloads/nir/nir_unit_model.h"

namespace ranvier::workloads {
namespace {

std::size_t size(std::int64_t value) { return static_cast<std::size_t>(value); }

/// Input, Output, Flatten: row-major order is kept.
class Pass : public NirUnitModel {
 public:
  void step(std::span<const double> in, std::span<double> out) override {
    std::copy(in.begin(), in.end(), out.begin());
  }
};

class Scale : public NirUnitModel {
 public:
  explicit Scale(std::vector<double> scale) : scale_(std::move(scale)) {}
  void step(std::span<const double> in, std::span<double> out) override {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] * scale_[scale_.size() == 1 ? 0 : i];
  }

 private:
  std::vector<double> scale_;
};

/// Leading dimensions of the weight are separate matrices, each for its part of the input.
class Matrix : public NirUnitModel {
 public:
  explicit Matrix(const NirUnit& unit) {
    const auto& shape = unit.node->shape_of("weight");
    in_ = size(shape[shape.size() - 1]);
    out_ = size(shape[shape.size() - 2]);
    const std::vector<double> weight = unit.node->numbers("weight");
    if (unit.node->has("bias")) bias_ = unit.node->numbers("bias");
    weight_.resize(weight.size());
    matrices_ = weight.empty() ? 0 : weight.size() / (in_ * out_);
    for (std::size_t m = 0; m < matrices_; ++m) {
      for (std::size_t o = 0; o < out_; ++o) {
        for (std::size_t i = 0; i < in_; ++i) weight_[(m * in_ + i) * out_ + o] = weight[(m * out_ + o) * in_ + i];
      }
    }
  }

  void step(std::span<const double> in, std::span<double> out) override {
    if (bias_.empty()) {
      std::fill(out.begin(), out.end(), 0.0);
    } else {
      std::copy(bias_.begin(), bias_.end(), out.begin());
    }
    for (std::size_t i = 0; i < matrices_ * in_; ++i) {
      if (in[i] == 0) continue;
      const double* weight = weight_.data() + i * out_;
      double* to = out.data() + i / in_ * out_;
      for (std::size_t o = 0; o < out_; ++o) to[o] += in[i] * weight[o];
    }
  }

 private:
  std::size_t in_ = 0;
  std::size_t out_ = 0;
  std::size_t matrices_ = 0;
  std::vector<double> weight_;  // [matrix][in][out]
  std::vector<double> bias_;
};

/// visit(output row, output column, tap) of every window over the input position.
template <class Visit>
void for_each_window(const NirWindow& w, std::int64_t y, std::int64_t x, Visit&& visit) {
  for (std::int64_t ky = 0; ky < w.kernel[0]; ++ky) {
    const std::int64_t top = y + w.before[0] - ky * w.dilation[0];
    if (top < 0) break;
    if (top % w.stride[0] != 0 || top / w.stride[0] >= w.out[0]) continue;
    for (std::int64_t kx = 0; kx < w.kernel[1]; ++kx) {
      const std::int64_t left = x + w.before[1] - kx * w.dilation[1];
      if (left < 0) break;
      if (left % w.stride[1] != 0 || left / w.stride[1] >= w.out[1]) continue;
      visit(top / w.stride[0], left / w.stride[1], ky * w.kernel[1] + kx);
    }
  }
}

class Convolution : public NirUnitModel {
 public:
  Convolution(const NirUnit& unit, const NirWindow& window)
      : window_(window), weight_(unit.node->numbers("weight")), bias_(unit.node->numbers("bias")) {}

  void step(std::span<const double> in, std::span<double> out) override {
    const NirWindow& w = window_;
    const std::size_t plane = size(w.out[0] * w.out[1]);
    for (std::size_t o = 0; o < bias_.size(); ++o)
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(o * plane), plane, bias_[o]);
    const std::int64_t per_group = w.in_channels / w.groups;
    const std::int64_t outputs = w.out_channels / w.groups;
    const std::int64_t taps = w.kernel[0] * w.kernel[1];
    std::size_t at = 0;
    for (std::int64_t c = 0; c < w.in_channels; ++c) {
      const std::int64_t first = c / per_group * outputs;
      for (std::int64_t y = 0; y < w.in[0]; ++y) {
        for (std::int64_t x = 0; x < w.in[1]; ++x) {
          const double value = in[at++];
          if (value == 0) continue;
          for_each_window(w, y, x, [&](std::int64_t oy, std::int64_t ox, std::int64_t tap) {
            const double* weight = weight_.data() + (first * per_group + c % per_group) * taps + tap;
            double* to = out.data() + first * w.out[0] * w.out[1] + oy * w.out[1] + ox;
            for (std::int64_t o = 0; o < outputs; ++o, weight += per_group * taps, to += w.out[0] * w.out[1])
              *to += value * *weight;
          });
        }
      }
    }
  }

 private:
  NirWindow window_;
  std::vector<double> weight_;
  std::vector<double> bias_;
};

/// An average counts the padding, as torch does and NIR says nothing about.
class Pool : public NirUnitModel {
 public:
  Pool(const NirWindow& window, bool average)
      : window_(window), factor_(average ? 1.0 / static_cast<double>(window.kernel[0] * window.kernel[1]) : 1.0) {}

  void step(std::span<const double> in, std::span<double> out) override {
    const NirWindow& w = window_;
    std::fill(out.begin(), out.end(), 0.0);
    std::size_t at = 0;
    for (std::int64_t c = 0; c < w.in_channels; ++c) {
      for (std::int64_t y = 0; y < w.in[0]; ++y) {
        for (std::int64_t x = 0; x < w.in[1]; ++x) {
          const double value = in[at++] * factor_;
          if (value == 0) continue;
          for_each_window(w, y, x, [&](std::int64_t oy, std::int64_t ox, std::int64_t) {
            out[size((c * w.out[0] + oy) * w.out[1] + ox)] += value;
          });
        }
      }
    }
  }

 private:
  NirWindow window_;
  double factor_;
};

}  // namespace

std::unique_ptr<NirUnitModel> make_nir_synapses(const NirUnit& unit, const std::string& file) {
  const std::string& type = unit.node->type;
  if (type == "Input" || type == "Output" || type == "Flatten") return std::make_unique<Pass>();
  if (type == "Affine" || type == "Linear") return std::make_unique<Matrix>(unit);
  if (type == "Scale") return std::make_unique<Scale>(unit.node->numbers("scale"));
  if (type == "Conv1d" || type == "Conv2d")
    return std::make_unique<Convolution>(unit, nir_window(*unit.node, unit.in_shape, file, unit.path));
  if (type == "SumPool2d" || type == "AvgPool2d")
    return std::make_unique<Pool>(nir_window(*unit.node, unit.in_shape, file, unit.path), type == "AvgPool2d");
  return nullptr;
}

}  // namespace ranvier::workloads
