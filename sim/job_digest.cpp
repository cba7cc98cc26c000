// SPDX-License-Identifier: Apache-2.0
#include "sim/job_digest.h"

#include "base/digest.h"
#include "chips/writer.h"
#include "mapper/mapping_io.h"
#include "sim/state_bytes.h"

namespace ranvier::sim {
namespace {

void put_text(StateWriter& w, const std::string& text) { w(std::vector<char>(text.begin(), text.end())); }

void put_range(StateWriter& w, const mapper::Range& range) { w(range.begin, range.end); }

void put_problem(StateWriter& w, const mapper::MappingProblem& problem) {
  put_text(w, mapper::program_digest(*problem.program));
  for (const workloads::Stage& stage : problem.program->stages) {
    const workloads::Encoder& encoder = stage.encoder;
    w(static_cast<std::int32_t>(encoder.neuron), encoder.levels, encoder.initial);
  }
  put_text(w, chips::resolved_yaml(problem.board));
  w(static_cast<std::int32_t>(problem.schedule), problem.tiles.size(), problem.flows.size());
  for (const mapper::Tile& tile : problem.tiles) {
    w(tile.stage, tile.partial_of, static_cast<std::int32_t>(tile.mode), static_cast<std::int32_t>(tile.engine),
      tile.statistics);
    for (const mapper::Range& range : {tile.outputs, tile.inputs, tile.tokens}) put_range(w, range);
  }
  for (const mapper::Flow& flow : problem.flows) {
    w(flow.source, flow.payload_bits, flow.destinations);
    for (const mapper::Range& range : {flow.tokens, flow.channels}) put_range(w, range);
  }
}

void put_mapping(StateWriter& w, const mapper::Mapping& mapping) {
  w(mapping.core_of, mapping.level, mapping.waves, mapping.delay, mapping.routes.size());
  for (const mapper::Route& route : mapping.routes) w(route.chain, route.tree, route.starts);
}

void put_options(StateWriter& w, const SimOptions& options) {
  w(static_cast<std::int32_t>(options.fidelity), options.lockstep, options.allow_loss, options.record_activities,
    options.max_steps, options.step_rows, options.step_energy_rows, options.network.seed,
    options.network.random_delay_cycles);
  for (std::size_t tile = 0; tile < options.core_of_tile.size(); ++tile) {
    if (options.core_of_tile[tile] != nullptr) w(tile);
  }
}

}  // namespace

std::string job_digest(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                       std::span<const std::vector<std::int32_t>> images, const SimOptions& options) {
  StateWriter w;
  put_problem(w, problem);
  put_mapping(w, mapping);
  put_options(w, options);
  w(images.size());
  for (const std::vector<std::int32_t>& image : images) w(image);
  return sha256_hex(std::span<const std::uint8_t>(w.take()));
}

}  // namespace ranvier::sim
