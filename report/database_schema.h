// SPDX-License-Identifier: Apache-2.0
// Tables of results.sqlite. Stage -1 and core -1 stand for "owed to no stage" and "not on a core (board, host)".
#pragma once

namespace ranvier::report {

inline constexpr const char* kDatabaseSchema = R"sql(
CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT NOT NULL, unit TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layers(
  stage INTEGER PRIMARY KEY, name TEXT NOT NULL, block TEXT NOT NULL, kind TEXT NOT NULL, tiles INTEGER NOT NULL,
  cores INTEGER NOT NULL, events INTEGER NOT NULL, synops INTEGER NOT NULL, adds INTEGER NOT NULL,
  multiply_adds INTEGER NOT NULL, packets INTEGER NOT NULL, flit_hops INTEGER NOT NULL, busy_cycles INTEGER NOT NULL,
  latency_fs INTEGER, energy_aj INTEGER NOT NULL);
CREATE TABLE layer_energy(
  stage INTEGER NOT NULL REFERENCES layers(stage), component TEXT NOT NULL, component_group TEXT NOT NULL,
  energy_aj INTEGER NOT NULL, PRIMARY KEY(stage, component)) WITHOUT ROWID;
CREATE TABLE layer_steps(
  stage INTEGER NOT NULL REFERENCES layers(stage), step INTEGER NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY(stage, step)) WITHOUT ROWID;
CREATE TABLE cores(
  core INTEGER PRIMARY KEY, x INTEGER NOT NULL, y INTEGER NOT NULL, chip INTEGER NOT NULL, tiles INTEGER NOT NULL,
  stages TEXT NOT NULL, busy_cycles INTEGER NOT NULL, synapse_bytes INTEGER NOT NULL, state_bytes INTEGER NOT NULL,
  peak_receive_fifo_events INTEGER NOT NULL, peak_relay_buffer_events INTEGER NOT NULL, energy_aj INTEGER NOT NULL);
CREATE TABLE links(
  from_core INTEGER NOT NULL, to_core INTEGER NOT NULL, from_x INTEGER NOT NULL, from_y INTEGER NOT NULL,
  to_x INTEGER NOT NULL, to_y INTEGER NOT NULL, chip_edge INTEGER NOT NULL, flits INTEGER NOT NULL,
  peak_flits_in_step INTEGER NOT NULL, direction TEXT NOT NULL, energy_aj INTEGER NOT NULL, PRIMARY KEY(from_core, to_core)) WITHOUT ROWID;
CREATE TABLE steps(
  image INTEGER NOT NULL, step INTEGER NOT NULL, start_fs INTEGER NOT NULL, duration_fs INTEGER NOT NULL,
  compute_cycles INTEGER NOT NULL, network_cycles INTEGER NOT NULL, packets INTEGER NOT NULL,
  overrun_phases INTEGER NOT NULL, overrun_cycles INTEGER NOT NULL, slowest_core INTEGER NOT NULL,
  joined_steps INTEGER NOT NULL,
  PRIMARY KEY(image, step)) WITHOUT ROWID;
CREATE TABLE images(
  image INTEGER PRIMARY KEY, file_index INTEGER, label INTEGER, predicted INTEGER NOT NULL, exact INTEGER NOT NULL,
  steps INTEGER NOT NULL, latency_fs INTEGER NOT NULL, logits_json TEXT NOT NULL);
CREATE TABLE ledger(
  stage INTEGER NOT NULL REFERENCES layers(stage), core INTEGER NOT NULL, component TEXT NOT NULL,
  count INTEGER NOT NULL, energy_aj INTEGER NOT NULL);
CREATE TABLE step_energy(
  image INTEGER NOT NULL, step INTEGER NOT NULL, energy_aj INTEGER NOT NULL, compute_aj INTEGER NOT NULL,
  synapse_memory_aj INTEGER NOT NULL, soma_and_maps_aj INTEGER NOT NULL, state_memory_aj INTEGER NOT NULL,
  network_ports_aj INTEGER NOT NULL, network_routers_aj INTEGER NOT NULL, network_east_aj INTEGER NOT NULL,
  network_west_aj INTEGER NOT NULL, network_north_aj INTEGER NOT NULL, network_south_aj INTEGER NOT NULL,
  inter_chip_link_aj INTEGER NOT NULL, host_link_aj INTEGER NOT NULL, static_aj INTEGER NOT NULL,
  synchronisation_aj INTEGER NOT NULL, device_aj INTEGER NOT NULL, PRIMARY KEY(image, step)) WITHOUT ROWID;
CREATE TABLE arithmetic_only(
  stage INTEGER PRIMARY KEY REFERENCES layers(stage), adds INTEGER NOT NULL, multiply_adds INTEGER NOT NULL,
  snn_per_inference_nj REAL NOT NULL, ann_per_inference_nj REAL);
CREATE TABLE lost_events(core INTEGER NOT NULL, image INTEGER NOT NULL, step INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE remap(
  iteration INTEGER PRIMARY KEY, step_time_ns_mean REAL NOT NULL, energy_nj REAL NOT NULL, max_link_load REAL NOT NULL,
  hops INTEGER NOT NULL, moved_tiles INTEGER NOT NULL, accepted INTEGER NOT NULL);
CREATE TABLE origins(
  component TEXT PRIMARY KEY, component_group TEXT NOT NULL, part TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,
  file_key TEXT NOT NULL, value TEXT NOT NULL, tag TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
  count INTEGER NOT NULL, energy_aj INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIEW ledger_lines AS
  SELECT l.stage, l.core, l.component, o.component_group, o.part, l.count, l.energy_aj, o.file, o.line,
    o.file_key AS entry, o.value, o.tag, o.kind, o.source FROM ledger l JOIN origins o USING(component);
)sql";

}  // namespace ranvier::report
