// SPDX-License-Identifier: Apache-2.0
// Small boards and programs for the mapper's tests.
#pragma once

#include <string>
#include <vector>

#include "chips/chip.h"
#include "mapper/mapper.h"
#include "mapper/tiler.h"
#include "mapper/verifier.h"
#include "workloads/program.h"

namespace ranvier::mapper::testing {

/// A grid of chips of width x height cores: 64 neurons, 64 axons, 4 KiB synapses and 8 KiB state a core, 4 lanes.
inline chips::Board toy_board(std::int32_t width, std::int32_t height, std::int32_t columns = 1,
                              std::int32_t rows = 1) {
  chips::Board b;
  b.name = "toy";
  b.columns = columns;
  b.rows = rows;
  chips::Chip& c = b.chip;
  c.name = "toy";
  c.clock_khz.value = 100000;
  c.core.neurons.value = 64;
  c.core.fan_in_axons.value = 64;
  c.core.route_entries.value = 64;
  c.core.weight_bits.value = 8;
  c.core.synapse_memory.value = Bytes(4096);
  c.core.state_memory.value = Bytes(8192);
  c.core.lanes.value = 4;
  c.core.event_decode_cycles.value = 1;
  c.core.soma_cycles.value = 1;
  c.core.map_cycles.value = 1;
  c.core.emit_cycles.value = 1;
  c.core.relay_cycles.value = 1;
  c.core.relay_buffer_events.value = 4096;
  c.noc.width = width;
  c.noc.height = height;
  c.noc.header_bits.value = 32;
  c.noc.flit_bits.value = 40;
  c.noc.virtual_channels.value = 2;
  c.noc.buffer_flits.value = 4;
  c.noc.router_cycles.value = 1;
  c.noc.link_cycles.value = 1;
  c.chip_link.latency_cycles.value = 10;
  c.chip_link.cycles_per_flit.value = 4;
  c.host_link.latency_cycles.value = 10;
  c.host_link.cycles_per_flit.value = 1;
  c.sync.policy = chips::SyncPolicy::kBarrier;
  c.sync.barrier_cycles.value = 5;
  c.energy.synapse_read.value = Energy(100);
  c.energy.accumulate.value = Energy(10);
  c.energy.multiply_add.value = Energy(30);
  c.energy.router_hop.value = Energy(7);
  c.energy.link_hop.value = c.energy.link_hop_vertical.value = Energy(3);
  c.energy.chip_link_hop.value = Energy(1000);
  c.energy.event_emit.value = Energy(5);
  c.energy.host_flit.value = Energy(2000);
  return b;
}

/// Builds programs stage by stage. Weights are all one: the mapper never looks at them.
class ProgramBuilder {
 public:
  ProgramBuilder(std::int32_t tokens, std::int32_t channels) {
    program_.name = "handmade";
    program_.input_code_max = 15;
    workloads::Stage s = stage("input", workloads::StageKind::kInput, {}, tokens, channels);
    s.encoder = {};
    program_.stages.push_back(s);
  }
  StageId linear(const std::string& name, StageId from, std::int32_t channels, std::int32_t tokens = 0) {
    return add(name, workloads::StageKind::kLinear, {from}, tokens, channels);
  }
  StageId norm(const std::string& name, StageId from, std::int32_t tokens = 0) {
    return add(name, workloads::StageKind::kLayerNorm, {from}, tokens, of(from).channels);
  }
  StageId gelu(const std::string& name, StageId from) {
    return add(name, workloads::StageKind::kGelu, {from}, 0, of(from).channels);
  }
  StageId sum(const std::string& name, StageId a, StageId b) {
    const StageId id = add(name, workloads::StageKind::kAdd, {a, b}, 0, of(a).channels);
    program_.stages.back().encoder = {};
    return id;
  }
  StageId scores(const std::string& name, StageId q, StageId k, std::int32_t heads) {
    const StageId id = add(name, workloads::StageKind::kScores, {q, k}, 0, heads * of(k).tokens);
    program_.stages.back().heads = heads;
    program_.stages.back().encoder.lo = 0;
    return id;
  }
  StageId mix(const std::string& name, StageId a, StageId v, std::int32_t heads) {
    const StageId id = add(name, workloads::StageKind::kMix, {a, v}, 0, of(v).channels);
    program_.stages.back().heads = heads;
    return id;
  }
  /// Makes the last stage the head: no encoder.
  workloads::Program finish() {
    program_.stages.back().encoder = {};
    return program_;
  }

 private:
  const workloads::Stage& of(StageId id) const { return program_.stages[id.value()]; }
  static workloads::Stage stage(const std::string& name, workloads::StageKind kind, const std::vector<StageId>& inputs,
                                std::int32_t tokens, std::int32_t channels) {
    workloads::Stage s;
    s.name = name;
    s.kind = kind;
    for (const StageId i : inputs) s.inputs.push_back({i, 1});
    s.tokens = tokens;
    s.channels = channels;
    s.encoder.present = true;
    s.encoder.threshold.assign(static_cast<std::size_t>(channels), 2);
    s.encoder.lo = -8;
    s.encoder.hi = 7;
    return s;
  }
  StageId add(const std::string& name, workloads::StageKind kind, const std::vector<StageId>& inputs,
              std::int32_t tokens, std::int32_t channels) {
    workloads::Stage s = stage(name, kind, inputs, tokens == 0 ? of(inputs[0]).tokens : tokens, channels);
    s.in_channels = of(inputs[0]).channels;
    if (kind == workloads::StageKind::kLinear)
      s.linear.weight.assign(static_cast<std::size_t>(s.in_channels) * static_cast<std::size_t>(channels), 1);
    program_.stages.push_back(s);
    return StageId(program_.stages.size() - 1);
  }
  workloads::Program program_;
};

inline const StageId kInput{0};

/// input -> embed -> (q, k, v) -> scores -> mix -> residual sum -> fc1 -> gelu -> norm of token 0 -> head.
inline workloads::Program attention_program(std::int32_t tokens = 6, std::int32_t width = 16, std::int32_t heads = 2) {
  ProgramBuilder b(tokens, 12);
  const StageId embed = b.linear("embed", kInput, width);
  const StageId norm = b.norm("norm1", embed);
  const StageId q = b.linear("q", norm, width);
  const StageId k = b.linear("k", norm, width);
  const StageId v = b.linear("v", norm, width);
  const StageId scores = b.scores("scores", q, k, heads);
  const StageId mix = b.mix("mix", scores, v, heads);
  const StageId sum = b.sum("sum", embed, mix);
  const StageId fc1 = b.linear("fc1", sum, 2 * width);
  const StageId gelu = b.gelu("gelu", fc1);
  const StageId last = b.norm("norm2", gelu, 1);
  b.linear("head", last, 10);
  return b.finish();
}

/// Findings as text, for failure messages.
inline std::string texts(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& f : findings) all += f.text + "\n";
  return all;
}

inline std::vector<FindingKind> kinds(const std::vector<Finding>& findings) {
  std::vector<FindingKind> all;
  for (const Finding& f : findings) all.push_back(f.kind);
  return all;
}

}  // namespace ranvier::mapper::testing
