// SPDX-License-Identifier: Apache-2.0
#include "cli/given_mapping.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "chips/errors.h"
#include "chips/loader.h"
#include "cli/common.h"
#include "cli/graph_workload.h"
#include "cli/layered_workload.h"
#include "mapper/errors.h"
#include "workloads/errors.h"

namespace ranvier::cli {
namespace {

/// Values by key; without those that only say how to map.
std::map<std::string, std::string> numbers_in(const std::string& set) {
  std::map<std::string, std::string> numbers;
  for (std::size_t at = 0; at < set.size();) {
    const std::size_t end = std::min(set.find(',', at), set.size());
    const std::string part = set.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = std::min(part.find('='), part.size());
    numbers[part.substr(0, equals)] = part.substr(std::min(equals + 1, part.size()));
  }
  for (const char* how : {"partition", "core_neurons", "mapping"}) numbers.erase(how);
  return numbers;
}

/// "steps=12, not 13; seed left out, not 2"; empty where there is no difference.
std::string differences(const std::string& made_with, const std::string& set) {
  const auto old = numbers_in(made_with);
  const auto now = numbers_in(set);
  std::string text;
  const auto add = [&text](const std::string& key, const std::string& was, const std::string& is) {
    text += fmt::format("{}{}{}, not {}", text.empty() ? "" : "; ", key, was, is);
  };
  for (const auto& [key, value] : old) {
    const auto other = now.find(key);
    if (other == now.end() || other->second != value)
      add(key, "=" + value, other == now.end() ? "left out" : other->second);
  }
  for (const auto& [key, value] : now)
    if (!old.contains(key)) add(key, " left out", value);
  return text;
}

}  // namespace

std::string settings_for(const mapper::MappingFile& file, const std::string& workload, const std::string& given) {
  const bool any = is_graph_workload(workload) || is_layered_workload(workload);
  return given.empty() && any ? file.settings : given;
}

void load_workload_of(const mapper::MappingFile& file, const std::string& workload, const std::function<void()>& load) {
  try {
    load();
  } catch (const workloads::UnknownWorkload&) {
    if (workload != file.program_name) throw;
    throw mapper::MappingFileError(
        file.file, "/program/name",
        fmt::format("'{}' is no bundled workload; name its file or folder after --workload", workload));
  }
}

chips::Board board_of(const mapper::MappingFile& file) {
  try {
    return chips::load_target(file.target);
  } catch (const chips::UnknownTarget& e) {
    throw mapper::MappingFileError(file.file, "/board/target", e.what());
  } catch (const chips::BadGrid& e) {
    throw mapper::MappingFileError(file.file, "/board/target", e.what());
  }
}

void attach_mapping(mapper::MappingFile& file, workloads::Program& program, const chips::Board& board,
                    const std::string& set) {
  try {
    program = mapper::program_for(file, program);
    mapper::attach(file, program, board);
  } catch (const mapper::MappingMismatch& mismatch) {
    const std::string text = file.settings.empty() || set.empty() ? "" : differences(file.settings, set);
    if (mismatch.differs != "program" || text.empty()) throw;
    throw UsageError("--set", fmt::format("{} was made with {}; leave --set out", file.file, text));
  }
}

}  // namespace ranvier::cli
