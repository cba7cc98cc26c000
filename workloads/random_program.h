// SPDX-License-Identifier: Apache-2.0
// Small random legal programs and inputs from a seed, for property tests and benchmarks of every room: a library part
// because the tests of the workloads, the mapper, the simulator and the RTL all draw from it.
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/program.h"

namespace ranvier::workloads {

/// Every stage kind, odd sizes, 1 to 3 heads, several residual sums, random thresholds, bounds and 3 to 8 bit codes.
Program random_program(std::uint64_t seed);

/// Shape of a Vision Transformer: class token, patch embedding with a bias per token, blocks, head on token 0.
/// `width` must be a multiple of `heads`. The last block computes queries, mix and MLP for token 0 only.
Program random_vit_program(std::uint64_t seed, std::int32_t tokens, std::int32_t width, std::int32_t heads,
                           std::int32_t blocks, std::int32_t hidden);

/// Temporal: 2 to 5 convolution, pooling and dense stages of odd sizes, strides and paddings, some of them behind one
/// and the same stage, with random decays, biases, delays and refractory steps; the last one is dense.
Program random_temporal_program(std::uint64_t seed);
/// Temporal: 1 to 4 populations with sparse or full synapses from any others, themselves and the input, with random
/// neurons of both models, delays and starting potentials.
Program random_recurrent_program(std::uint64_t seed);
/// Input spikes of a temporal program (spike_train.h), about one in eight of all that there could be.
std::vector<std::int32_t> random_spikes(const Program& program, std::uint64_t seed);

/// Codes [tokens][channels] of the program's input stage, about a quarter of them zero, token 0 all zero.
std::vector<std::int32_t> random_input_codes(const Program& program, std::uint64_t seed);

}  // namespace ranvier::workloads
