// SPDX-License-Identifier: Apache-2.0
// A small device with easy numbers: 500 MHz, 4 x 4 x 4 matrix unit, 10 cycles of launch; link: 4 B a cycle after 25.
#pragma once

#include "chips/device.h"

namespace ranvier::chips::testing {

inline Device small_device() {
  Device d;
  d.name = "small-device";
  d.clock_khz.value = 500'000;
  d.cores.value = 1;
  d.cube_rows.value = d.cube_columns.value = 4;
  d.cube_depth_fp16.value = d.cube_depth_int8.value = 4;
  d.vector_bytes.value = 8;
  d.left_buffer.value = d.right_buffer.value = Bytes(1 << 12);
  d.result_buffer.value = Bytes(1 << 14);
  d.core_buffer.value = Bytes(1 << 16);
  d.unified_buffer.value = Bytes(1 << 14);
  d.shared_buffer.value = Bytes(1 << 20);
  d.memory.value = Bytes(1 << 30);
  d.memory_bytes_per_cycle.value = 16;
  d.shared_read_bytes_per_cycle.value = d.shared_write_bytes_per_cycle.value = 16;
  d.left_bytes_per_cycle.value = d.right_bytes_per_cycle.value = d.result_bytes_per_cycle.value = 16;
  d.unified_bytes_per_cycle.value = d.input_bytes_per_cycle.value = d.output_bytes_per_cycle.value = 16;
  d.launch_cycles.value = 10;
  d.link_bytes_per_cycle.value = 4;
  d.link_latency_cycles.value = 25;
  d.multiply_add_int8.value = d.multiply_add_fp16.value = Energy(3);
  d.vector_operation.value = Energy(5);
  d.buffer_byte.value = d.shared_byte.value = Energy(1);
  d.memory_byte.value = Energy(11);
  d.link_byte.value = Energy(13);
  d.static_device.value = Power(777);
  return d;
}

}  // namespace ranvier::chips::testing
