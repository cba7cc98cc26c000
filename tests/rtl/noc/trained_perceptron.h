// SPDX-License-Identifier: Apache-2.0
// A perceptron with hidden layers, trained by gradient descent on the bundled calibration images (14 x 14 means of
// Fashion-MNIST pixels) and put into integers: small enough for sixteen cores, and its events are those of a trained
// network.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "workloads/dataset.h"
#include "workloads/program.h"

namespace ranvier::rtl {

class TrainedPerceptron {
 public:
  static constexpr std::int32_t kSide = 14, kCodeMax = 7;

  TrainedPerceptron(const std::vector<std::int32_t>& hidden, const workloads::ImageSet& images, std::int32_t epochs) {
    widths_ = {kSide * kSide};
    widths_.insert(widths_.end(), hidden.begin(), hidden.end());
    widths_.push_back(10);
    for (std::size_t l = 1; l < widths_.size(); ++l) {
      Layer layer{std::vector<double>(size(l - 1) * size(l)), std::vector<double>(size(l))};
      const double range = std::sqrt(6.0 / static_cast<double>(size(l - 1)));
      for (std::size_t i = 0; i < layer.weight.size(); ++i)
        layer.weight[i] = range * (2.0 * random_below(1u << 20, l, i, 3) / double(1u << 20) - 1.0);
      layers_.push_back(std::move(layer));
    }
    for (std::int32_t e = 0; e < epochs; ++e) {
      for (std::size_t i = 0; i < images.count(); ++i) descend(codes(images, i), images.labels[i]);
    }
    for (std::size_t i = 0; i < images.count(); ++i) see_range(codes(images, i));
  }

  /// Codes of the input stage.
  static std::vector<std::int32_t> codes(const workloads::ImageSet& images, std::size_t image) {
    std::vector<std::int32_t> codes;
    const std::uint8_t* pixels = images.image(image);
    const std::ptrdiff_t side = images.side;
    for (std::ptrdiff_t y = 0; y < kSide; ++y) {
      for (std::ptrdiff_t x = 0; x < kSide; ++x) {
        const std::uint8_t* p = pixels + 2 * y * side + 2 * x;
        codes.push_back((p[0] + p[1] + p[side] + p[side + 1]) * kCodeMax / (4 * 255));
      }
    }
    return codes;
  }

  /// Eight-bit weights by layer; codes of hidden layers 0 to 7, the largest value seen at 7.
  workloads::Program program() const {
    workloads::Program program;
    program.name = "perceptron";
    program.input_code_max = kCodeMax;
    double unit = 1.0;  // of an input code
    for (std::size_t l = 0; l < widths_.size(); ++l) {
      workloads::Stage stage;
      stage.name = l == 0 ? "input" : l + 1 == widths_.size() ? "head" : "fc" + std::to_string(l);
      stage.tokens = 1;
      stage.channels = widths_[l];
      stage.in_channels = widths_[l == 0 ? 0 : l - 1];
      if (l > 0) {
        const Layer& layer = layers_[l - 1];
        double most = 0;
        for (const double w : layer.weight) most = std::max(most, std::abs(w));
        const double step = most / 127;
        stage.kind = workloads::StageKind::kLinear;
        stage.inputs = {{StageId(l - 1), 1}};
        for (const double w : layer.weight)
          stage.linear.weight.push_back(static_cast<std::int8_t>(std::lround(w / step)));
        for (const double b : layer.bias)
          stage.linear.bias.push_back(static_cast<std::int32_t>(std::lround(b / (step * unit))));
        stage.encoder.present = l + 1 < widths_.size();
        if (stage.encoder.present) {
          const double code = layer.most / kCodeMax;
          const auto threshold = 2 * static_cast<std::int32_t>(std::lround(code / (2 * step * unit)));
          stage.encoder.threshold.assign(size(l), std::max(2, threshold));
          stage.encoder.lo = 0;
          stage.encoder.hi = kCodeMax;
          unit = stage.encoder.threshold.front() * step * unit;
        }
      }
      program.stages.push_back(stage);
    }
    return program;
  }

 private:
  struct Layer {
    std::vector<double> weight;  // [in][out]
    std::vector<double> bias;
    double most = 0;  // of its outputs behind the rectifier
  };
  std::size_t size(std::size_t layer) const { return static_cast<std::size_t>(widths_[layer]); }

  std::vector<std::vector<double>> forward(const std::vector<std::int32_t>& codes) const {
    std::vector<std::vector<double>> values{{codes.begin(), codes.end()}};
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      std::vector<double> sums = layers_[l].bias;
      for (std::size_t i = 0; i < values[l].size(); ++i) {
        if (values[l][i] == 0) continue;
        for (std::size_t o = 0; o < sums.size(); ++o) sums[o] += values[l][i] * layers_[l].weight[i * sums.size() + o];
      }
      if (l + 1 < layers_.size()) {
        for (double& s : sums) s = std::max(0.0, s);
      }
      values.push_back(std::move(sums));
    }
    return values;
  }

  void descend(const std::vector<std::int32_t>& codes, std::uint8_t label) {
    constexpr double kRate = 0.0005;
    const std::vector<std::vector<double>> values = forward(codes);
    std::vector<double> slope = values.back();
    const double top = *std::max_element(slope.begin(), slope.end());
    double sum = 0;
    for (double& s : slope) sum += s = std::exp(s - top);
    for (double& s : slope) s /= sum;
    slope[label] -= 1;
    for (std::size_t l = layers_.size(); l > 0; --l) {
      Layer& layer = layers_[l - 1];
      std::vector<double> before(values[l - 1].size());
      for (std::size_t i = 0; i < before.size(); ++i) {
        if (values[l - 1][i] == 0) continue;  // of the rectifier too
        for (std::size_t o = 0; o < slope.size(); ++o) {
          double& w = layer.weight[i * slope.size() + o];
          before[i] += slope[o] * w;
          w -= kRate * slope[o] * values[l - 1][i];
        }
      }
      for (std::size_t o = 0; o < slope.size(); ++o) layer.bias[o] -= kRate * slope[o];
      slope = std::move(before);
    }
  }

  void see_range(const std::vector<std::int32_t>& codes) {
    const std::vector<std::vector<double>> values = forward(codes);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      for (const double v : values[l + 1]) layers_[l].most = std::max(layers_[l].most, v);
    }
  }

  std::vector<std::int32_t> widths_;
  std::vector<Layer> layers_;
};

}  // namespace ranvier::rtl
