// SPDX-License-Identifier: Apache-2.0
// What a reader must know first: may the run be believed, and its few main numbers.
#include <fmt/format.h>

#include "report/arithmetic.h"
#include "report/format.h"
#include "report/headline.h"
#include "report/health.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/names.h"
#include "report/origins.h"

namespace ranvier::report {
namespace {

const char* css_class(Severity severity) {
  switch (severity) {
    case Severity::kGood:
      return "good";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kBad:
      return "bad";
  }
  return "";
}

const char* word(Severity severity) {
  switch (severity) {
    case Severity::kGood:
      return "ok";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "look";
    case Severity::kBad:
      return "BAD";
  }
  return "";
}

std::string card(const std::string& name, const std::string& value, const std::string& remark,
                 const char* css_class = "card") {
  return fmt::format("<div class=\"{}\"><dt>{}</dt><dd>{} <small>{}</small></dd></div>\n", css_class, escaped(name),
                     escaped(value), escaped(remark));
}

std::string accuracy_card(const std::string& name, const Accuracy& a, const std::string& what) {
  if (a.images == 0) return {};
  return card(name, percent_text(share(static_cast<double>(a.correct), static_cast<double>(a.images)), 2),
              fmt::format("{} of {} images, {}", count_text(a.correct), count_text(a.images), what));
}

}  // namespace

std::string health_section(const RunRecord& record) {
  const Health h = health(record);
  std::string content =
      fmt::format("<p class=\"verdict {}\">{}</p>\n<ul class=\"health\">\n", css_class(h.worst), escaped(h.verdict));
  for (const HealthLine& line : h.lines) {
    content +=
        fmt::format("<li><span class=\"mark {}\">{}</span><span class=\"subject\">{}</span><span>{}</span></li>\n",
                    css_class(line.severity), word(line.severity), escaped(line.subject), escaped(line.finding));
  }
  return section("health", "Health", content + "</ul>\n");
}

std::string headline_section(const RunRecord& record) {
  const Headline h = headline(record);
  const sim::RunResult& result = record.result;
  std::string content = "<dl class=\"cards\">\n";
  content += card("Energy per inference", energy_text(h.energy_per_image),
                  fmt::format("mean power {}; {} of it on assumed entries", engineering(h.mean_power_w, "W"),
                              percent_text(energy_origins(record).assumed_share)));
  content += card(
      "Latency per inference", duration_text(h.latency),
      fmt::format("{:.1f} steps of {} on average", h.steps_per_image, engineering(h.step_time_ns_mean * 1e-9, "s")));
  content += card("Throughput", fmt::format("{:.1f} /s", h.throughput_per_s),
                  result.pipeline.images > 0 ? "inferences per simulated second, in the steady state of the pipeline"
                                             : "inferences per simulated second, one after another");
  content += card("Synaptic operations", count_text(static_cast<std::int64_t>(h.synops_per_image + 0.5)),
                  "per inference: adds and multiply-adds");
  content +=
      card("Energy per synop", fmt::format("{:.2f} pJ", h.pj_per_synop), "all energy over all synaptic operations");
  content += card("Events", count_text(static_cast<std::int64_t>(h.events_per_image + 0.5)),
                  fmt::format("per inference; {} packet hops in the whole run", count_text(result.hops)));
  content += card("Cores in use", fmt::format("{} of {}", count_text(h.cores), count_text(h.board_cores)),
                  fmt::format("on {} of {} chips", h.chips, h.board_chips));
  content += card("Fullest link", fmt::format("{:.3f} flits/cycle", result.max_link_load), "in its fullest step");
  content += accuracy_card("Accuracy, chip", record.chip, "simulated on the board");
  content += accuracy_card("Accuracy, integer", record.integer, "integer reference");
  content += accuracy_card("Accuracy, float", record.floating, "float network");
  content += card(
      "Arithmetic only", energy_text(h.arithmetic_only_nj_per_image * 1e-9),
      fmt::format("per inference; {}; no memory, network or static power, so not comparable with the energy above",
                  kArithmeticLabel),
      "card wide");
  content += "</dl>\n";
  content += paragraph(fmt::format("Whole run: {} images, {}, {} of simulated time, {} fidelity, {} schedule.",
                                   count_text(h.images), energy_text(h.energy), duration_text(h.total_time),
                                   fidelity_name(result.fidelity), schedule_name(result.schedule)));
  return section("headline", "Headline", content);
}

}  // namespace ranvier::report
