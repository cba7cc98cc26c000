// SPDX-License-Identifier: Apache-2.0
// Time and energy of a dense operator on a device with a matrix unit, from the numbers of its file. Integers
// throughout. The model: docs/explanation/dense-devices.md.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/quantities.h"
#include "chips/device.h"
#include "workloads/program.h"

namespace ranvier::mapper {

enum class Precision : std::uint8_t { kInt8, kFp16 };

/// An operator and what it works on, for one sample. Bytes at one byte a value: fp16 doubles them, except vector_bytes.
struct DenseWork {
  std::string name;
  std::int64_t m = 0;  // rows of the left matrix: tokens, or positions of a convolution; 0: no matrix product
  std::int64_t k = 0;
  std::int64_t n = 0;
  std::int64_t groups = 1;        // independent products of that shape, e.g. heads
  std::int64_t vector_bytes = 0;  // through the vector unit, in its own format
  std::int64_t weight_bytes = 0;  // of all groups, shared by a batch; 0: the right matrix is the sample's own
  std::int64_t input_bytes = 0;   // the right matrix included where it is the sample's own
  std::int64_t output_bytes = 0;
  std::int64_t taps = 1;            // kernel positions that k spans; each is padded to the matrix unit's depth
  std::int64_t halo_bytes = 0;      // input that two neighbouring blocks of rows both need
  std::int64_t residual_bytes = 0;  // second operand of a sum that the operator does on the way out
  bool merge_batch = true;          // a batch makes m longer; convolutions go image by image
  bool input_in_memory = false;     // no operator before it left the input in the shared buffer
};

/// What an operator's time hinges on. kMove: between the buffers of a core.
enum class Bound : std::uint8_t { kCube, kMove, kMemory, kVector, kLaunch };

/// Of a whole batch.
struct DenseCost {
  Duration total;   // at least the largest of the next four, and launch
  Duration cube;    // of the busiest core, no waiting
  Duration move;    // between its L1, L0 and UB, the busiest path
  Duration memory;  // the busiest of DDR or HBM, L2 to core, core to L2 or memory
  Duration vector;  // of the busiest core
  Duration launch;
  Bound bound = Bound::kLaunch;
  std::int64_t multiply_adds = 0;       // of the network
  std::int64_t cube_multiply_adds = 0;  // with the zeros that fill the matrix unit
  std::int64_t memory_bytes = 0;
  std::int64_t shared_bytes = 0;  // in and out of L2
  std::int64_t buffer_bytes = 0;  // in and out of L1, L0 and UB
  std::int64_t vector_operations = 0;
  Energy compute;  // matrix unit
  Energy vector_energy;
  Energy buffer_energy;  // L2 too
  Energy memory_energy;
  Energy static_energy;  // static power over `total`
  Energy energy() const { return compute + vector_energy + buffer_energy + memory_energy + static_energy; }
};

/// A stage of an integer program as the device does it. kInput is no work. Throws NoDenseForm (kLif).
DenseWork dense_work_of(const workloads::Program& program, StageId stage);

/// With the tiling that takes the least time. `batch` is at least 1.
DenseCost dense_cost(const chips::Device& device, const DenseWork& work, std::int64_t batch, Precision precision);

/// One DMA transfer between host and device.
Duration link_time(const chips::Device& device, std::int64_t bytes);
Energy link_energy(const chips::Device& device, std::int64_t bytes);

}  // namespace ranvier::mapper
