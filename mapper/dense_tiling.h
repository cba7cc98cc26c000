// SPDX-License-Identifier: Apache-2.0
// How a matrix product is cut over cores and buffers of a device: the search behind dense_cost(). Private to this room.
#pragma once

#include <cstdint>

#include "chips/device.h"

namespace ranvier::mapper {

/// Products of one shape; a block is what the matrix unit takes in one cycle. Bytes are those of the precision.
struct MatrixJob {
  std::int64_t products = 1;
  std::int64_t row_blocks = 1;     // m
  std::int64_t depth_blocks = 1;   // k
  std::int64_t column_blocks = 1;  // n
  std::int64_t block_bytes_left = 0;
  std::int64_t block_bytes_right = 0;
  std::int64_t block_bytes_sums = 0;
  std::int64_t left_bytes = 0;      // of one product, as it lies in memory: a convolution's positions overlap
  std::int64_t halo_bytes = 0;      // of left_bytes, needed again by the next block of rows
  std::int64_t right_bytes = 0;     // of one product
  std::int64_t output_bytes = 0;    // of all products
  std::int64_t residual_bytes = 0;  // of all products: the second operand of a sum done on the way out
  bool shared_right = false;        // all products of a group use the same right matrix: weights
  std::int64_t groups = 1;          // different right matrices, where shared
  bool left_resident = false;       // in L2 when the operator begins
  bool right_resident = false;
  bool output_resident = false;  // stays in L2 when it ends
  bool residual_resident = false;
};

/// Cycles and bytes of the best cut. Cycles are those of the busiest core, memory's those of all.
struct MatrixCost {
  std::int64_t total_cycles = 0;
  std::int64_t cube_cycles = 0;
  std::int64_t move_cycles = 0;    // the slowest of L1 to L0A, L1 to L0B, L0C to UB
  std::int64_t memory_cycles = 0;  // the slowest of memory, L2 to core, core to L2 or memory
  std::int64_t memory_bytes = 0;
  std::int64_t shared_bytes = 0;
  std::int64_t buffer_bytes = 0;
};

/// Least total cycles; of equals, least memory bytes, then the first tried. `vector_cycles` run beside the product.
MatrixCost best_tiling(const chips::Device& device, const MatrixJob& job, std::int64_t vector_cycles);

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace ranvier::mapper
