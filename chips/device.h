// SPDX-License-Identifier: Apache-2.0
// A dense device as data: matrix unit, buffers, memory, vector unit, host link; what an `ascend-*.yaml` says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/quantities.h"
#include "chips/origin.h"

namespace ranvier::chips {

/// Bytes a cycle are per core, except those to and from memory, which all cores share.
struct Device {
  std::string name;
  std::string file;
  std::string description;
  Param<std::int64_t> clock_khz;
  Count cores;
  Count cube_rows;        // of the left matrix
  Count cube_columns;     // of the right matrix
  Count cube_depth_fp16;  // multiplied and added a cycle, for each of rows x columns results
  Count cube_depth_int8;
  Count vector_bytes;           // of an operation of the vector unit, one a cycle
  Param<Bytes> left_buffer;     // L0A
  Param<Bytes> right_buffer;    // L0B
  Param<Bytes> result_buffer;   // L0C
  Param<Bytes> core_buffer;     // L1
  Param<Bytes> unified_buffer;  // UB
  Param<Bytes> shared_buffer;   // L2, all cores
  Param<Bytes> memory;          // DDR or HBM
  Count memory_bytes_per_cycle;
  Count shared_read_bytes_per_cycle;  // L2
  Count shared_write_bytes_per_cycle;
  Count left_bytes_per_cycle;     // L1 to L0A
  Count right_bytes_per_cycle;    // L1 to L0B
  Count result_bytes_per_cycle;   // L0C to UB
  Count unified_bytes_per_cycle;  // UB to L1
  Count input_bytes_per_cycle;    // L1 to UB
  Count output_bytes_per_cycle;   // UB to memory
  Count launch_cycles;            // per operator
  Count link_bytes_per_cycle;     // host link: DMA to and from the device's memory
  Count link_latency_cycles;      // per transfer
  Param<Energy> multiply_add_int8;
  Param<Energy> multiply_add_fp16;
  Param<Energy> vector_operation;  // of vector_bytes
  Param<Energy> buffer_byte;       // in or out of L1, L0 and UB
  Param<Energy> shared_byte;       // in or out of L2
  Param<Energy> memory_byte;
  Param<Energy> link_byte;
  Param<Power> static_device;
};

/// A bundled name ("ascend-310") or a path to a device file. Throws UnknownTarget, ChipFileError and its kin.
Device load_device(const std::string& name_or_path);

/// Names that load_device() takes without a path, in alphabetical order.
std::vector<std::string> bundled_devices();

/// Duration of so many cycles of the device's clock, rounded up to a femtosecond.
Duration device_time(const Device& device, std::int64_t cycles);

}  // namespace ranvier::chips
