// SPDX-License-Identifier: Apache-2.0
#include "sim/network_module.h"

#include "sim/probe.h"

namespace ranvier::sim {

NetworkModule::NetworkModule(const sc_core::sc_module_name& name, ChipRun& run, const ChipClock& clock,
                             const SimOptions& options, DeliveryPort& out)
    : sc_module(name), run_(run), clock_(clock), out_(out) {
  const chips::Board& board = run.problem().board;
  network_ =
      options.network.substitute ? options.network.substitute(board) : make_cycle_network(board, options.network);
  network_->log_entries(&entries_);
  if (NetworkProbe* probe = run.network_probe()) network_->attach(probe);
  if (options.routers != nullptr) network_->watch(options.routers);
  trees_.resize(run.flows().size());
  for (std::size_t f = 0; f < trees_.size(); ++f) {
    const FlowPath& path = run.flows()[f];
    if (!path.forked || path.legs.empty()) continue;
    std::vector<CoreId> destinations;
    for (const Leg& leg : path.legs) destinations.push_back(leg.to);
    trees_[f] = network_->add_tree(path.legs.front().from, destinations, path.tree);
  }
  for (Probe* probe : options.probes) {
    if (probe->watches_cycles()) watchers_.push_back(probe);
  }
  SC_HAS_PROCESS(NetworkModule);
  SC_METHOD(wake);
  sensitive << due_;
  dont_initialize();
}

void NetworkModule::send(const Transfer& transfer, std::int64_t at) {
  std::uint32_t id;
  if (free_.empty()) {
    id = static_cast<std::uint32_t>(transfers_.size());
    transfers_.push_back(transfer);
    to_come_.push_back(0);
  } else {
    id = free_.back();
    free_.pop_back();
    transfers_[id] = transfer;
  }
  const FlowPath& path = run_.flows()[transfer.flow];
  const Leg& leg = path.legs[transfer.leg];
  const Packet packet{id, leg.from, leg.to, path.flits, leg.relayed};
  to_come_[id] = path.forked ? static_cast<std::uint32_t>(path.legs.size()) : 1;
  if (path.forked) {
    network_->inject_tree(packet, trees_[transfer.flow], at);
  } else {
    network_->inject(packet, at);
  }
  if (!advancing_) arm();
}

void NetworkModule::set_ejection(CoreId core, bool open) {
  if (!advancing_) advance_to(clock_.now());
  network_->set_ejection(core, open);
  if (advancing_) return;
  arm();
  if (idle()) out_.fell_idle();
}

void NetworkModule::wake() {
  advance_to(clock_.now());
  arm();
  if (idle()) out_.fell_idle();
}

void NetworkModule::advance_to(std::int64_t cycle) {
  advancing_ = true;
  if (!watchers_.empty()) show_cycles(cycle);
  network_->advance(cycle, deliveries_);
  for (const Entry& entry : entries_) out_.entered(transfers_[entry.id]);
  entries_.clear();
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    const Delivery delivery = deliveries_[i];
    Transfer transfer = transfers_[delivery.id];
    if (--to_come_[delivery.id] == 0) free_.push_back(delivery.id);
    if (run_.flows()[transfer.flow].forked) transfer.leg = run_.flows()[transfer.flow].leg_to(delivery.destination);
    last_delivery_ = delivery.at;
    out_.deliver(transfer, delivery.at);
  }
  deliveries_.clear();
  advancing_ = false;
}

void NetworkModule::save(StateWriter& w) const {
  w(last_delivery_, transfers_.size(), free_);
  network_->save(w);
}

void NetworkModule::restore(StateReader& r) {
  std::size_t ids = 0;
  r(last_delivery_, ids, free_);
  // All ids are free, each once.
  if (ids != free_.size()) throw StateMismatch("a packet under way between steps");
  std::vector<bool> seen(ids);
  for (const std::uint32_t id : free_) {
    if (id >= ids || seen[id]) throw StateMismatch("a packet under way between steps");
    seen[id] = true;
  }
  transfers_.resize(ids);
  to_come_.assign(ids, 0);
  network_->restore(r);
}

void NetworkModule::show_cycles(std::int64_t until) {
  for (std::int64_t next = network_->next_event(); next <= until; next = network_->next_event()) {
    network_->advance(next, deliveries_);
    for (Probe* probe : watchers_) probe->cycle(next, *network_);
  }
}

void NetworkModule::arm() {
  const std::int64_t next = network_->next_event();
  // A later notification does not displace an earlier one that is pending; a wake-up too early is harmless.
  if (next != Network::kNever) due_.notify(clock_.until(next));
}

}  // namespace ranvier::sim
