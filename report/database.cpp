// SPDX-License-Identifier: Apache-2.0
// A run as SQLite tables.
#include "report/database.h"

#include <fmt/format.h>

#include <tuple>

#include "report/arithmetic.h"
#include "report/database_schema.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/health.h"
#include "report/manifest.h"
#include "report/names.h"
#include "report/origins.h"
#include "report/rollup.h"
#include "report/sqlite_writer.h"

namespace ranvier::report {
namespace {

using Insert = SqliteWriter::Insert;

std::int64_t or_none(auto id) { return id.valid() ? static_cast<std::int64_t>(id.value()) : -1; }

void write_run(SqliteWriter& db, const RunRecord& record) {
  const Headline h = headline(record);
  Insert run(db, "run", 3);
  run.row("format", std::to_string(kRunFolderFormat), "");
  run.row("workload", record.workload, "");
  run.row("target", record.target, "");
  run.row("fidelity", fidelity_name(record.result.fidelity), "");
  run.row("schedule", schedule_name(record.result.schedule), "");
  run.row("seed", std::to_string(record.seed), "");
  run.row("verdict", health(record).verdict, "");
  run.row("images", std::to_string(h.images), "images");
  run.row("exact_images", std::to_string(h.exact_images), "images");
  run.row("interrupted", record.result.interrupted ? "1" : "0", "");
  run.row("lost_events", std::to_string(record.result.lost.total), "events");
  run.row("energy", attojoule_text(h.energy), "aJ");
  run.row("total_time", std::to_string(h.total_time.count()), "fs");
  run.row("latency_mean", std::to_string(h.latency.count()), "fs");
  run.row("events", std::to_string(record.result.events), "events");
  run.row("synops", std::to_string(record.result.synops), "synaptic operations");
  run.row("packets", std::to_string(record.result.packets), "packets");
  run.row("hops", std::to_string(record.result.hops), "packet hops");
  run.row("flit_hops", std::to_string(record.result.flit_hops), "flit hops");
  run.row("max_link_load", fmt::format("{}", record.result.max_link_load), "flits per cycle");
  run.row("energy_assumed_share", fmt::format("{}", energy_origins(record).assumed_share), "");
}

void write_layer_energy(Insert& insert, std::int64_t stage, const CostRow& row) {
  for (const sim::Component c : all_components()) {
    insert.row(stage, component_name(c), group_name(group_of(c)), row.energy[static_cast<std::size_t>(c)]);
  }
}

void write_layers(SqliteWriter& db, const RunRecord& record) {
  const Rollup rollup = roll_up(record);
  Insert layers(db, "layers", 15);
  Insert energy(db, "layer_energy", 4);
  Insert steps(db, "layer_steps", 3);
  std::size_t at = 0;
  for (const Block& block : rollup.blocks) {
    for (const CostRow& row : block.layers) {
      const sim::LayerResult& layer = record.result.layers[at++];
      layers.row(row.stage, row.name, block.sum.name, row.kind, layer.tiles, row.cores, row.events, row.synops,
                 layer.adds, layer.multiply_adds, layer.packets, row.flit_hops, row.busy_cycles, layer.latency.count(),
                 row.total);
      write_layer_energy(energy, row.stage, row);
      for (std::size_t s = 0; s < layer.events_by_step.size(); ++s) {
        const std::int64_t first = static_cast<std::int64_t>(s) * record.result.steps_a_bin;
        if (layer.events_by_step[s] != 0) steps.row(row.stage, first, layer.events_by_step[s]);
      }
    }
  }
  const std::int64_t none = 0;
  layers.row(-1, rollup.board.name, "", rollup.board.kind, none, none, none, none, none, none, none, none, none,
             std::optional<std::int64_t>(), rollup.board.total);
  write_layer_energy(energy, -1, rollup.board);
}

void write_cores_and_links(SqliteWriter& db, const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  Insert cores(db, "cores", 12);
  for (const sim::CoreResult& c : record.result.cores) {
    cores.row(c.core.value(), board.x(c.core), board.y(c.core), board.chip_of(c.core).value(), c.tiles, c.stages,
              c.busy.count(), c.synapse_bytes.count(), c.state_bytes.count(), c.peak_receive_fifo, c.peak_relay_buffer,
              c.energy);
  }
  Insert links(db, "links", 11);
  for (const sim::LinkResult& l : record.result.links) {
    links.row(l.from.value(), l.to.value(), board.x(l.from), board.y(l.from), board.x(l.to), board.y(l.to), l.chip_edge,
              l.flits, l.peak_flits_in_step, direction_name(l.direction), l.energy);
  }
}

void write_steps_and_images(SqliteWriter& db, const RunRecord& record) {
  Insert steps(db, "steps", 11);
  for (const sim::StepResult& s : record.result.steps) {
    steps.row(s.image, s.step, s.start.count(), s.duration.count(), s.compute.count(), s.network.count(), s.packets,
              s.overrun_phases, s.overrun_cycles, or_none(s.slowest_core), s.joined_steps);
  }
  Insert images(db, "images", 8);
  for (std::size_t i = 0; i < record.result.images.size(); ++i) {
    const sim::ImageResult& image = record.result.images[i];
    std::optional<std::int64_t> index;
    std::optional<std::int64_t> label;
    if (i < record.images.size()) {
      index = record.images[i].index;
      if (record.images[i].label >= 0) label = record.images[i].label;
    }
    images.row(static_cast<std::int64_t>(i), index, label, image.predicted, image.exact, image.steps,
               image.latency.count(), fmt::format("[{}]", fmt::join(image.logits, ",")));
  }
}

void write_ledger(SqliteWriter& db, const RunRecord& record) {
  Insert ledger(db, "ledger", 5);
  for (const sim::LedgerEntry& e : record.result.ledger) {
    ledger.row(or_none(e.stage), or_none(e.core), component_name(e.component), e.count, e.energy);
  }
  Insert lost(db, "lost_events", 4);
  for (const auto& place : record.result.lost.places) {
    lost.row(or_none(place.core), place.image, place.step, place.count);
  }
  Insert origins(db, "origins", 12);
  for (const OriginRow& row : energy_origins(record).rows) {
    origins.row(component_name(row.component), group_name(group_of(row.component)),
                part_name(sim::part_of(row.component)), row.file, row.origin.line, row.origin.key, row.value,
                tag_name(row.origin.tag), kind_name(row.origin.kind), row.origin.source, row.count, row.energy);
  }
}

void write_step_energy(SqliteWriter& db, const RunRecord& record) {
  Insert energy(db, "step_energy", 3 + static_cast<int>(sim::kEnergyParts));
  const auto row = [&](std::int32_t image, std::int32_t step, const sim::PartEnergies& e) {
    Energy sum;
    for (const Energy part : e) sum += part;
    std::apply([&](const auto&... part) { energy.row(image, step, sum, part...); }, e);
  };
  for (const sim::StepEnergy& step : record.result.step_energy) row(step.image, step.step, step.energy);
  if (record.result.step_energy_rest != sim::PartEnergies{}) row(-1, -1, record.result.step_energy_rest);
}

void write_arithmetic(SqliteWriter& db, const RunRecord& record) {
  Insert rows(db, "arithmetic_only", 5);
  for (const ArithmeticRow& row : arithmetic_only(record).rows)
    rows.row(row.stage.value(), row.adds, row.multiply_adds, row.snn_per_image_nj, row.ann_per_image_nj);
}

void write_remap(SqliteWriter& db, const RunRecord& record) {
  Insert remap(db, "remap", 7);
  for (const RemapIteration& r : record.remap) {
    remap.row(r.iteration, r.step_time_ns_mean, r.energy_nj, r.max_link_load, r.hops, r.moved_tiles, r.accepted);
  }
}

}  // namespace

void write_database(const std::filesystem::path& path, const RunRecord& record) {
  SqliteWriter db(path);
  db.execute(kDatabaseSchema);
  write_run(db, record);
  write_layers(db, record);
  write_cores_and_links(db, record);
  write_steps_and_images(db, record);
  write_ledger(db, record);
  write_step_energy(db, record);
  write_arithmetic(db, record);
  write_remap(db, record);
  db.commit();
}

}  // namespace ranvier::report
