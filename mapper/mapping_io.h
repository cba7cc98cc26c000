// SPDX-License-Identifier: Apache-2.0
// The mapping file (docs/reference/mapping-file.md): problem and mapping as one JSON object.
#pragma once

#include <string>
#include <string_view>

#include "mapper/mapping.h"

namespace ranvier::mapper {

/// What a mapping file holds. `problem.program` is null and `problem.board` empty until attach().
struct MappingFile {
  std::string file;
  std::string program_name;
  std::string program_digest;  // SHA-256 of the integer program
  std::string target;          // what chips::load_target takes
  std::string chip_name;
  MappingProblem problem;
  Mapping mapping;
};

/// SHA-256 over every integer of the program.
std::string program_digest(const workloads::Program& program);

std::string mapping_to_json(const MappingProblem& problem, const Mapping& mapping, const std::string& target);

/// Throws MappingFileError with the JSON place. `file` is for messages.
MappingFile mapping_from_json(std::string_view text, const std::string& file);

/// Sets program and board. Throws MappingMismatch when they are not those that the file was made for.
void attach(MappingFile& file, const workloads::Program& program, const chips::Board& board);

}  // namespace ranvier::mapper
