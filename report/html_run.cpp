// SPDX-License-Identifier: Apache-2.0
// Images, cores, what the model leaves out, and the manifest.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/format.h"
#include "report/html_sections.h"
#include "report/manifest.h"
#include "report/markup.h"
#include "report/palette.h"
#include "report/svg.h"

namespace ranvier::report {
namespace {

constexpr std::size_t kMostImages = 200;
constexpr std::size_t kMostCores = 60;

std::string class_text(const RunRecord& record, std::int32_t number) {
  if (number < 0) return "";
  const auto at = static_cast<std::size_t>(number);
  return at < record.class_names.size() ? fmt::format("{} {}", number, record.class_names[at]) : std::to_string(number);
}

double busy_share(const RunRecord& record, const sim::CoreResult& core) {
  const Duration period = chips::clock_period(record.problem->board.chip);
  return share(static_cast<double>(core.busy.count()) * static_cast<double>(period.count()),
               static_cast<double>(record.result.total_time.count()));
}

/// How many cores are how busy, twenty classes up to the busiest.
std::string utilisation_bars(const RunRecord& record) {
  constexpr std::size_t kClasses = 20;
  constexpr double kBar = 40;
  constexpr double kBase = 150;
  double busiest = 0;
  for (const sim::CoreResult& core : record.result.cores) busiest = std::max(busiest, busy_share(record, core));
  std::array<std::int64_t, kClasses> cores{};
  for (const sim::CoreResult& core : record.result.cores) {
    const auto at = static_cast<std::size_t>(share(busy_share(record, core), busiest) * kClasses);
    ++cores[std::min(at, kClasses - 1)];
  }
  const std::int64_t most = *std::max_element(cores.begin(), cores.end());
  Svg svg("utilisation", kBar * kClasses + 80, 190, "How busy the cores are",
          "Bars: number of cores by share of cycles in which they are busy.");
  for (std::size_t i = 0; i < kClasses; ++i) {
    const double x = 40 + kBar * static_cast<double>(i);
    const double height = 120 * share(static_cast<double>(cores[i]), static_cast<double>(most));
    const double from = busiest * static_cast<double>(i) / kClasses;
    const double to = busiest * static_cast<double>(i + 1) / kClasses;
    svg.rect(x + 1, kBase - height, kBar - 2, height, "#0072b2",
             fmt::format("{} cores busy {} to {} of the time", cores[i], percent_text(from, 2), percent_text(to, 2)));
    if (cores[i] > 0) svg.text(x + kBar / 2, kBase - height - 4, std::to_string(cores[i]), Anchor::kMiddle, "small");
    if (i % 4 == 0) svg.text(x, kBase + 14, percent_text(from, 2), Anchor::kMiddle, "small");
  }
  svg.text(40 + kBar * kClasses, kBase + 14, percent_text(busiest, 2), Anchor::kMiddle, "small");
  svg.line(40, kBase, 40 + kBar * kClasses, kBase, kInk);
  svg.text(40 + kBar * kClasses / 2, kBase + 32, "share of the run's cycles in which the core is busy",
           Anchor::kMiddle);
  return svg.str();
}

std::string part_of(std::int64_t used, std::int64_t limit) {
  return limit > 0 ? percent_text(share(static_cast<double>(used), static_cast<double>(limit)), 0) : "";
}

}  // namespace

std::string images_section(const RunRecord& record) {
  const std::size_t all = record.result.images.size();
  const std::size_t shown = std::min(kMostImages, all);
  HtmlTable table(fmt::format("{} of {} simulated images{}.", shown, all,
                              shown < all ? "; the rest are in results.sqlite, table images" : ""),
                  {{"image", false},
                   {"label", false},
                   {"predicted", false},
                   {"right", false},
                   {"equals the integer reference", false},
                   {"steps"},
                   {"latency, µs"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::ImageResult& image = record.result.images[i];
    const bool known = i < record.images.size();
    const std::int32_t label = known ? record.images[i].label : -1;
    table.row({std::to_string(known ? record.images[i].index : static_cast<std::int64_t>(i)), class_text(record, label),
               class_text(record, image.predicted),
               label < 0                  ? ""
               : label == image.predicted ? "yes"
                                          : "no",
               image.exact ? "yes, bit for bit" : "NO", std::to_string(image.steps),
               fmt::format("{:.3f}", microseconds(image.latency))},
              image.exact ? "" : "alert");
  }
  return section("images", "Images", table.text());
}

std::string cores_section(const RunRecord& record) {
  const chips::Board& board = record.problem->board;
  const chips::CoreKind& kind = board.chip.core;
  std::vector<const sim::CoreResult*> cores;
  for (const sim::CoreResult& core : record.result.cores) cores.push_back(&core);
  std::stable_sort(cores.begin(), cores.end(), [](const auto* a, const auto* b) { return a->busy > b->busy; });
  const std::size_t shown = std::min(kMostCores, cores.size());
  HtmlTable table(fmt::format("The {} busiest of {} cores with tiles; all are in results.sqlite, table cores.", shown,
                              cores.size()),
                  {{"core (x, y)", false},
                   {"stages", false},
                   {"tiles"},
                   {"busy, cycles"},
                   {"busy, share"},
                   {"synapse memory, B"},
                   {"of limit"},
                   {"state memory, B"},
                   {"of limit"},
                   {"receive FIFO peak, events"},
                   {"relay buffer peak, events"},
                   {"energy, run"}});
  for (std::size_t i = 0; i < shown; ++i) {
    const sim::CoreResult& c = *cores[i];
    table.row({fmt::format("{} ({}, {})", c.core.value(), board.x(c.core), board.y(c.core)), c.stages,
               count_text(c.tiles), count_text(c.busy.count()), percent_text(busy_share(record, c), 2),
               count_text(c.synapse_bytes.count()), part_of(c.synapse_bytes.count(), kind.synapse_memory.value.count()),
               count_text(c.state_bytes.count()), part_of(c.state_bytes.count(), kind.state_memory.value.count()),
               fmt::format("{} of {}", count_text(c.peak_receive_fifo), count_text(kind.receive_fifo_events.value)),
               fmt::format("{} of {}", count_text(c.peak_relay_buffer), count_text(kind.relay_buffer_events.value)),
               energy_text(c.energy)});
  }
  return section(
      "cores", "Cores",
      figure(utilisation_bars(record), "Cores with tiles only.") + folded("Table: busiest cores", table.text()));
}

std::string limits_section(const RunRecord& record) {
  std::string content = paragraph("Time and energy come from a model. It leaves out:") + "<ul>\n";
  for (const std::string& sentence : record.result.left_out) content += fmt::format("<li>{}</li>\n", escaped(sentence));
  for (const char* sentence :
       {"Energy is counted per event from the chip file's table: voltage, temperature and data-dependent switching are "
        "not modelled.",
        "Static power is that of the whole chip at all times: no power gating, no supply or clock start-up.",
        "The time and energy of loading weights onto the chip before the first image.",
        "Faults and manufacturing spread: every core, link and memory works as described."}) {
    content += fmt::format("<li>{}</li>\n", escaped(sentence));
  }
  return section("limits", "What this does not model", content + "</ul>\n");
}

std::string provenance_section(const RunRecord& record) {
  std::string command;
  for (const std::string& word : record.argv) command += (command.empty() ? "" : " ") + word;
  std::string content = fmt::format("<pre>{}</pre>\n", escaped(command));
  HtmlTable facts("What ran where.", {{"fact", false}, {"value", false}});
  facts.row({"Ranvier", fmt::format("{}, commit {}, {} build, {}", record.build.version, record.build.commit,
                                    record.build.build_type, record.build.compiler)});
  facts.row({"host", fmt::format("{}, {}, {} logical cores, {:.0f} MiB", record.host.system, record.host.processor,
                                 record.host.logical_cores, record.host.memory_mib)});
  facts.row({"seed, threads", fmt::format("{}, {}", record.seed, record.threads)});
  facts.row({"mapping preset", record.mapping_preset});
  facts.row({"wall time, peak memory", fmt::format("{:.2f} s, {:.0f} MiB", record.wall_s, record.peak_rss_mib)});
  for (const WallTime& stage : record.wall_times)
    facts.row({"wall time of " + stage.stage, fmt::format("{:.3f} s", stage.seconds)});
  content += facts.text();
  HtmlTable inputs("Input files.", {{"role", false}, {"path", false}, {"SHA-256", false}});
  for (const InputDigest& input : record.inputs) inputs.row({input.role, input.path, input.sha256});
  content += inputs.text();
  content += folded("manifest.json", fmt::format("<pre>{}</pre>\n", escaped(manifest_json(record))));
  return section("provenance", "Provenance", content);
}

}  // namespace ranvier::report
