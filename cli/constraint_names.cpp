// SPDX-License-Identifier: Apache-2.0
#include "cli/constraint_names.h"

#include "base/file.h"
#include "base/log.h"
#include "mapper/constraints_file.h"
#include "mapper/errors.h"
#include "mapper/place_rules.h"

namespace ranvier::cli {

void map_with_named_tiles(const JobOptions& options, const std::function<void()>& map) {
  try {
    map();
  } catch (const mapper::ConstraintNamesNoTile& e) {
    if (options.constraints_file.empty()) throw;
    const std::string text = read_file(options.constraints_file);
    throw mapper::ConstraintsFileError(mapper::place_of(e.name, text, options.constraints_file), e.what());
  }
}

void warn_of_idle_names(const JobOptions& options, const mapper::MappingProblem& problem) {
  const auto idle = mapper::idle_names(problem);
  if (idle.empty()) return;
  const std::string& file = options.constraints_file;
  const std::string text = file.empty() ? "" : read_file(file);
  for (const mapper::ConstraintName& name : idle) {
    const std::string where = file.empty() ? "" : mapper::place_of(name, text, file).text() + ": ";
    log::warning("{}{}: its tiles are all on no core, so the rule binds nothing", where, mapper::text_of(name));
  }
}

}  // namespace ranvier::cli
