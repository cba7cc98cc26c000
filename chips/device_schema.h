// SPDX-License-Identifier: Apache-2.0
// The one list of a device file's numbers: key, dimension, range, meaning. Loader, writer and schema text walk it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chips/device.h"
#include "chips/schema.h"

namespace ranvier::chips {

/// Calls visit(Rule, Param<T>&) for every number of the device, in file order. DeviceT is Device or const Device.
template <class DeviceT, class Visit>
void for_each_device_number(DeviceT& device, Visit&& visit) {
  using D = Dimension;
  namespace l = limits;
  const auto count = [&](std::string_view key, auto& p, std::string_view noun, std::int64_t most,
                         std::string_view meaning) {
    visit(Rule{key, D::kCount, noun, 1, most, meaning}, p);
  };
  const auto bytes = [&](std::string_view key, auto& p, std::string_view meaning) {
    visit(Rule{key, D::kBytes, "", 1, l::kBytes, meaning}, p);
  };
  const auto rate = [&](std::string_view key, auto& p, std::string_view meaning) {
    visit(Rule{key, D::kBytesPerCycle, "", 1, 1 << 20, meaning}, p);
  };
  const auto cycles = [&](std::string_view key, auto& p, std::string_view meaning) {
    visit(Rule{key, D::kCycles, "", 0, l::kCycles, meaning}, p);
  };
  const auto energy = [&](std::string_view key, auto& p, std::string_view meaning) {
    visit(Rule{key, D::kEnergy, "", 0, l::kEnergy, meaning}, p);
  };
  constexpr std::int64_t kEdge = 1024;

  visit(Rule{"clock", D::kFrequency, "", 1, l::kClock, "clock of cores, buffers and the cycles of all rates"},
        device.clock_khz);
  count("cores", device.cores, "cores", 4096, "each with a matrix unit, a vector unit and buffers");

  count("cube.rows", device.cube_rows, "rows", kEdge, "of the left matrix that the matrix unit takes");
  count("cube.columns", device.cube_columns, "columns", kEdge, "of the right matrix that it takes");
  count("cube.depth_fp16", device.cube_depth_fp16, "values", kEdge, "multiplied and added per result and cycle");
  count("cube.depth_int8", device.cube_depth_int8, "values", kEdge, "multiplied and added per result and cycle");
  visit(Rule{"vector.operation_bytes", D::kBytes, "", 1, 1 << 20, "of an operation of the vector unit, one a cycle"},
        device.vector_bytes);

  bytes("buffers.left", device.left_buffer, "L0A, blocks of the left matrix");
  bytes("buffers.right", device.right_buffer, "L0B, blocks of the right matrix");
  bytes("buffers.result", device.result_buffer, "L0C, 4-byte sums");
  bytes("buffers.core", device.core_buffer, "L1");
  bytes("buffers.unified", device.unified_buffer, "UB, of the vector unit");
  bytes("buffers.shared", device.shared_buffer, "L2, of all cores together");
  bytes("buffers.memory", device.memory, "DDR or HBM");

  rate("rates.memory", device.memory_bytes_per_cycle, "from and to memory, all cores together");
  rate("rates.shared_read", device.shared_read_bytes_per_cycle, "L2 to a core");
  rate("rates.shared_write", device.shared_write_bytes_per_cycle, "a core to L2");
  rate("rates.left", device.left_bytes_per_cycle, "L1 to L0A");
  rate("rates.right", device.right_bytes_per_cycle, "L1 to L0B");
  rate("rates.result", device.result_bytes_per_cycle, "L0C to UB");
  rate("rates.unified", device.unified_bytes_per_cycle, "UB to L1");
  rate("rates.input", device.input_bytes_per_cycle, "L1 to UB");
  rate("rates.output", device.output_bytes_per_cycle, "UB to memory");

  cycles("launch_cycles", device.launch_cycles, "per operator, before its first instruction");
  rate("host_link.bytes_per_cycle", device.link_bytes_per_cycle, "DMA between host and the device's memory");
  cycles("host_link.latency_cycles", device.link_latency_cycles, "per transfer");

  energy("energy.multiply_add_int8", device.multiply_add_int8, "one in the matrix unit, L0 accesses included");
  energy("energy.multiply_add_fp16", device.multiply_add_fp16, "one in the matrix unit, L0 accesses included");
  energy("energy.vector_operation", device.vector_operation, "one of vector.operation_bytes");
  energy("energy.buffer_byte", device.buffer_byte, "one byte in or out of L1, L0 or UB");
  energy("energy.shared_byte", device.shared_byte, "one byte in or out of L2");
  energy("energy.memory_byte", device.memory_byte, "one byte in or out of memory");
  energy("energy.link_byte", device.link_byte, "one byte over the host link");
  visit(Rule{"energy.static_device", D::kPower, "", 0, l::kPower, "the powered device, all the time"},
        device.static_device);
}

/// The rules alone, in file order.
std::vector<Rule> device_rules();

}  // namespace ranvier::chips
