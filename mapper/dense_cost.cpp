// SPDX-License-Identifier: Apache-2.0
// Cycles and counts of an operator into time and energy.
#include "mapper/dense_cost.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "mapper/dense_tiling.h"

namespace ranvier::mapper {
namespace {

/// Sizes whose products would leave 63 bits are refused before anything is multiplied.
void demand_countable(std::initializer_list<std::int64_t> factors) {
  constexpr double kMost = 1e17;
  double product = 1;
  for (const std::int64_t f : factors) product *= static_cast<double>(f);
  if (product > kMost) throw QuantityOverflow();
}

struct Sizes {
  std::int64_t element;  // bytes of a value
  std::int64_t depth;    // of the matrix unit
  std::int64_t half_shared;
};

MatrixJob job_of(const chips::Device& d, const DenseWork& w, std::int64_t batch, const Sizes& s) {
  const bool weights = w.weight_bytes > 0;
  const bool merge = w.merge_batch && weights;
  MatrixJob job;
  job.groups = w.groups;
  job.products = w.groups * (merge ? 1 : batch);
  job.row_blocks = ceil_div(w.m * (merge ? batch : 1), d.cube_rows.value);
  job.depth_blocks = w.taps * ceil_div(ceil_div(w.k, w.taps), s.depth);
  job.column_blocks = ceil_div(w.n, d.cube_columns.value);
  job.block_bytes_left = d.cube_rows.value * s.depth * s.element;
  job.block_bytes_right = d.cube_columns.value * s.depth * s.element;
  job.block_bytes_sums = d.cube_rows.value * d.cube_columns.value * 4;
  const std::int64_t own_right = weights ? 0 : w.k * w.n * w.groups;
  job.left_bytes = ceil_div(std::max<std::int64_t>(w.input_bytes - own_right, 0) * s.element * batch, job.products);
  job.halo_bytes = w.halo_bytes * s.element;
  job.right_bytes = ceil_div((weights ? w.weight_bytes : own_right) * s.element, w.groups);
  job.output_bytes = w.output_bytes * s.element * batch;
  job.residual_bytes = w.residual_bytes * s.element * batch;
  job.shared_right = weights;
  const auto stays = [&](std::int64_t bytes) { return bytes <= s.half_shared; };
  job.left_resident = !w.input_in_memory && stays(w.input_bytes * s.element * batch);
  job.right_resident = !weights && job.left_resident;
  job.output_resident = stays(job.output_bytes);
  job.residual_resident = stays(job.residual_bytes);
  return job;
}

/// No matrix product: memory or L2 to UB, vector unit, and back.
MatrixCost vector_only(const chips::Device& d, const DenseWork& w, std::int64_t batch, const Sizes& s,
                       std::int64_t vector_cycles) {
  const std::int64_t input = (w.input_bytes + w.residual_bytes) * s.element * batch;
  const std::int64_t output = w.output_bytes * s.element * batch;
  const bool input_here = !w.input_in_memory && w.input_bytes * s.element * batch <= s.half_shared;
  const bool output_here = output <= s.half_shared;
  const std::int64_t cores = d.cores.value;
  const std::int64_t input_rate = std::min(d.shared_read_bytes_per_cycle.value, d.input_bytes_per_cycle.value);
  const std::int64_t output_rate = output_here ? d.shared_write_bytes_per_cycle.value : d.output_bytes_per_cycle.value;
  const std::int64_t in_core = ceil_div(input, cores), out_core = ceil_div(output, cores);
  // UB holds two pieces of input and two of output.
  const std::int64_t piece = d.unified_buffer.value.count() / 4;

  MatrixCost c;
  const std::int64_t weights = w.weight_bytes * s.element;
  c.memory_bytes = (input_here ? 0 : input) + weights + (output_here ? 0 : output);
  c.memory_cycles = std::max({ceil_div(c.memory_bytes, d.memory_bytes_per_cycle.value), ceil_div(in_core, input_rate),
                              ceil_div(out_core, output_rate)});
  c.shared_bytes = input + weights + output;
  c.buffer_bytes = 2 * input + 2 * weights + output;  // into L1, to UB, and out
  c.total_cycles = std::max(c.memory_cycles, vector_cycles) + ceil_div(std::min(piece, in_core), input_rate) +
                   ceil_div(std::min(piece, out_core), output_rate);
  return c;
}

Bound bound_of(const DenseCost& c) {
  const std::array<std::pair<Duration, Bound>, 5> parts{{{c.cube, Bound::kCube},
                                                         {c.move, Bound::kMove},
                                                         {c.memory, Bound::kMemory},
                                                         {c.vector, Bound::kVector},
                                                         {c.launch, Bound::kLaunch}}};
  return std::max_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

}  // namespace

DenseCost dense_cost(const chips::Device& device, const DenseWork& work, std::int64_t batch, Precision precision) {
  if (batch < 1) throw std::logic_error("a batch of no samples");
  const bool fp16 = precision == Precision::kFp16;
  const Sizes sizes{fp16 ? 2 : 1, fp16 ? device.cube_depth_fp16.value : device.cube_depth_int8.value,
                    device.shared_buffer.value.count() / 2};
  const bool matrix = work.m > 0 && work.k > 0 && work.n > 0;
  const std::int64_t bytes = work.input_bytes + work.output_bytes + work.residual_bytes + work.vector_bytes;
  demand_countable({batch, bytes + 1, 64});
  demand_countable({work.weight_bytes + 1, 64});
  if (matrix) {
    demand_countable({batch, work.m + device.cube_rows.value, work.k + work.taps * sizes.depth,
                      work.n + device.cube_columns.value, work.groups, sizes.element});
    // Small tiles read the input once a column tile and the weights once a row tile.
    demand_countable({batch, bytes + 1, ceil_div(work.n, device.cube_columns.value), 4});
  }

  DenseCost cost;
  if (!matrix && bytes == 0) return cost;
  const std::int64_t operations = ceil_div(work.vector_bytes * batch, device.vector_bytes.value);
  const std::int64_t vector_cycles = ceil_div(operations, device.cores.value);
  MatrixCost c;
  if (matrix) {
    const MatrixJob job = job_of(device, work, batch, sizes);
    c = best_tiling(device, job, vector_cycles);
    cost.multiply_adds = work.m * work.k * work.n * work.groups * batch;
    cost.cube_multiply_adds = job.products * job.row_blocks * job.depth_blocks * job.column_blocks *
                              device.cube_rows.value * device.cube_columns.value * sizes.depth;
  } else {
    c = vector_only(device, work, batch, sizes, vector_cycles);
  }
  cost.cube = device_time(device, c.cube_cycles);
  cost.move = device_time(device, c.move_cycles);
  cost.memory = device_time(device, c.memory_cycles);
  cost.vector = device_time(device, vector_cycles);
  cost.launch = device_time(device, device.launch_cycles.value);
  cost.total = device_time(device, c.total_cycles) + cost.launch;
  cost.bound = bound_of(cost);
  cost.memory_bytes = c.memory_bytes;
  cost.shared_bytes = c.shared_bytes;
  cost.buffer_bytes = c.buffer_bytes + 2 * work.vector_bytes * batch;
  cost.vector_operations = operations;
  const Energy multiply_add = fp16 ? device.multiply_add_fp16.value : device.multiply_add_int8.value;
  cost.compute = multiply_add * cost.cube_multiply_adds;
  cost.vector_energy = device.vector_operation.value * operations;
  cost.buffer_energy = device.buffer_byte.value * cost.buffer_bytes + device.shared_byte.value * cost.shared_bytes;
  cost.memory_energy = device.memory_byte.value * cost.memory_bytes;
  cost.static_energy = energy_over(device.static_device.value, cost.total);
  return cost;
}

Duration link_time(const chips::Device& device, std::int64_t bytes) {
  return device_time(device, device.link_latency_cycles.value + ceil_div(bytes, device.link_bytes_per_cycle.value));
}

Energy link_energy(const chips::Device& device, std::int64_t bytes) { return device.link_byte.value * bytes; }

}  // namespace ranvier::mapper
