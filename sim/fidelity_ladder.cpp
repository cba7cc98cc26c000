// SPDX-License-Identifier: Apache-2.0
#include "sim/fidelity_ladder.h"

#include <algorithm>
#include <array>

#include "sim/ideal_network.h"
#include "sim/network_timing.h"

namespace ranvier::sim {
namespace {

constexpr std::int64_t kUnlimitedEvents = std::int64_t{1} << 40;
constexpr std::int64_t kDeepFlits = 1024;
constexpr std::int64_t kMostFlits = std::int64_t{1} << 23;  // of all FIFOs: 64 MiB

std::int64_t most_virtual_channels(const MeshSpec& mesh) {
  return std::max<std::int64_t>(mesh.virtual_channels,
                                std::min<std::int64_t>(kMaxVirtualChannels, kMaxInputs / mesh.ports()));
}

std::int64_t deep(const MeshSpec& mesh, std::int64_t virtual_channels) {
  const std::int64_t fifos = std::int64_t{mesh.routers()} * (mesh.ports() + mesh.cores_per_router) * virtual_channels;
  return std::max<std::int64_t>(mesh.buffer_flits, std::min(kDeepFlits, kMostFlits / fifos));
}

/// Takes out of board and network all that is above `top`.
void strip(Mechanism top, chips::Board& board, NetworkOptions& network) {
  chips::Chip& chip = board.chip;
  const MeshSpec mesh = mesh_of(board);
  chip.core.receive_fifo_events.value = kUnlimitedEvents;
  if (top < Mechanism::kRelays) chip.core.relay_cycles.value = 0;
  if (top < Mechanism::kHostLink) chip.host_link.latency_cycles.value = chip.host_link.cycles_per_flit.value = 0;
  if (top < Mechanism::kLinks) {
    const IdealNetworkOptions in{top >= Mechanism::kHeadLatency, top >= Mechanism::kInjection,
                                 top >= Mechanism::kEjection};
    network.substitute = [in](const chips::Board& b) { return make_ideal_network(b, in); };
    return;
  }
  std::int64_t virtual_channels = mesh.virtual_channels;
  if (top < Mechanism::kVirtualChannels) virtual_channels = most_virtual_channels(mesh);
  if (top < Mechanism::kBuffers) chip.noc.buffer_flits.value = deep(mesh, virtual_channels);
  chip.noc.virtual_channels.value = virtual_channels;
}

}  // namespace

std::string_view name_of(Mechanism mechanism) {
  static constexpr std::array<std::string_view, kMechanisms> kNames{
      "core work", "host link",       "relay units",      "head latency",   "source queues",
      "ejection",  "link contention", "virtual channels", "router buffers", "receive FIFO back-pressure"};
  return kNames[static_cast<std::size_t>(mechanism)];
}

std::vector<Rung> climb(const mapper::MappingProblem& problem, const mapper::Mapping& mapping,
                        std::span<const std::vector<std::int32_t>> images, const SimOptions& options) {
  std::vector<Rung> rungs;
  for (std::size_t m = 0; m + 1 < kMechanisms; ++m) {
    if (options.interrupted != nullptr && options.interrupted->load()) break;
    const auto top = static_cast<Mechanism>(m);
    mapper::MappingProblem stripped = problem;
    SimOptions how = options;
    how.fidelity = Fidelity::kCycle;
    how.allow_loss = true;
    how.record_activities = false;
    strip(top, stripped.board, how.network);
    const RunResult result = simulate(stripped, mapping, images, how);
    Rung rung{top, {}, result.lost.total};
    for (const StepResult& step : result.steps) rung.work.push_back(step.work);
    rungs.push_back(std::move(rung));
  }
  return rungs;
}

}  // namespace ranvier::sim
