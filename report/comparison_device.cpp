// SPDX-License-Identifier: Apache-2.0
// A device alone, in closed form.
#include <fmt/format.h>

#include "mapper/dense_cost.h"
#include "report/comparison.h"
#include "report/format.h"

namespace ranvier::report {

ComparisonRow device_row(const workloads::Program& program, const chips::Device& device) {
  ComparisonRow row;
  row.target = row.board = device.name;
  row.fits = true;
  row.engines = fmt::format("{} offload", program.stages.size() - 1);
  row.cores = device.cores.value;
  row.chips = 1;
  row.steps = static_cast<double>(program.stages.size() - 1);
  const workloads::Stage& input = program.stages.front();
  const std::int64_t in_bytes = std::int64_t{input.tokens} * input.channels;
  const std::int64_t out_bytes = std::int64_t{program.stages.back().channels} * 4;  // 32-bit logits
  Duration time = mapper::link_time(device, in_bytes) + mapper::link_time(device, out_bytes);
  Energy spent = mapper::link_energy(device, in_bytes) + mapper::link_energy(device, out_bytes);
  Energy assumed;
  const auto unsure = [](const chips::Origin& origin) {
    return origin.tag == chips::Tag::kAssumed || origin.tag == chips::Tag::kUnverified;
  };
  const auto add = [&](Energy energy, const chips::Origin& origin) {
    spent += energy;
    row.by_kind[static_cast<std::size_t>(origin.kind)] += energy;
    if (unsure(origin)) assumed += energy;
  };
  if (unsure(device.link_byte.origin)) assumed += spent;
  row.by_kind[static_cast<std::size_t>(device.link_byte.origin.kind)] += spent;
  for (std::size_t s = 1; s < program.stages.size(); ++s) {
    const mapper::DenseCost cost =
        mapper::dense_cost(device, mapper::dense_work_of(program, StageId(s)), 1, mapper::Precision::kInt8);
    time += cost.total;
    add(cost.compute, device.multiply_add_int8.origin);
    add(cost.vector_energy, device.vector_operation.origin);
    add(cost.buffer_energy, device.buffer_byte.origin);
    add(cost.memory_energy, device.memory_byte.origin);
  }
  const Energy flowing = energy_over(device.static_device.value, time);
  add(flowing, device.static_device.origin);
  row.latency = time;
  row.throughput_per_s = share(1.0, seconds(time));
  row.energy = spent;
  row.by_group[static_cast<std::size_t>(Group::kDevice)] = spent;
  row.static_share = share(flowing, spent);
  row.assumed_share = share(assumed, spent);
  row.energy_kind = kind_of_total(row.by_kind);
  return row;
}

}  // namespace ranvier::report
