// SPDX-License-Identifier: Apache-2.0
// All weights between two layers of neurons as one convolution: a pooling before a convolution is a convolution with a
// larger stride, a dense layer one whose kernel covers its input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/nir/nir_network.h"
#include "workloads/program.h"

namespace ranvier::workloads {

struct NirKernel {
  NirWindow window;  // dilation 1: holes are zero weights; groups 1, or as many as channels where depthwise
  bool depthwise = false;
  std::vector<double> weight;  // [out][in, or 1][ky][kx]
  std::vector<double> bias;    // [out]
  std::size_t taps() const { return static_cast<std::size_t>(window.kernel[0] * window.kernel[1]); }
  std::size_t row() const { return taps() * (depthwise ? 1 : static_cast<std::size_t>(window.in_channels)); }
};

/// What a layer of neurons of this shape sends, unchanged: [channels], [channels, length] or [channels, height, width].
NirKernel identity_kernel(const NirShape& shape);

/// `unit` is a convolution or a pooling, or a dense layer over what `before` puts out (flattened, channels first).
/// Throws NirCannotLower where its weights have no such form.
NirKernel kernel_of(const NirUnit& unit, const NirKernel& before, const std::string& file);

/// `second` over what `first` puts out. Throws NirCannotLower where the padding of `second` stands for something else
/// than silence of the inputs of `first`.
NirKernel composed(const NirKernel& first, const NirKernel& second, const std::string& file, const std::string& place);

/// The same connections with one stride and one padding on both axes, as ConvParams has them: zero weights are put
/// around the kernel. Weights are not set. Throws NirCannotLower where the strides differ.
ConvParams conv_shape(NirKernel& kernel, const std::string& file, const std::string& place);

}  // namespace ranvier::workloads
