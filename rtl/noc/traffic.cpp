// SPDX-License-Identifier: Apache-2.0
#include "rtl/noc/traffic.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <utility>

#include "base/random_stream.h"
#include "rtl/noc/errors.h"

namespace ranvier::rtl {
namespace {

constexpr std::int64_t kHangCycles = 10000;

/// Packets that wait for their cycle, by source and kind.
struct Waiting {
  std::int64_t at = 0;
  std::uint32_t id = 0;
};

class Bench {
 public:
  Bench(MeshPort& mesh, std::span<const ScriptPacket> script, std::span<const WayOut> ways_out)
      : mesh_(mesh),
        script_(script),
        ways_out_(ways_out),
        queues_(static_cast<std::size_t>(mesh.parameters().cores())) {
    run_.injected.assign(script.size(), 0);
  }

  NetworkRun run() {
    std::size_t next = 0;
    std::int64_t last_progress = 0;
    for (std::int64_t now = 0; run_.deliveries.size() < script_.size(); ++now) {
      for (; next < script_.size() && (script_[next].relay || script_[next].at <= now); ++next) {
        if (!script_[next].relay) inject(static_cast<std::uint32_t>(next), now);
      }
      for (std::size_t c = 0; c < queues_.size(); ++c) {
        offer(c, 0, now, mesh_.in[c].own);
        offer(c, 1, now, mesh_.in[c].relay);
      }
      for (; !ways_out_.empty() && ways_out_.front().at <= now; ways_out_ = ways_out_.subspan(1))
        mesh_.in[ways_out_.front().core.value()].eject_open = ways_out_.front().open;
      mesh_.cycle();
      for (std::size_t c = 0; c < queues_.size(); ++c) take(c, now);
      if (!run_.deliveries.empty() && run_.deliveries.back().at == now) last_progress = now;
      if (next < script_.size()) last_progress = std::max(last_progress, script_[next].at);
      if (now - last_progress > kHangCycles) throw MeshHangs(kHangCycles, script_.size() - run_.deliveries.size());
      run_.cycles = now + 1;
    }
    for (MeshPort::CoreInputs& core : mesh_.in) core = {};
    return std::move(run_);
  }

 private:
  void inject(std::uint32_t id, std::int64_t at) {
    const ScriptPacket& packet = script_[id];
    queues_[packet.source.value()][packet.relay ? 1 : 0].push_back({at, id});
    run_.injected[id] = at;
  }
  void offer(std::size_t core, std::size_t kind, std::int64_t now, MeshPort::Packet& pin) {
    const std::deque<Waiting>& queue = queues_[core][kind];
    pin.valid = !queue.empty() && queue.front().at <= now;
    if (!pin.valid) return;
    const ScriptPacket& packet = script_[queue.front().id];
    const auto columns = static_cast<std::size_t>(mesh_.parameters().columns);
    pin.x = static_cast<std::uint8_t>(packet.destination.value() % columns);
    pin.y = static_cast<std::uint8_t>(packet.destination.value() / columns);
    pin.flits = static_cast<std::uint8_t>(packet.flits);
    pin.data = queue.front().id;
  }
  void take(std::size_t c, std::int64_t now) {
    const MeshPort::CoreOutputs& out = mesh_.out[c];
    if (out.own_enters) run_.entries.push_back({queues_[c][0].front().id, now});
    if (out.relay_enters) run_.entries.push_back({queues_[c][1].front().id, now});
    if (out.own_ready) queues_[c][0].pop_front();
    if (out.relay_ready) queues_[c][1].pop_front();
    if (!out.eject_valid || !out.eject_tail) return;
    const auto id = static_cast<std::uint32_t>(out.eject_data);
    run_.deliveries.push_back({id, CoreId(c), now});
    if (const std::int32_t relay = script_[id].next; relay != ScriptPacket::kNone) {
      inject(static_cast<std::uint32_t>(relay), now + script_[static_cast<std::size_t>(relay)].at);
    }
  }

  MeshPort& mesh_;
  std::span<const ScriptPacket> script_;
  std::span<const WayOut> ways_out_;                        // that are still to come
  std::vector<std::array<std::deque<Waiting>, 2>> queues_;  // own, relays
  NetworkRun run_;
};

sim::Packet packet_of(const ScriptPacket& packet, std::size_t id) {
  return {static_cast<std::uint32_t>(id), packet.source, packet.destination, packet.flits, packet.relay};
}

}  // namespace

NetworkRun run_on_mesh(MeshPort& mesh, std::span<const ScriptPacket> script, std::span<const WayOut> ways_out) {
  return Bench(mesh, script, ways_out).run();
}

NetworkRun run_on_model(sim::Network& network, std::span<const ScriptPacket> script, std::span<const WayOut> ways_out) {
  NetworkRun run;
  run.injected.assign(script.size(), 0);
  network.log_entries(&run.entries);
  for (std::size_t id = 0; id < script.size(); ++id) {
    if (script[id].relay) continue;
    network.inject(packet_of(script[id], id), script[id].at);
    run.injected[id] = script[id].at;
  }
  for (std::size_t seen = 0; !network.idle();) {
    const std::int64_t next = network.next_event();
    if (!ways_out.empty() && ways_out.front().at - 1 <= next) {
      const std::int64_t at = ways_out.front().at;
      network.advance(at - 1, run.deliveries);
      for (; !ways_out.empty() && ways_out.front().at == at; ways_out = ways_out.subspan(1))
        network.set_ejection(ways_out.front().core, ways_out.front().open);
    } else {
      network.advance(next, run.deliveries);
    }
    for (; seen < run.deliveries.size(); ++seen) {
      const sim::Delivery& delivery = run.deliveries[seen];
      const std::int32_t relay = script[delivery.id].next;
      if (relay == ScriptPacket::kNone) continue;
      const auto id = static_cast<std::size_t>(relay);
      run.injected[id] = delivery.at + script[id].at;
      network.inject(packet_of(script[id], id), run.injected[id]);
    }
  }
  network.log_entries(nullptr);
  if (!run.deliveries.empty()) run.cycles = run.deliveries.back().at + 1;
  return run;
}

double mean_latency(const NetworkRun& run) {
  std::int64_t sum = 0;
  for (const sim::Delivery& delivery : run.deliveries) sum += delivery.at - run.injected[delivery.id];
  return run.deliveries.empty() ? 0.0 : static_cast<double>(sum) / static_cast<double>(run.deliveries.size());
}

Comparison compare(std::span<const ScriptPacket> script, const NetworkRun& first, const NetworkRun& second) {
  using Flows = std::map<std::pair<CoreId, CoreId>, std::vector<std::uint32_t>>;
  const auto flows_of = [&](const NetworkRun& run) {
    Flows flows;
    for (const sim::Delivery& d : run.deliveries) flows[{script[d.id].source, d.destination}].push_back(d.id);
    return flows;
  };
  const auto cycles_of = [&](const NetworkRun& run) {
    std::vector<std::pair<std::int64_t, std::int64_t>> cycles(script.size(), {-1, -1});
    for (const sim::Entry& e : run.entries) cycles[e.id].first = e.at;
    for (const sim::Delivery& d : run.deliveries) cycles[d.id].second = d.at;
    return cycles;
  };
  Comparison result{mean_latency(first), mean_latency(second)};
  const Flows flows = flows_of(first);
  Flows others = flows_of(second);
  result.flows = static_cast<std::int64_t>(flows.size());
  for (const auto& [ends, ids] : flows) result.flows_reordered += others[ends] != ids;
  const auto cycles = cycles_of(first), other_cycles = cycles_of(second);
  for (std::size_t i = 0; i < script.size(); ++i) result.other_cycles += cycles[i] != other_cycles[i];
  return result;
}

Script random_script(std::int32_t cores, const RandomTraffic& traffic, std::uint64_t seed) {
  RandomStream draw(seed, 0);
  const auto other = [&](std::size_t core) {
    const std::size_t step = 1 + draw.below(static_cast<std::uint32_t>(cores - 1));
    return CoreId((core + step) % static_cast<std::size_t>(cores));
  };
  Script script;
  for (std::int64_t now = 0; now < traffic.cycles; ++now) {
    for (std::size_t core = 0; core < static_cast<std::size_t>(cores); ++core) {
      if (draw.unit() >= traffic.rate) continue;
      const auto flits = 1 + static_cast<std::int32_t>(draw.below(static_cast<std::uint32_t>(traffic.most_flits)));
      script.push_back({CoreId(core), other(core), flits, now});
      const std::uint32_t copies = draw.below(static_cast<std::uint32_t>(traffic.most_copies) + 1);
      for (std::uint32_t copy = 0; copy < copies; ++copy) {
        const CoreId here = script.back().destination;
        script.back().next = static_cast<std::int32_t>(script.size());
        script.push_back({here, other(here.value()), flits, traffic.relay_cycles, ScriptPacket::kNone, true});
      }
    }
  }
  return script;
}

std::vector<WayOut> random_ways_out(std::int32_t cores, std::int64_t cycles, std::uint64_t seed) {
  RandomStream draw(seed, 1);
  std::vector<WayOut> ways;
  for (std::size_t core = 0; core < static_cast<std::size_t>(cores); ++core) {
    for (std::int64_t at = 1 + draw.below(100); at < cycles; at += 1 + draw.below(200)) {
      ways.push_back({at, CoreId(core), false});
      at += 1 + draw.below(60);
      ways.push_back({at, CoreId(core), true});
    }
  }
  std::stable_sort(ways.begin(), ways.end(), [](const WayOut& a, const WayOut& b) { return a.at < b.at; });
  return ways;
}

}  // namespace ranvier::rtl
