// SPDX-License-Identifier: Apache-2.0
// One-line messages of the mapper's errors.
#include "mapper/errors.h"

#include <fmt/format.h>

namespace ranvier::mapper {

namespace {

std::string does_not_fit_line(const std::vector<Shortfall>& shortfalls, const std::string& nearest) {
  std::string line = "does not fit: ";
  line += shortfalls.empty() ? "no resource named" : shortfalls.front().text();
  if (shortfalls.size() > 1) line += fmt::format(" (and {} more)", shortfalls.size() - 1);
  return nearest.empty() ? line : line + "; " + nearest;
}

}  // namespace

std::string Shortfall::text() const {
  if (core.valid())
    return fmt::format("core {} needs {} {} for {} {}, the chip's cores have {} ({})", core.value(), needed, where,
                       stage_name.find(' ') == std::string::npos ? "stage" : "stages", stage_name, available, resource);
  const std::string line = stage_name.empty() ? "the program" : fmt::format("stage {}", stage_name);
  const char* unit = resource.ends_with("_memory") ? " bytes of" : "";
  return line + fmt::format(" needs {}{} {}, {} has {}", needed, unit, resource, where, available);
}

DoesNotFit::DoesNotFit(std::vector<Shortfall> what_is_short, std::string nearest_option)
    : Error(ExitCode::kDoesNotFit, does_not_fit_line(what_is_short, nearest_option)),
      shortfalls(std::move(what_is_short)),
      nearest(std::move(nearest_option)) {}

BadTokenMode::BadTokenMode(std::string stage, std::string mode, std::string reason)
    : Error(ExitCode::kUsage, fmt::format("stage {}: token mode {} is not possible: {}", stage, mode, reason)),
      stage_name(std::move(stage)),
      mode_name(std::move(mode)) {}

UnknownStage::UnknownStage(std::string stage, std::string nearest_name)
    : Error(ExitCode::kUsage,
            fmt::format("no stage is called {}{}", stage,
                        nearest_name.empty() ? std::string{} : fmt::format("; did you mean {}?", nearest_name))),
      stage_name(std::move(stage)),
      nearest(std::move(nearest_name)) {}

MappingFileError::MappingFileError(std::string file_name, std::string json_place, std::string reason)
    : Error(ExitCode::kBadInput,
            fmt::format("{}: at {}: {}", file_name, json_place.empty() ? "/" : json_place, reason)),
      file(std::move(file_name)),
      place(std::move(json_place)) {}

MappingMismatch::MappingMismatch(std::string file_name, std::string what_differs, std::string in_file,
                                 std::string at_hand)
    : Error(ExitCode::kBadInput, fmt::format("{}: made for {} {}, not for {}; map the workload again", file_name,
                                             what_differs, in_file, at_hand)),
      file(std::move(file_name)),
      differs(std::move(what_differs)) {}

NoDenseForm::NoDenseForm(std::string stage, std::string reason)
    : Error(ExitCode::kDoesNotFit,
            fmt::format("stage {} cannot run on a dense device: {}; place it on spiking cores", stage, reason)),
      stage_name(std::move(stage)) {}

BadPlaceRule::BadPlaceRule(std::string rule_text, const std::string& problem)
    : Error(ExitCode::kUsage, fmt::format("--place '{}': {}; write it like 'block0.*=offload'", rule_text, problem)),
      rule(std::move(rule_text)) {}

NoStageMatches::NoStageMatches(std::string the_pattern, const std::string& nearest)
    : Error(ExitCode::kUsage,
            fmt::format("--place: no stage matches '{}'; {}", the_pattern,
                        nearest.empty() ? "ranvier map lists the stages" : fmt::format("did you mean {}?", nearest))),
      pattern(std::move(the_pattern)) {}

BadEngine::BadEngine(std::string stage, const std::string& engine, const std::string& reason)
    : Error(ExitCode::kUsage, fmt::format("stage {} cannot run on engine {}: {}", stage, engine, reason)),
      stage_name(std::move(stage)) {}

ConstraintsConflict::ConstraintsConflict(const std::string& what_conflicts)
    : Error(ExitCode::kDoesNotFit,
            fmt::format("the constraints cannot be met: {}; relax pins, forbidden or dead cores", what_conflicts)) {}

ConstraintsFileError::ConstraintsFileError(FilePlace where, const std::string& reason)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}", where.text(), reason)), place(std::move(where)) {}

ConstraintNamesNoTile::ConstraintNamesNoTile(ConstraintName the_name, std::string reason)
    : Error(ExitCode::kBadInput, fmt::format("{}: {}", text_of(the_name), reason)),
      name(std::move(the_name)),
      why(std::move(reason)) {}

}  // namespace ranvier::mapper
