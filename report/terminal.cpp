// SPDX-License-Identifier: Apache-2.0
// The run as text: health, headline, layers, remap.
#include "report/terminal.h"
#include "report/remap_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/energy_text.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/health.h"
#include "report/names.h"
#include "report/rollup.h"
#include "report/stage_engines.h"
#include "report/text_table.h"
#include "report/timing.h"

namespace ranvier::report {
namespace {

constexpr std::size_t kSubjectWidth = 16;

std::string mark(Severity severity, bool colour) {
  const auto coloured = [&](const char* code, const char* word) {
    return colour ? fmt::format("\033[{}m{}\033[0m", code, word) : std::string(word);
  };
  switch (severity) {
    case Severity::kGood:
      return coloured("32", "ok  ");
    case Severity::kNote:
      return coloured("36", "note");
    case Severity::kWarning:
      return coloured("33", "look");
    case Severity::kBad:
      return coloured("1;31", "BAD ");
  }
  return {};
}

std::string health_text(const RunRecord& record, bool colour) {
  const Health h = health(record);
  std::string out = mark(h.worst, colour) + "  " + h.verdict + "\n";
  for (const HealthLine& line : h.lines) {
    out += fmt::format("  {}  {:<{}} {}\n", mark(line.severity, colour), line.subject, kSubjectWidth,
                       wrapped(line.finding, kSubjectWidth + 9));
  }
  return out;
}

std::string accuracy_text(const char* name, const Accuracy& a) {
  if (a.images == 0) return {};
  return fmt::format("{} {} ({} of {})   ", name,
                     percent_text(share(static_cast<double>(a.correct), static_cast<double>(a.images)), 2), a.correct,
                     a.images);
}

std::string headline_text(const RunRecord& record) {
  const Headline h = headline(record);
  const sim::RunResult& result = record.result;
  const auto line = [](const char* name, const std::string& value) {
    return fmt::format("  {:<22} {}\n", name, value);
  };
  std::string out = "Headline, per inference unless said otherwise\n";
  out += line("energy",
              fmt::format("{}   ({} mean power)", energy_text(h.energy_per_image), engineering(h.mean_power_w, "W")));
  out += line("latency", fmt::format("{}   ({:.1f} steps of {} on average)", duration_text(h.latency),
                                     h.steps_per_image, engineering(h.step_time_ns_mean * 1e-9, "s")));
  out += line("throughput", fmt::format("{:.1f} inferences a second", h.throughput_per_s));
  out += line("synaptic operations", fmt::format("{}   ({:.2f} pJ each, all energy counted)",
                                                 count_text(std::llround(h.synops_per_image)), h.pj_per_synop));
  out += line("events", count_text(std::llround(h.events_per_image)));
  out +=
      line("whole run", fmt::format("{} images, {}, {}, {} packets, {} packet hops", h.images, energy_text(h.energy),
                                    duration_text(h.total_time), count_text(result.packets), count_text(result.hops)));
  out += line("board", fmt::format("{} of {} cores on {} of {} chips", count_text(h.cores), count_text(h.board_cores),
                                   h.chips, h.board_chips));
  const std::string accuracy = accuracy_text("chip", record.chip) + accuracy_text("integer", record.integer) +
                               accuracy_text("float", record.floating);
  if (!accuracy.empty()) out += line("accuracy", accuracy.substr(0, accuracy.find_last_not_of(' ') + 1));
  return out;
}

constexpr std::size_t kImagesShown = 20;

std::string images_text(const RunRecord& record, bool colour) {
  const auto& images = record.result.images;
  if (images.empty()) return {};
  const auto class_name = [&](std::int32_t c) {
    if (c < 0) return std::string("unknown");
    const auto i = static_cast<std::size_t>(c);
    return i < record.class_names.size() ? fmt::format("{} {}", c, record.class_names[i]) : fmt::format("{}", c);
  };
  TextTable table({"image", "label", "predicted", "logits and all codes", "steps", "latency"}, {0, 1, 2, 3});
  for (std::size_t i = 0; i < std::min(images.size(), kImagesShown); ++i) {
    const bool known = i < record.images.size();
    table.row({fmt::format("{}", known ? record.images[i].index : static_cast<std::int64_t>(i)),
               class_name(known ? record.images[i].label : -1), class_name(images[i].predicted),
               images[i].exact ? "equal to the integer reference" : "DIFFER from the integer reference",
               fmt::format("{}", images[i].steps), duration_text(images[i].latency)});
  }
  const std::string rest =
      images.size() <= kImagesShown ? "" : fmt::format("{} more are in the report\n", images.size() - kImagesShown);
  return "Images simulated on the chip\n" + table.text(colour) + rest;
}

std::string largest_group(const CostRow& row) {
  if (row.total == Energy()) return {};
  const auto groups = by_group(row.energy);
  const auto largest = std::max_element(groups.begin(), groups.end());
  return fmt::format("{} {}", group_name(static_cast<Group>(largest - groups.begin())),
                     percent_text(share(*largest, row.total), 0));
}

struct Columns {
  std::int64_t images = 1;
  Energy total;
  Scale energy, time;
};

double joules(Energy energy, std::int64_t images) { return share(joules(energy), static_cast<double>(images)); }

Columns columns_of(const RunRecord& record, const Rollup& rollup) {
  Columns columns;
  columns.images = static_cast<std::int64_t>(record.result.images.size());
  columns.total = rollup.chip.total;
  double most_energy = 0;
  double longest = 0;
  for (const Block& block : rollup.blocks) {
    for (const CostRow& layer : block.layers) {
      most_energy = std::max(most_energy, joules(layer.total, columns.images));
      longest = std::max(longest, seconds(layer.latency.value_or(Duration())));
    }
  }
  columns.energy = scale_for(most_energy, "J");
  columns.time = scale_for(longest, "s");
  return columns;
}

void add_row(TextTable& table, const CostRow& row, const std::string& indent, const Columns& columns) {
  table.row({indent + row.name, row.kind, row.kind == "board" ? "" : count_text(row.cores), count_text(row.events),
             count_text(row.synops), row.latency ? columns.time.text(seconds(*row.latency)) : "",
             columns.energy.text(joules(row.total, columns.images)), percent_text(share(row.total, columns.total)),
             largest_group(row)});
}

std::string layer_text(const RunRecord& record, bool colour) {
  const Rollup rollup = roll_up(record);
  const Columns columns = columns_of(record, rollup);
  TextTable table({"layer", "kind", "cores", "events", "synops", "latency " + columns.time.unit,
                   "energy " + columns.energy.unit, "share", "most of it"},
                  {0, 1, 8});
  for (const Block& block : rollup.blocks) {
    const bool alone = block.layers.size() == 1;
    for (const CostRow& layer : block.layers) add_row(table, layer, alone ? "" : "  ", columns);
    if (alone) continue;
    add_row(table, block.sum, "", columns);
    table.emphasise();
  }
  table.rule();
  add_row(table, rollup.network, "", columns);
  table.emphasise();
  if (rollup.board.total != Energy()) add_row(table, rollup.board, "", columns);
  add_row(table, rollup.chip, "", columns);
  table.emphasise();
  return fmt::format(
      "Layers: events and synops of {} images; latency and energy per inference. A latency is the time of the\n"
      "steps in which the layer fires; layers that fire in the same step share it.\n{}",
      columns.images, table.text(colour));
}

std::string remap_text(const std::vector<RemapIteration>& iterations, bool colour) {
  if (iterations.empty()) return {};
  TextTable table({"remap", "step time", "energy", "fullest link", "packet hops", "moved tiles", ""}, {0, 6});
  const RemapIteration* last = &iterations.front();
  for (const RemapIteration& r : iterations) {
    table.row({r.iteration == 0 ? "start" : fmt::format("{}", r.iteration),
               engineering(r.step_time_ns_mean * 1e-9, "s"), energy_text(r.energy_nj * 1e-9),
               fmt::format("{:.3f} flits/cycle", r.max_link_load), count_text(r.hops), count_text(r.moved_tiles),
               r.iteration == 0 ? ""
               : r.accepted     ? "accepted"
                                : "rejected"});
    if (r.accepted) last = &r;
  }
  const RemapIteration& first = iterations.front();
  const auto change = [](double before, double after) {
    return fmt::format("{:+.1f} %", before == 0 ? 0.0 : (after - before) / before * 100);
  };
  return fmt::format("Remap (whole run): step time {}, energy {}, fullest link {}, packet hops {}\n{}",
                     change(first.step_time_ns_mean, last->step_time_ns_mean), change(first.energy_nj, last->energy_nj),
                     change(first.max_link_load, last->max_link_load),
                     change(static_cast<double>(first.hops), static_cast<double>(last->hops)), table.text(colour));
}

}  // namespace

std::string terminal_report(const RunRecord& record, const TerminalOptions& options) {
  std::string out =
      fmt::format("{} on {}, {} fidelity, {}, seed {}\n", record.workload, record.target,
                  fidelity_name(record.result.fidelity), schedule_name(record.result.schedule), record.seed);
  out += health_text(record, options.colour) + "\n" + headline_text(record) + "\n" +
         images_text(record, options.colour) + "\n" + layer_text(record, options.colour) + "\n" +
         energy_table_text(record, options.colour);
  if (const std::string timing = timing_text(record, options.colour); !timing.empty()) out += "\n" + timing;
  if (const std::string engines = engines_text(record, options.colour); !engines.empty()) out += "\n" + engines;
  const std::string remap = remap_text(record.remap, options.colour);
  if (!remap.empty()) out += "\n" + remap;
  if (record.remap_verdict) out += fmt::format("{}\n", verdict_line(*record.remap_verdict));
  return out;
}

}  // namespace ranvier::report
