// SPDX-License-Identifier: Apache-2.0
// The result object of `ranvier run --json`.
#include "report/run_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "mapper/engines.h"
#include "mapper/mechanisms.h"
#include "report/energy_json.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/health.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/rollup.h"
#include "report/timing.h"
#include "workloads/conv.h"

namespace ranvier::report {
namespace {

using Json = nlohmann::ordered_json;

Json accuracy(const Accuracy& a) {
  if (a.images == 0) return nullptr;
  return share(static_cast<double>(a.correct), static_cast<double>(a.images));
}

Json row(const CostRow& r) {
  Json j;
  j["layer"] = r.name;
  j["kind"] = r.kind;
  j["cores"] = r.cores;
  j["events"] = r.events;
  j["synops"] = r.synops;
  j["flit_hops"] = r.flit_hops;
  j["busy_cycles"] = r.busy_cycles;
  j["energy_nj"] = nanojoules(r.total);
  j["energy_aj"] = exact_json(r.total);
  j["latency_us"] = r.latency ? Json(microseconds(*r.latency)) : Json(nullptr);
  Json groups;
  const auto by = by_group(r.energy);
  for (std::size_t g = 0; g < kGroups; ++g) groups[std::string(group_name(static_cast<Group>(g)))] = exact_json(by[g]);
  j["energy_by_group_aj"] = std::move(groups);
  return j;
}

Json layers(const Rollup& rollup) {
  Json list = Json::array();
  for (const Block& block : rollup.blocks) {
    for (const CostRow& layer : block.layers) list.push_back(row(layer));
  }
  if (rollup.board.total != Energy()) list.push_back(row(rollup.board));
  return list;
}

/// Temporal programs: spikes of each layer but those that would arrive after the last step.
Json events_delivered(const RunRecord& record) {
  Json list;
  for (const sim::LayerResult& layer : record.result.layers) list[layer.name] = layer.events - layer.late_events;
  return list;
}

/// Closed programs: what other simulators of spiking networks print.
void add_spiking(Json& j, const RunRecord& record) {
  const sim::RunResult& result = record.result;
  Energy fixed;
  for (const sim::LedgerEntry& e : result.ledger)
    if (e.component == sim::Component::kStatic) fixed += e.energy;
  std::int64_t synapses = 0;
  for (const workloads::Stage& stage : record.problem->program->stages)
    if (stage.kind == workloads::StageKind::kLif) synapses += workloads::synapse_count(stage);
  j["timing"] = result.fidelity == sim::Fidelity::kSimple ? "simple" : "network";
  j["spikes"] = result.events;
  j["synaptic_events"] = result.synops;
  j["messages"] = result.packets;
  j["sim_time_s"] = seconds(result.total_time);
  j["energy_j"] = joules(result.total_energy);
  j["energy_dynamic_j"] = joules(result.total_energy - fixed);
  j["synaptic_events_per_s"] = share(static_cast<double>(result.synops), record.simulate_s);
  j["synaptic_events_per_cpu_s"] = record.simulate_cpu_s > 0
                                       ? Json(share(static_cast<double>(result.synops), record.simulate_cpu_s))
                                       : Json(nullptr);
  j["simulate_s"] = record.simulate_s;
  j["synapses"] = synapses;
  j["bytes_per_synapse"] = record.engine_bytes > 0
                               ? Json(share(static_cast<double>(record.engine_bytes), static_cast<double>(synapses)))
                               : Json(nullptr);
}

Json remap(const std::vector<RemapIteration>& iterations) {
  Json list = Json::array();
  for (const RemapIteration& r : iterations) {
    list.push_back({{"iteration", r.iteration},
                    {"step_time_ns_mean", r.step_time_ns_mean},
                    {"energy_nj", r.energy_nj},
                    {"max_link_load", r.max_link_load},
                    {"hops", r.hops},
                    {"moved_tiles", r.moved_tiles},
                    {"accepted", r.accepted}});
  }
  return list;
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json remap_verdict(const std::optional<sim::RemapVerdict>& verdict) {
  if (!verdict) return nullptr;
  const sim::RemapVerdict& v = *verdict;
  return {{"kept", v.kept},
          {"judged_images", v.judged_images},
          {"time_gain_share", v.time_gain},
          {"time_gain_standard_error", v.time_gain_error},
          {"energy_gain_share", v.energy_gain},
          {"moved_tiles", v.migration.moved_tiles},
          {"migrated_bytes", v.migration.bytes.count()},
          {"table_entries", v.migration.table_entries},
          {"migration_energy_nj", nanojoules(v.migration.energy)},
          {"migration_time_us", microseconds(v.migration.time)},
          {"break_even_images_energy", finite(v.break_even_images_energy)},
          {"break_even_images_time", finite(v.break_even_images_time)}};
}

Json images(const RunRecord& record) {
  Json list = Json::array();
  for (std::size_t i = 0; i < record.result.images.size(); ++i) {
    const sim::ImageResult& image = record.result.images[i];
    Json j;
    j["image"] = i < record.images.size() ? Json(record.images[i].index) : Json(i);
    j["label"] = i < record.images.size() && record.images[i].label >= 0 ? Json(record.images[i].label) : Json(nullptr);
    j["predicted"] = image.predicted;
    j["exact"] = image.exact;
    j["steps"] = image.steps;
    j["latency_us"] = microseconds(image.latency);
    list.push_back(std::move(j));
  }
  return list;
}

Json engines(const RunRecord& record) {
  Json by_stage = Json::object();
  const auto engines = mapper::engines_of(*record.problem);
  for (std::size_t s = 1; s < engines.size(); ++s)
    by_stage[record.problem->program->stages[s].name] = mapper::name_of(engines[s]);
  return by_stage;
}

/// Estimates of the analytic cost model, an image.
Json alternatives(const std::vector<mapper::Alternative>& alternatives) {
  Json list = Json::array();
  for (const mapper::Alternative& a : alternatives) {
    Json j{{"name", a.name}, {"fits", a.fits}, {"reason", a.reason}};
    j["latency_us"] = a.fits ? Json(microseconds(a.latency)) : Json(nullptr);
    j["energy_nj"] = a.fits ? Json(nanojoules(a.energy)) : Json(nullptr);
    j["edp"] = a.fits ? Json(seconds(a.latency) * joules(a.energy)) : Json(nullptr);
    j["simulated_latency_us"] = a.measured ? Json(microseconds(a.measured->latency)) : Json(nullptr);
    j["simulated_energy_nj"] = a.measured ? Json(nanojoules(a.measured->energy)) : Json(nullptr);
    list.push_back(std::move(j));
  }
  return list;
}

}  // namespace

std::string run_json(const RunRecord& record, const std::string& run_dir, int indent) {
  const sim::RunResult& result = record.result;
  const Headline h = headline(record);
  Json j;
  j["run_dir"] = run_dir;
  if (!record.probes_folder.empty()) j["probes_dir"] = run_dir + "/probes";
  j["workload"] = record.workload;
  j["target"] = record.target;
  j["fidelity"] = fidelity_name(result.fidelity);
  j["schedule"] = schedule_name(result.schedule);
  j["seed"] = record.seed;
  j["images"] = h.images;
  j["exact"] = h.exact;
  j["interrupted"] = result.interrupted;
  j["exact_images"] = h.exact_images;
  j["accuracy_chip"] = accuracy(record.chip);
  j["accuracy_chip_images"] = record.chip.images;
  j["accuracy_integer"] = accuracy(record.integer);
  j["accuracy_integer_images"] = record.integer.images;
  j["accuracy_float"] = accuracy(record.floating);
  j["accuracy_float_images"] = record.floating.images;
  j["steps"] = h.steps_per_image;
  j["cores"] = h.cores;
  j["chips"] = h.chips;
  j["board_cores"] = h.board_cores;
  j["board_chips"] = h.board_chips;
  j["events"] = result.events;
  j["synops"] = result.synops;
  j["packets"] = result.packets;
  j["hops"] = result.hops;
  j["flit_hops"] = result.flit_hops;
  j["lost_events"] = result.lost.total;
  j["latency_us"] = microseconds(h.latency);
  j["total_time_us"] = microseconds(result.total_time);
  j["initiation_interval_us"] = microseconds(h.initiation_interval);
  j["throughput_per_s"] = h.throughput_per_s;
  j["pipeline"] = pipeline_json(record);
  j["ticks"] = ticks_json(record);
  j["energy_nj"] = nanojoules(h.energy);
  j["energy_aj"] = exact_json(h.energy);
  j["energy_per_inference_nj"] = nanojoules(h.energy_per_image);
  j["energy_per_synop_pj"] = h.pj_per_synop;
  j["energy_arithmetic_only_per_inference_nj"] = h.arithmetic_only_nj_per_image;
  j["energy_assumed_share"] = energy_origins(record).assumed_share;
  j["extensions"] = mapper::extensions_of(*record.problem);
  j["weights_note"] = record.problem->program->weights_note;
  j["mean_power_w"] = h.mean_power_w;
  j["max_link_load"] = result.max_link_load;
  j["step_time_ns_mean"] = h.step_time_ns_mean;
  j["verilated_tiles"] = result.verilated_tiles;
  j["lockstep_events_compared"] = result.lockstep_events_compared;
  j["verilated_routers"] = result.verilated_routers;
  j["router_flits_compared"] = result.router_flits_compared;
  j["router_cycles"] = result.router_cycles;
  j["verdict"] = health(record).verdict;
  j["legal"] = record.findings.empty();
  j["findings"] = record.findings;
  if (record.problem->program->closed) add_spiking(j, record);
  j["engines"] = engines(record);
  j["alternatives"] = alternatives(record.alternatives);
  j["remap"] = remap(record.remap);
  j["remap_verdict"] = remap_verdict(record.remap_verdict);
  j["layers"] = layers(roll_up(record));
  if (record.problem->program->temporal()) j["events_delivered"] = events_delivered(record);
  add_energy(j, record);
  j["predictions"] = images(record);
  j["left_out"] = result.left_out;
  j["wall_s"] = record.wall_s;
  j["peak_rss_mib"] = record.peak_rss_mib;
  return j.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ranvier::report
